import assert from 'node:assert/strict'
import { copyFileSync, cpSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { openDataFolder, readDataFolder } from './data-folder.ts'
import { sqlite } from './sqlite.ts'
import { checkWalIntact } from './wal-check.ts'

const scratch = scratchFolder('damage')

/** A folder with some commits: as it was while they were in the WAL, and after it was closed. */
async function folders(name: string): Promise<{ readonly killed: string; readonly closed: string }> {
  const [live, killed] = [join(scratch, name), join(scratch, `${name}-killed`)]
  const { store, release } = await open(live)
  for (let i = 0; i < 5; i++)
    await store.commit({
      segment: { first: i, entries: 1, arrival: i, bytes: new Uint8Array(5000).fill(i) },
      put: [[`cursor/${i}`, `${i}00`]],
    })
  cpSync(live, killed, { recursive: true })
  await store.close()
  release()
  return { killed, closed: live }
}

const open = async (folder: string) => {
  const dataFolder = await openDataFolder(folder)
  return { store: dataFolder.store, release: () => dataFolder.release() }
}

test('a closed folder is one file, and a missing or empty log is not silently replaced', async () => {
  const { closed } = await folders('gone')
  copyFileSync(join(closed, 'log.db'), join(scratch, 'backup.db'))
  const backup = new sqlite.DatabaseSync(join(scratch, 'backup.db'), { readOnly: true })
  assert.deepEqual({ ...backup.prepare('SELECT count(*) AS n FROM segment').get() }, { n: 5 })
  backup.close()
  truncateSync(join(closed, 'log.db'))
  await assert.rejects(openDataFolder(closed), { code: 'SPILL_DATA', message: /log\.db is missing or empty, and this folder had a log/ })
  rmSync(join(closed, 'log.db'))
  await assert.rejects(openDataFolder(closed), { code: 'SPILL_DATA', message: /delete the folder to start a new one/ })
})

test('a plain copy of the database lacks commits that are in the WAL; VACUUM INTO has them', async () => {
  const live = join(scratch, 'copied')
  const { store, release } = await open(live)
  const entries = (path: string): number => {
    const db = new sqlite.DatabaseSync(path)
    try {
      return Number(db.prepare('SELECT count(*) AS n FROM segment').get()!['n'])
    } catch {
      return 0
    } finally {
      db.close()
    }
  }
  const commit = (first: number) => store.commit({ segment: { first, entries: 1, arrival: first, bytes: new Uint8Array(50) } })
  await commit(0)
  const path = join(live, 'log.db')
  const checkpoint = new sqlite.DatabaseSync(path)
  checkpoint.exec('PRAGMA wal_checkpoint(PASSIVE)')
  checkpoint.close()
  await commit(1)
  const [copied, vacuumed] = [join(scratch, 'alone.db'), join(scratch, 'whole.db')]
  copyFileSync(path, copied)
  new sqlite.DatabaseSync(path, { readOnly: true }).exec(`VACUUM INTO '${vacuumed}'`)
  assert.deepEqual([entries(copied), entries(vacuumed)], [1, 2])
  await store.close()
  release()
})

test('rejects a WAL that lost committed pages, unless its index is deleted', async () => {
  const { killed } = await folders('wal')
  const path = join(killed, 'log.db')
  checkWalIntact(path)
  const wal = readFileSync(`${path}-wal`)
  const flipped = Buffer.from(wal)
  flipped[flipped.length >> 1] = flipped[flipped.length >> 1] ^ 8
  for (const bytes of [flipped, wal.subarray(0, wal.length - 4200), Buffer.alloc(0)]) {
    writeFileSync(`${path}-wal`, bytes)
    await assert.rejects(openDataFolder(killed), {
      code: 'SPILL_DATA',
      message: /log\.db-wal is damaged or missing: of \d+ pages .* delete .*-shm/,
    })
  }
  rmSync(`${path}-shm`)
  const { store, release } = await open(killed)
  await store.close()
  release()
})

test('rejects a WAL whose rest hides newer pages of the database, and goes on with all of it once the WAL is deleted', async () => {
  const live = join(scratch, 'moved')
  const { store, release } = await open(live)
  const path = join(live, 'log.db')
  for (let i = 0; i < 5; i++) await store.commit({ segment: { first: i, entries: 1, arrival: i, bytes: new Uint8Array(5000).fill(i) } })
  const other = new sqlite.DatabaseSync(path)
  other.exec('PRAGMA wal_checkpoint(PASSIVE)')
  const copy = join(scratch, 'moved-copy')
  cpSync(live, copy, { recursive: true })
  other.close()
  await store.close()
  release()
  const wal = readFileSync(join(copy, 'log.db-wal'))
  writeFileSync(join(copy, 'log.db-wal'), wal.subarray(0, wal.length >> 1))
  await assert.rejects(openDataFolder(copy), {
    code: 'SPILL_DATA',
    message: /log\.db-wal is damaged: .* older than .* delete .*-wal and .*-shm/,
  })
  for (const end of ['-wal', '-shm']) rmSync(join(copy, `log.db${end}`))
  const { store: whole, release: releaseWhole } = await open(copy)
  const db = new sqlite.DatabaseSync(join(copy, 'log.db'), { readOnly: true })
  assert.deepEqual({ ...db.prepare('SELECT count(*) AS n FROM segment').get() }, { n: 5 })
  db.close()
  await whole.close()
  releaseWhole()
})

test('accepts a WAL newer than its index, as a power loss may leave it', async () => {
  const { killed } = await folders('later')
  const path = join(killed, 'log.db')
  const index = readFileSync(`${path}-shm`)
  const db = new sqlite.DatabaseSync(path)
  db.exec('PRAGMA wal_checkpoint(RESTART); CREATE TABLE more (x)')
  copyFileSync(`${path}-wal`, join(scratch, 'later-wal'))
  db.close()
  copyFileSync(join(scratch, 'later-wal'), `${path}-wal`)
  writeFileSync(`${path}-shm`, index)
  checkWalIntact(path)
})

test('finds a changed value, and missing pages', async () => {
  const { closed } = await folders('value')
  const path = join(closed, 'log.db')
  const sound = readFileSync(path)
  const at = sound.indexOf('cursor/3300')
  assert.ok(at > 0)
  const changed = Buffer.from(sound)
  changed[at + 'cursor/3'.length] = 0x34
  writeFileSync(path, changed)
  const reader = readDataFolder(closed)
  assert.throws(() => reader.named('cursor/'), { code: 'SPILL_DATA', message: /log\.db is damaged: the value 'cursor\/3'/ })
  assert.equal(reader.get('cursor/2'), '200')
  reader.close()
  writeFileSync(path, sound.subarray(0, sound.length - 4096))
  await assert.rejects(openDataFolder(closed), { code: 'SPILL_DATA', message: /log\.db is damaged/ })
})
