import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { pause } from '../../base/clock.ts'
import { limits } from '../../base/limits.ts'
import { openDataFolder } from './data-folder.ts'
import { lockFolder } from './lock.ts'
import { SqliteReader } from './reader.ts'
import { migrate } from './schema.ts'
import { sqlite } from './sqlite.ts'
import { SqliteStore } from './sqlite-store.ts'

const folder = scratchFolder('store')
const path = (name: string) => join(folder, name)
const segment = (first: number, entries: number, size = 10) => ({
  first,
  entries,
  arrival: first + entries,
  bytes: new Uint8Array(size).fill(first % 256),
})

test('commits are durable, also for another store', async () => {
  const store = await SqliteStore.open(path('a.db'))
  await Promise.all([
    store.commit({ segment: segment(0, 3), schemas: [{ source: 's', version: 1, columns: [] }], put: [['read/a', '7']] }),
    store.commit({
      segment: segment(3, 2),
      put: [
        ['read/b', '1'],
        ['read/a', '8'],
      ],
    }),
  ])
  await store.commit({
    put: [['read/b', null]],
    deadLetters: [{ source: 's', reason: 'key', detail: 'd', place: 'p', at: 1, sequence: 5, raw: 'x' }],
  })
  await store.close()
  await assert.rejects(store.commit({ put: [['late', '1']] }), { code: 'SPILL_STORE', message: /was closed/ })
  const reopened = await SqliteStore.open(path('a.db'))
  assert.deepEqual(reopened.named('read/'), [['read/a', '8']])
  assert.equal(reopened.get('read/b'), undefined)
  assert.deepEqual(reopened.schemas(), [{ source: 's', version: 1, columns: [] }])
  assert.equal(reopened.lastSegment()?.first, 3)
  assert.deepEqual(
    [0, 2, 3, 4, 5].map(sequence => reopened.segmentAt(sequence)?.first),
    [0, 0, 3, 3, undefined],
  )
  await reopened.close()
})

test('removal takes segments and the decisions on them alone; the rest of the log is intact', async () => {
  const store = await SqliteStore.open(path('forget.db'))
  const decisions = (first: number, last: number) => ({ model: 'm', first, last, count: last - first + 1, bytes: new Uint8Array(3) })
  for (let i = 0; i < 4; i++) await store.commit({ segment: segment(i * 3, 3), decisions: [decisions(i * 3, i * 3 + 2)] })
  await store.commit({ decisions: [decisions(1, 10)] })
  await store.commit({ forget: 6, put: [['begins', '[6,6]']] })
  assert.deepEqual(
    [0, 5, 6, 9, 12].map(sequence => store.segmentAt(sequence)?.first),
    [6, 6, 6, 9, undefined],
  )
  await store.close()
  const reader = new SqliteReader(path('forget.db'))
  assert.deepEqual(
    [...reader.newestDecisions()].map(({ first, last }) => [first, last]),
    [
      [1, 10],
      [9, 11],
      [6, 8],
    ],
  )
  reader.close()
})

test('close waits for its threads, though nothing else keeps the process alive', () => {
  const module = new URL('./sqlite-store.ts', import.meta.url).href
  const code = `const { SqliteStore } = await import('${module}'); await (await SqliteStore.open(${JSON.stringify(path('alone.db'))})).close(); console.log('closed')`
  writeFileSync(path('alone.mjs'), code)
  const { stdout, stderr } = spawnSync(process.execPath, [path('alone.mjs')], { encoding: 'utf8' })
  assert.equal(stdout, 'closed\n', stderr)
})

test('a failed commit fails all later commits and leaves the earlier ones', async () => {
  const store = await SqliteStore.open(path('b.db'))
  await store.commit({ segment: segment(0, 1) })
  const duplicate = store.commit({ segment: segment(0, 1) })
  await assert.rejects(duplicate, { code: 'SPILL_STORE' })
  await assert.rejects(store.commit({ segment: segment(1, 1) }), { code: 'SPILL_STORE' })
  assert.equal(store.lastSegment()?.first, 0)
  await store.close()
})

test('a process without other work waits until its store is closed', () => {
  writeFileSync(
    path('alone.ts'),
    `import { SqliteStore } from ${JSON.stringify(import.meta.resolve('./sqlite-store.ts'))}
    for (let i = 0; i < 10; i++) await (await SqliteStore.open(${JSON.stringify(path('alone.db'))})).close()
    console.log('closed')`,
  )
  const { status, stdout } = spawnSync(process.execPath, [path('alone.ts')], { encoding: 'utf8' })
  assert.deepEqual([status, stdout], [0, 'closed\n'])
})

test('the WAL stays bounded under continuous writing', async t => {
  const store = await SqliteStore.open(path('c.db'))
  t.after(() => store.close())
  const size = 200_000
  const commits = Math.ceil((limits.WAL_PAGES_MAX * 4096 * 3) / size)
  for (let i = 0; i < commits; i++) await store.commit({ segment: segment(i, 1, size) })
  await pause(limits.CHECKPOINT_EVERY_MS * 2)
  const wal = statSync(path('c.db-wal')).size
  assert.ok(wal < limits.WAL_PAGES_MAX * 4096 * 2, `the WAL has ${wal} bytes`)
})

test('rejects a file that is not a database, a newer format, and a missing folder', async () => {
  writeFileSync(path('d.db'), 'not a database, but long enough to be read as the header of one, which it is not')
  await assert.rejects(SqliteStore.open(path('d.db')), { code: 'SPILL_DATA' })
  const newer = new sqlite.DatabaseSync(path('e.db'))
  newer.exec('PRAGMA user_version = 99')
  newer.close()
  await assert.rejects(SqliteStore.open(path('e.db')), { code: 'SPILL_DATA', message: /of format 99, and this Spillway reads up to/ })
  await assert.rejects(SqliteStore.open(path('nowhere/f.db')), { code: 'SPILL_STORE' })
})

test('after its first transactions the WAL is moved into the database while it is written', async () => {
  const file = path('moved.db')
  const store = await SqliteStore.open(file)
  const empty = statSync(file).size
  for (let i = 0; i < limits.CHECKPOINTS_AFTER; i++) await store.commit({ segment: segment(i, 1, 10_000) })
  while (statSync(file).size === empty) await pause(10)
  const pages = statSync(`${file}-wal`).size / 4096
  assert.ok(pages < limits.WAL_PAGES_MAX, `${pages} pages: the writer moves a WAL that long by itself`)
  await store.close()
})

test('an interrupted migration changes nothing', () => {
  const db = new sqlite.DatabaseSync(path('g.db'))
  assert.throws(() => migrate(db, 'g.db', ['CREATE TABLE a (x)', 'CREATE TABLE a (x)']))
  assert.deepEqual(db.prepare('SELECT name FROM sqlite_schema').all(), [])
  migrate(db, 'g.db', ['CREATE TABLE a (x)', 'CREATE TABLE b (x)'])
  assert.equal(db.prepare('SELECT name FROM sqlite_schema').all().length, 2)
  db.close()
})

test('a store waits for a process that has the file to itself for a moment, as a reader does that closes it', async () => {
  const path = join(scratchFolder('busy'), 'log.db')
  await (await SqliteStore.open(path)).close()
  const other = new sqlite.DatabaseSync(path)
  other.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; COMMIT')
  const opening = SqliteStore.open(path)
  let isOpen = false
  void opening.then(() => (isOpen = true)).catch(() => {})
  await pause(200)
  assert.equal(isOpen, false)
  other.close()
  await (await opening).close()
})

test('a folder has one holder, and a second process gets its id', () => {
  const lock = lockFolder(folder)
  assert.throws(() => lockFolder(folder), { code: 'SPILL_BUSY', message: new RegExp(`in use by process ${process.pid};`) })
  lock.release()
  lockFolder(folder).release()
})

test('a second attempt to hold a folder in one process leaves it locked for others', () => {
  const lock = lockFolder(folder)
  assert.throws(() => lockFolder(folder), { code: 'SPILL_BUSY' })
  const module = new URL('./lock.ts', import.meta.url).href
  writeFileSync(path('other.mjs'), `const { lockFolder } = await import('${module}'); lockFolder(${JSON.stringify(folder)}).release()`)
  const { NODE_V8_COVERAGE: _, ...env } = process.env
  const { stderr, status } = spawnSync(process.execPath, ['-C', 'spillway-source', path('other.mjs')], { encoding: 'utf8', env })
  assert.equal(status, 1)
  assert.match(stderr, new RegExp(`in use by process ${process.pid};`))
  lock.release()
})

/** Opens a folder as an unprivileged user, who may access every file, in a separate process; returns the error's code and message. */
function openUnprivileged(data: string): string {
  const module = new URL('./data-folder.ts', import.meta.url).href
  const code = `const { openDataFolder } = await import('${module}')
    if (process.getuid() === 0) process.seteuid(65534)
    for (let i = 0; i < 2; i++)
      await openDataFolder(${JSON.stringify(data)}).then(() => console.log('opened'), error => console.log(error.code, error.message))`
  writeFileSync(path('nobody.mjs'), code)
  const { NODE_V8_COVERAGE: _, ...env } = process.env
  return spawnSync(process.execPath, [path('nobody.mjs')], { encoding: 'utf8', env }).stdout
}

test('a read-only folder is rejected and stays unlocked', async () => {
  const parent = path('readonly')
  const data = join(parent, 'data')
  const first = await openDataFolder(data)
  await first.store.commit({ segment: segment(0, 1) })
  await first.store.close()
  first.release()
  chmodSync(folder, 0o755)
  const modes = (folderMode: number, fileMode: number) => {
    for (const name of readdirSync(data)) chmodSync(join(data, name), fileMode)
    for (const one of [data, parent]) chmodSync(one, folderMode)
  }
  const twoLines = (line: string) => new RegExp(`^${line}\n${line}\n$`)
  modes(0o555, 0o444)
  assert.match(openUnprivileged(data), twoLines('SPILL_STORE .*data cannot be (locked|written): .*'))
  assert.match(openUnprivileged(join(parent, 'new')), twoLines('SPILL_STORE .*new cannot be created: EACCES.*'))
  modes(0o555, 0o666)
  assert.match(openUnprivileged(data), twoLines('SPILL_STORE .*data cannot be (locked|written): .*'))
  modes(0o755, 0o644)
  const reopened = await openDataFolder(data)
  assert.equal(reopened.store.lastSegment()?.first, 0)
  await reopened.store.close()
  reopened.release()
})

test('a full disk fails the commit with a message, and every acknowledged commit survives', async () => {
  const store = await SqliteStore.open(path('full.db'), { pagesMax: 60 })
  let acknowledged = 0
  const failure = await (async () => {
    for (let i = 0; i < 100; i++) {
      try {
        await store.commit({ segment: segment(i, 1, 10_000), put: [['read', String(i)]] })
        acknowledged++
      } catch (error) {
        return error
      }
    }
    return undefined
  })()
  assert.ok(acknowledged > 5 && acknowledged < 100)
  const diskFull = {
    code: 'SPILL_STORE',
    message: /full\.db cannot be written: the disk is full; what was acknowledged is safe\. Make room/,
  }
  await assert.rejects(Promise.reject(failure), diskFull)
  await assert.rejects(store.commit({ put: [['small', '1']] }), diskFull)
  await store.close()
  const reopened = await SqliteStore.open(path('full.db'))
  assert.deepEqual(
    [reopened.lastSegment()?.first, reopened.get('read'), reopened.get('small')],
    [acknowledged - 1, String(acknowledged - 1), undefined],
  )
  await reopened.commit({ segment: segment(acknowledged, 1, 10_000) })
  await reopened.close()
})
