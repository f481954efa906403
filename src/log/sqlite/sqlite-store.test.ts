import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { pause } from '../../base/clock.ts'
import { limits } from '../../base/limits.ts'
import { lockFolder } from './lock.ts'
import { SqliteReader } from './reader.ts'
import { migrate } from './schema.ts'
import { sqlite } from './sqlite.ts'
import { SqliteStore } from './sqlite-store.ts'

const folder = mkdtempSync(join(tmpdir(), 'spillway-store-'))
after(() => rmSync(folder, { recursive: true }))
const path = (name: string) => join(folder, name)
const segment = (first: number, entries: number, size = 10) => ({
  first,
  entries,
  arrival: first + entries,
  bytes: new Uint8Array(size).fill(first % 256),
})

test('what was committed is there, in another store too', async () => {
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
    dead: [{ source: 's', reason: 'key', detail: 'd', place: 'p', at: 1, sequence: 5, raw: 'x' }],
  })
  await store.close()
  const again = await SqliteStore.open(path('a.db'))
  assert.deepEqual(again.named('read/'), [['read/a', '8']])
  assert.equal(again.get('read/b'), undefined)
  assert.deepEqual(again.schemas(), [{ source: 's', version: 1, columns: [] }])
  assert.equal(again.lastSegment()?.first, 3)
  assert.deepEqual(
    [0, 2, 3, 4, 5].map(sequence => again.segmentAt(sequence)?.first),
    [0, 0, 3, 3, undefined],
  )
  await again.close()
})

test('what is forgotten is gone with the decisions on it alone, and the log is whole behind it', async () => {
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
    [...reader.decisions()].map(({ first, last }) => [first, last]),
    [
      [1, 10],
      [9, 11],
      [6, 8],
    ],
  )
  reader.close()
})

test('closing waits for its threads, though nothing else keeps the process alive', () => {
  const module = new URL('./sqlite-store.ts', import.meta.url).href
  const code = `const { SqliteStore } = await import('${module}'); await (await SqliteStore.open(${JSON.stringify(path('alone.db'))})).close(); console.log('closed')`
  writeFileSync(path('alone.mjs'), code)
  const { stdout, stderr } = spawnSync(process.execPath, [path('alone.mjs')], { encoding: 'utf8' })
  assert.equal(stdout, 'closed\n', stderr)
})

test('a commit that fails takes all later ones with it, and leaves the ones before', async () => {
  const store = await SqliteStore.open(path('b.db'))
  await store.commit({ segment: segment(0, 1) })
  const twice = store.commit({ segment: segment(0, 1) })
  await assert.rejects(twice, { code: 'SPILL_STORE' })
  await assert.rejects(store.commit({ segment: segment(1, 1) }), { code: 'SPILL_STORE' })
  assert.equal(store.lastSegment()?.first, 0)
  await store.close()
})

test('a process in which nothing else goes on waits until its store is closed', () => {
  writeFileSync(
    path('alone.ts'),
    `import { SqliteStore } from ${JSON.stringify(import.meta.resolve('./sqlite-store.ts'))}
    for (let i = 0; i < 10; i++) await (await SqliteStore.open(${JSON.stringify(path('alone.db'))})).close()
    console.log('closed')`,
  )
  const { status, stdout } = spawnSync(process.execPath, [path('alone.ts')], { encoding: 'utf8' })
  assert.deepEqual([status, stdout], [0, 'closed\n'])
})

test('the WAL stays bounded under writing without a pause', async t => {
  const store = await SqliteStore.open(path('c.db'))
  t.after(() => store.close())
  const size = 200_000
  const commits = Math.ceil((limits.WAL_PAGES_MAX * 4096 * 3) / size)
  for (let i = 0; i < commits; i++) await store.commit({ segment: segment(i, 1, size) })
  await pause(limits.CHECKPOINT_EVERY_MS * 2)
  const wal = statSync(path('c.db-wal')).size
  assert.ok(wal < limits.WAL_PAGES_MAX * 4096 * 2, `the WAL has ${wal} bytes`)
})

test('a file that is no database, one of a later format, and a read-only folder are refused', async () => {
  writeFileSync(path('d.db'), 'not a database, but long enough to be read as the header of one, which it is not')
  await assert.rejects(SqliteStore.open(path('d.db')), { code: 'SPILL_DATA' })
  const later = new sqlite.DatabaseSync(path('e.db'))
  later.exec('PRAGMA user_version = 99')
  later.close()
  await assert.rejects(SqliteStore.open(path('e.db')), { code: 'SPILL_DATA', message: /of format 99, and this Spillway reads up to/ })
  await assert.rejects(SqliteStore.open(path('nowhere/f.db')), { code: 'SPILL_STORE' })
})

test('a migration that is interrupted has not begun', () => {
  const db = new sqlite.DatabaseSync(path('g.db'))
  assert.throws(() => migrate(db, 'g.db', ['CREATE TABLE a (x)', 'CREATE TABLE a (x)']))
  assert.deepEqual(db.prepare('SELECT name FROM sqlite_schema').all(), [])
  migrate(db, 'g.db', ['CREATE TABLE a (x)', 'CREATE TABLE b (x)'])
  assert.equal(db.prepare('SELECT name FROM sqlite_schema').all().length, 2)
  db.close()
})

test('a folder has one holder, named to the next', () => {
  const lock = lockFolder(folder)
  assert.throws(() => lockFolder(folder), { code: 'SPILL_BUSY', message: new RegExp(`in use by process ${process.pid};`) })
  lock.release()
  lockFolder(folder).release()
})

test(
  'a database that may not be written is refused',
  { skip: process.getuid?.() === 0 ? 'root may write everything' : false },
  async () => {
    const store = await SqliteStore.open(path('h.db'))
    await store.close()
    chmodSync(path('h.db'), 0o444)
    await assert.rejects(SqliteStore.open(path('h.db')), { code: 'SPILL_STORE' })
  },
)
