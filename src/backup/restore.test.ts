import assert from 'node:assert/strict'
import fs, { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join, relative } from 'node:path'
import { before, test } from 'node:test'
import { logContents } from '../../test/backup/log-contents.ts'
import { MemoryTarget } from '../../test/backup/memory-target.ts'
import { RandomCommits } from '../../test/backup/random-commits.ts'
import { Draw } from '../../test/property/generate/draw.ts'
import { scratchFolder } from '../../test/scratch.ts'
import { closeDataFolder, openDataFolder } from '../log/sqlite/index.ts'
import { logTables } from '../log/sqlite/log-tables.ts'
import { sqlite } from '../log/sqlite/sqlite.ts'
import { backUpFolder } from './backup.ts'
import { chunksOf, chunkObject, readBackupManifest } from './manifest.ts'
import { restoreFolder } from './restore.ts'
import { type VerifiedBackup, verifyBackups } from './verify-backup.ts'

const scratch = scratchFolder('restore')
const live = join(scratch, 'live')
const target = new MemoryTarget()
const backups: string[] = []

before(async () => {
  const folder = await openDataFolder(live)
  const random = new RandomCommits(new Draw(1))
  mkdirSync(join(live, 'reports', 'daily'), { recursive: true })
  mkdirSync(join(live, 'state'))
  for (const [name, text] of [
    ['tokens.json', '[]'],
    ['audit.ndjson', 'x'.repeat(9_000_000)],
    ['reports/daily/a.csv', 'a,b\n'],
    ['reports/empty.csv', ''],
    ['reports/b.csv.part', 'no'],
    ['reports/daily/.part-b.csv', 'no'],
    ['state/saved', 'no'],
    ['notes.txt', 'no'],
  ])
    writeFileSync(join(live, name), text)
  for (const at of [1000, 2000, 3000]) {
    for (let i = 0; i < 30; i++) await folder.store.commit(random.next())
    backups.push((await backUpFolder(live, target, { chunkBytes: 1500, clock: () => at })).backup)
  }
  await closeDataFolder(folder)
})

let folders = 0
const newPath = (): string => join(scratch, `r${++folders}`)
const filesIn = (folder: string): string[] =>
  (readdirSync(folder, { recursive: true }) as string[]).filter(name => statSync(join(folder, name)).isFile()).sort()

async function checked(of: MemoryTarget): Promise<VerifiedBackup[]> {
  const verified: VerifiedBackup[] = []
  for await (const backup of verifyBackups(of, backups)) verified.push(backup)
  return verified
}

test('a restored folder has the log and the files that nothing makes again, for its owner alone', async () => {
  const path = newPath()
  await restoreFolder(target, path)
  assert.deepEqual(filesIn(path), [
    'audit.ndjson',
    'holder.json',
    'lock.db',
    'log.db',
    'reports/daily/a.csv',
    'reports/empty.csv',
    'tokens.json',
  ])
  for (const name of ['audit.ndjson', 'tokens.json', 'reports/daily/a.csv', 'reports/empty.csv'])
    assert.ok(readFileSync(join(path, name)).equals(readFileSync(join(live, name))), name)
  assert.deepEqual(logContents(path), logContents(live))
  if (process.platform !== 'win32') for (const name of filesIn(path)) assert.equal(statSync(join(path, name)).mode & 0o77, 0, name)
  const folder = await openDataFolder(path)
  assert.deepEqual(folder.warnings, [])
  await folder.store.commit({ put: [['after', 'the restore']] })
  await closeDataFolder(folder)
})

test('a file that has not changed is not read again', async () => {
  const [first, second] = await Promise.all(backups.map(name => readBackupManifest(target, name)))
  assert.deepEqual(first.files, second.files)
  assert.deepEqual(
    first.files.map(({ path, chunks }) => [path, chunks.length]),
    [
      ['audit.ndjson', 3],
      ['reports/daily/a.csv', 1],
      ['reports/empty.csv', 0],
      ['tokens.json', 1],
    ],
  )
})

test('--at chooses the newest backup at or before a time, or one by its name', async () => {
  const chosen = async (at?: string | number): Promise<string> => (await restoreFolder(target, newPath(), { at })).backup
  assert.equal(await chosen(), backups[2])
  assert.equal(await chosen(2999), backups[1])
  assert.equal(await chosen(2000), backups[1])
  assert.equal(await chosen(backups[0]), backups[0])
  await assert.rejects(chosen(999), {
    code: 'SPILL_NOT_FOUND',
    message: /no backup at or before 1970-01-01T00:00:00.999Z; the oldest is 1970/,
  })
  await assert.rejects(chosen('19700101T000009000Z-000000000000'), { code: 'SPILL_NOT_FOUND', message: /spillway backup list shows all/ })
})

test('a folder in use or not empty is refused, and stays as it is', async () => {
  const path = newPath()
  const folder = await openDataFolder(path)
  await folder.store.commit({ put: [['a', 'b']] })
  await assert.rejects(restoreFolder(target, path), {
    code: 'SPILL_BUSY',
    message: /is in use by a process; stop it and move the folder away/,
  })
  await closeDataFolder(folder)
  const contents = logContents(path)
  await assert.rejects(restoreFolder(target, path), {
    code: 'SPILL_EXISTS',
    message: /is not empty: it has log\.db; move the folder away.*deletes nothing/,
  })
  assert.deepEqual(logContents(path), contents)
  const other = newPath()
  mkdirSync(other)
  writeFileSync(join(other, 'holiday.jpg'), '')
  await assert.rejects(restoreFolder(target, other), { code: 'SPILL_EXISTS', message: /it has holiday\.jpg/ })
  assert.deepEqual(readdirSync(other), ['holiday.jpg'])
  await assert.rejects(restoreFolder(target, join(other, 'holiday.jpg')), { code: 'SPILL_EXISTS', message: /is a file/ })
})

test('two restores into one folder: one of them is refused', async () => {
  const path = newPath()
  const both = await Promise.allSettled([restoreFolder(target, path), restoreFolder(target, path)])
  assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  assert.deepEqual(logContents(path), logContents(live))
})

test('a restore that is cut off at any object starts no run, and is made again', async () => {
  const { length } = [...chunksOf(await readBackupManifest(target, backups[2]))]
  for (let cut = 1; cut <= length; cut += 7) {
    const path = newPath()
    let reads = 0
    const failing = Object.create(target, {
      get: {
        value: (name: string) => (name.startsWith('objects/') && ++reads === cut ? Promise.reject(new Error('cut off')) : target.get(name)),
      },
    }) as MemoryTarget
    await assert.rejects(restoreFolder(failing, path), { message: 'cut off' })
    await assert.rejects(openDataFolder(path), {
      code: 'SPILL_DATA',
      message: /is missing or empty, and this folder had a log; restore it/,
    })
    assert.ok(!existsSync(join(path, 'log.db')))
    await restoreFolder(target, path)
    assert.deepEqual(logContents(path), logContents(live))
  }
})

test('a missing and a damaged object are found by verify and by restore; earlier backups are whole; a full backup heals', async () => {
  const damaged = new MemoryTarget()
  for (const [name, object] of target.objects) damaged.objects.set(name, { ...object, bytes: object.bytes.slice() })
  const before = new Set([...chunksOf(await readBackupManifest(target, backups[1]))].map(({ hash }) => hash))
  const [missing, broken] = [...chunksOf(await readBackupManifest(target, backups[2]))]
    .filter(({ hash }) => !before.has(hash))
    .map(({ hash }) => chunkObject(hash))
  damaged.objects.delete(missing)
  damaged.objects.get(broken)!.bytes[20] ^= 1
  const found = await checked(damaged)
  assert.deepEqual(
    found.map(({ problems }) => problems.length),
    [0, 0, 2],
  )
  assert.deepEqual(found[2].problems, [`memory lacks an object of the backup: ${missing}`, `memory has a damaged object: ${broken}`])
  const path = newPath()
  await assert.rejects(restoreFolder(damaged, path), { code: 'SPILL_DATA', message: /memory (lacks|has a damaged) .*object/ })
  assert.equal((await restoreFolder(damaged, path, { at: 2000 })).backup, backups[1])
  await backUpFolder(live, damaged, { chunkBytes: 1500, clock: () => 4000 })
  assert.equal((await checked(damaged))[2].problems.length, 2, 'an incremental backup trusts its base')
  await backUpFolder(live, damaged, { chunkBytes: 1500, clock: () => 5000, isFull: true })
  assert.deepEqual(
    (await checked(damaged)).flatMap(({ problems }) => problems),
    [],
  )
})

test('a damaged manifest is found by its name', async () => {
  const damaged = new MemoryTarget()
  for (const [name, object] of target.objects) damaged.objects.set(name, { ...object, bytes: object.bytes.slice() })
  damaged.objects.get(`backups/${backups[2]}.json`)!.bytes[30] ^= 1
  await assert.rejects(restoreFolder(damaged, newPath()), {
    code: 'SPILL_DATA',
    message: /damaged manifest of backup .*choose another backup with --at/,
  })
  assert.equal((await backUpFolder(live, damaged, { clock: () => 6000 })).base, backups[1])
})

test('a link in the folder of a restore that was cut off is not followed', { skip: process.platform === 'win32' }, async () => {
  const to = newPath()
  const outside = newPath()
  mkdirSync(outside)
  mkdirSync(to)
  writeFileSync(join(to, 'restore.json'), '{}')
  writeFileSync(join(outside, 'file'), 'whole')
  symlinkSync(join(outside, 'file'), join(to, 'tokens.json.part'))
  symlinkSync(outside, join(to, 'reports'))
  await assert.rejects(restoreFolder(target, to), { code: 'SPILL_STORE', message: /reports.* is a link; delete it/ })
  assert.deepEqual(filesIn(outside), ['file'])
  rmSync(join(to, 'reports'))
  await restoreFolder(target, to)
  assert.equal(readFileSync(join(outside, 'file'), 'utf8'), 'whole')
  assert.deepEqual(logContents(to), logContents(live))
})

test('a file that the disk takes in parts is whole', async t => {
  const { writeSync } = fs
  t.mock.method(fs, 'writeSync', (file: number, content: Uint8Array, offset = 0, length = content.length - offset) =>
    writeSync(file, content, offset, Math.min(length, 1_000_000)),
  )
  syncBuiltinESMExports()
  const to = newPath()
  await restoreFolder(target, to)
  t.mock.restoreAll()
  syncBuiltinESMExports()
  assert.ok(readFileSync(join(to, 'audit.ndjson')).equals(readFileSync(join(live, 'audit.ndjson'))))
})

test('new folders are durable before the log has its name', { skip: process.platform === 'win32' }, async t => {
  const to = newPath()
  const opened: string[] = []
  const { openSync, renameSync } = fs
  t.mock.method(fs, 'openSync', (path: string, flags: string, mode?: number) => {
    if (flags === 'r' && statSync(path).isDirectory()) opened.push(relative(to, path))
    return openSync(path, flags, mode)
  })
  t.mock.method(fs, 'renameSync', (from: string, path: string) => {
    if (path.endsWith('log.db')) opened.push('log.db')
    renameSync(from, path)
  })
  syncBuiltinESMExports()
  await restoreFolder(target, to)
  t.mock.restoreAll()
  syncBuiltinESMExports()
  const before = opened.slice(0, opened.indexOf('log.db'))
  assert.deepEqual([...new Set(before)].sort(), ['', '..', 'reports', 'reports/daily'])
  assert.deepEqual(opened.slice(before.length), ['log.db', ''])
})

test('every table of a log is backed up', async () => {
  const folder = await openDataFolder(newPath())
  const db = new sqlite.DatabaseSync(folder.path, { readOnly: true })
  const names = db
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    .all()
    .map(({ name }) => String(name))
  db.close()
  await closeDataFolder(folder)
  assert.deepEqual(logTables.map(({ name }) => name).sort(), names)
})
