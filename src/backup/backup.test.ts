import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync, StatementSync } from 'node:sqlite'
import { test } from 'node:test'
import { logContents } from '../../test/backup/log-contents.ts'
import { MemoryTarget } from '../../test/backup/memory-target.ts'
import { RandomCommits } from '../../test/backup/random-commits.ts'
import { Draw } from '../../test/property/generate/draw.ts'
import { scratchFolder } from '../../test/scratch.ts'
import { pause } from '../base/index.ts'
import type { Commit } from '../log/index.ts'
import { closeDataFolder, LogTableReader, openDataFolder, type TableRow } from '../log/sqlite/index.ts'
import { backUpFolder } from './backup.ts'
import { backupNames, readBackupManifest, type TableChunk } from './manifest.ts'
import { restoreFolder } from './restore.ts'
import { sweep } from '../../test/sweep.ts'

const scratch = scratchFolder('backup')
let folders = 0
const newFolder = (): string => join(scratch, `f${++folders}`)

/** Small chunks, so that a small log has many. */
const small = { chunkBytes: 1500, rate: Infinity }

/** The rows of a new folder with these commits. */
async function contentsOf(commits: readonly Commit[]): Promise<Record<string, string[]>> {
  const path = newFolder()
  const folder = await openDataFolder(path)
  await Promise.all(commits.map(commit => folder.store.commit(structuredClone(commit))))
  await closeDataFolder(folder)
  return logContents(path)
}

/** The rows of a restored backup, and the number of its last commit. */
async function restored(target: MemoryTarget, at?: string): Promise<{ rows: Record<string, string[]>; n: number }> {
  const path = newFolder()
  await restoreFolder(target, path, { at })
  const rows = logContents(path)
  const value = rows['value'].find(row => row.startsWith('["n",'))
  return { rows, n: value === undefined ? 0 : Number((JSON.parse(value) as string[])[1]) }
}

/** Writes until the manifest is on its way. A commit is in flight all the time, so also while the backup reads at its point in time. */
async function writeMeanwhile(target: MemoryTarget, write: (count: number) => Promise<void>): Promise<void> {
  const manifest = new AbortController()
  target.onWrite = async name => {
    await pause(0)
    if (name.startsWith('backups/')) manifest.abort()
  }
  do await write(1)
  while (!manifest.signal.aborted)
}

for (const seed of [1, 2, 3, 4].slice(0, sweep(2, 4)))
  test(`each of several backups of a log that changes meanwhile is the log as of one commit (seed ${seed})`, async () => {
    const draw = new Draw(seed)
    const random = new RandomCommits(draw, { forgets: seed % 2 === 0 })
    const path = newFolder()
    const folder = await openDataFolder(path)
    const commits: Commit[] = []
    const write = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++) {
        const commit = random.next()
        commits.push(structuredClone(commit))
        await folder.store.commit(commit)
      }
    }
    const target = new MemoryTarget()
    const backups: { backup: string; from: number; to: number }[] = []
    for (let i = 0; i < 8; i++) {
      await write(draw.between(0, 40))
      const from = commits.length
      const [{ backup }] = await Promise.all([backUpFolder(path, target, { ...small, clock: () => i }), writeMeanwhile(target, write)])
      backups.push({ backup, from, to: commits.length })
    }
    await closeDataFolder(folder)
    const stageRows = new Set(
      commits.flatMap(({ stages }) =>
        stages ? [JSON.stringify([stages.number, stages.first, stages.last, `bytes ${Buffer.from(stages.bytes).toString('hex')}`])] : [],
      ),
    )
    for (const { backup, from, to } of backups) {
      const { rows, n } = await restored(target, backup)
      assert.ok(from <= n && n <= to, `commit ${n} is between ${from} and ${to}`)
      const expected = await contentsOf(commits.slice(0, n))
      // Measurements may be a moment older.
      assert.deepEqual(
        rows['stage'].filter(row => !stageRows.has(row)),
        [],
      )
      assert.deepEqual({ ...rows, stage: [] }, { ...expected, stage: [] })
    }
    assert.deepEqual(
      await backupNames(target),
      backups.map(({ backup }) => backup),
    )
  })

test('the time of a backup is that of its commit: later commits during the last round are not in it', async t => {
  const random = new RandomCommits(new Draw(12))
  const path = newFolder()
  const folder = await openDataFolder(path)
  for (let i = 0; i < 50; i++) await folder.store.commit(random.next())
  // Time passes with each query. In the last round another connection commits; the time of its commit is later than that of the backup.
  let now = 1000
  let committed: number | undefined
  const other = new DatabaseSync(join(path, 'log.db'))
  t.mock.method(LogTableReader.prototype, 'rows', function* (this: LogTableReader, ...values: Parameters<LogTableReader['rows']>) {
    now++
    if (isLastRound && committed === undefined) {
      committed = now
      other.exec("INSERT INTO schema (source, version, columns) VALUES ('late', 1, '[]')")
    }
    yield* rows.call(this, ...values)
  })
  let isLastRound = false
  t.mock.method(LogTableReader.prototype, 'atOnePoint', function (this: LogTableReader, read: () => unknown) {
    return atOnePoint.call(this, () => {
      isLastRound = true
      return read()
    })
  })
  const target = new MemoryTarget()
  const { at, backup } = await backUpFolder(path, target, { ...small, clock: () => now })
  other.close()
  t.mock.restoreAll()
  assert.ok(at < committed!, `backup at ${at}, commit at ${committed}`)
  assert.deepEqual(
    (await restored(target, backup)).rows['schema'].filter(row => row.includes('late')),
    [],
  )
  await closeDataFolder(folder)
})

/** The methods as they are without mocks. */
const [rows, atOnePoint] = (['rows', 'atOnePoint'] as const).map(name => Reflect.get(LogTableReader.prototype, name)) as [
  (this: LogTableReader, ...values: Parameters<LogTableReader['rows']>) => Generator<TableRow>,
  (this: LogTableReader, read: () => unknown) => unknown,
]

test('unchanged contents are not written again', async () => {
  const random = new RandomCommits(new Draw(5))
  const path = newFolder()
  const folder = await openDataFolder(path)
  for (let i = 0; i < 300; i++) await folder.store.commit(random.next())
  const target = new MemoryTarget()
  const first = await backUpFolder(path, target, { ...small, clock: () => 1 })
  assert.ok(first.copied > 0.9 * first.bytes)
  const before = target.writes
  const second = await backUpFolder(path, target, { ...small, clock: () => 2 })
  assert.equal(target.writes - before, 1, 'a manifest alone')
  assert.deepEqual([second.copied, second.base], [0, first.backup])
  await folder.store.commit({ put: [['n', 'x']] })
  const third = await backUpFolder(path, target, { ...small, clock: () => 3 })
  assert.ok(third.copied > 0 && third.copied < first.bytes / 10, `${third.copied} of ${first.bytes}`)
  await closeDataFolder(folder)
})

test('changed effects are read one at a time, and those behind the last chunk are not looked for', async t => {
  const path = newFolder()
  const folder = await openDataFolder(path)
  const effects = (first: number, count: number) =>
    Array.from({ length: count }, (_, i) => {
      const number = first + i
      return { number, action: 'a', id: `i${number}`, entry: 0, key: 'k', t: 0, decidedAt: 0, due: undefined, body: '{}', isDry: false }
    })
  await folder.store.commit({ effects: effects(1, 2000) })
  const target = new MemoryTarget()
  const first = await backUpFolder(path, target, { ...small, clock: () => 1 })
  const effectChanges = [5, 6, 1500].map(number => ({ kind: 'delivered', number, sent: 1, at: 1, next: 1, why: '' }) as const)
  await folder.store.commit({ effectChanges, effects: effects(2001, 3000) })
  const all = t.mock.method(StatementSync.prototype, 'all')
  const changedKeys = t.mock.method(LogTableReader.prototype, 'changedKeys')
  const second = await backUpFolder(path, target, { ...small, clock: () => 2 })
  const rowsHeld = Math.max(...all.mock.calls.map(({ result }) => result?.length ?? 0))
  assert.ok(rowsHeld < 100, `${rowsHeld} rows at once`)
  assert.equal(Number(changedKeys.mock.calls[0].arguments[2]), 2000, 'the last effect of the earlier backup')
  const chunksBefore = new Map((await effectChunks(target, first.backup)).map(chunk => [chunk.hash, chunk.first]))
  const chunksAfter = new Set((await effectChunks(target, second.backup)).map(({ hash }) => hash))
  // Two chunks have the changed effects, and the last one was not full.
  assert.equal([...chunksBefore].filter(([hash]) => !chunksAfter.has(hash)).length, 3)
  t.mock.restoreAll()
  assert.deepEqual((await restored(target, second.backup)).rows, logContents(path))
  await closeDataFolder(folder)
})

const effectChunks = async (target: MemoryTarget, backup: string): Promise<readonly TableChunk[]> =>
  (await readBackupManifest(target, backup)).tables.find(({ table }) => table === 'effect')!.chunks

test('small rows that may change do not make many small objects', async () => {
  const path = newFolder()
  const folder = await openDataFolder(path)
  await folder.store.commit({ put: Array.from({ length: 5000 }, (_, i) => [`v${i}`, 'x'.repeat(200)] as const) })
  const target = new MemoryTarget()
  const { backup } = await backUpFolder(path, target, { rate: Infinity, clock: () => 1 })
  const chunksIn = async (name: string): Promise<readonly TableChunk[]> =>
    (await readBackupManifest(target, name)).tables.find(({ table }) => table === 'value')!.chunks
  const chunks = await chunksIn(backup)
  assert.ok(chunks.length >= 3 && chunks.slice(0, -1).every(({ bytes }) => bytes >= 1 << 18), JSON.stringify(chunks))
  await folder.store.commit({ put: [['v0', 'changed']] })
  const second = await backUpFolder(path, target, { rate: Infinity, clock: () => 2 })
  const kept = new Set(chunks.map(({ hash }) => hash))
  assert.ok((await chunksIn(second.backup)).filter(({ hash }) => !kept.has(hash)).length < chunks.length)
  await closeDataFolder(folder)
})

test('a backup that is cut off at any object leaves the earlier ones whole, and the next one writes what is missing alone', async () => {
  const random = new RandomCommits(new Draw(6), { forgets: false })
  const path = newFolder()
  const folder = await openDataFolder(path)
  const commits: Commit[] = []
  const write = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      commits.push(structuredClone(random.next()))
      await folder.store.commit(structuredClone(commits.at(-1)!))
    }
  }
  await write(60)
  const target = new MemoryTarget()
  const first = await backUpFolder(path, target, { ...small, clock: () => 0 })
  await write(60)
  const whole = new MemoryTarget()
  for (const [name, object] of target.objects) whole.objects.set(name, object)
  const { writes } = await backUpFolder(path, whole, { ...small, clock: () => 0 }).then(() => whole)
  assert.ok(writes > 20)
  for (let cut = 0; cut < writes; cut++) {
    target.writesLeft = 1
    const before = target.objects.size
    await assert.rejects(backUpFolder(path, target, { ...small, clock: () => 0 }), { code: 'SPILL_BACKUP', message: 'memory was cut off' })
    assert.deepEqual(await backupNames(target), [first.backup])
    assert.equal(target.objects.size - before, 1, 'nothing is written twice')
    if (cut % 10 === 0) assert.deepEqual((await restored(target)).rows, await contentsOf(commits.slice(0, 60)))
    if (cut === writes - 2) break
  }
  target.writesLeft = 1
  const last = await backUpFolder(path, target, { ...small, clock: () => 0 })
  assert.deepEqual((await restored(target, last.backup)).rows, await contentsOf(commits))
  await closeDataFolder(folder)
})

test('two backups at once to one target are both whole', async () => {
  const random = new RandomCommits(new Draw(7))
  const path = newFolder()
  const folder = await openDataFolder(path)
  for (let i = 0; i < 100; i++) await folder.store.commit(random.next())
  const target = new MemoryTarget()
  const both = await Promise.all([1, 2].map(at => backUpFolder(path, target, { ...small, clock: () => at })))
  for (const { backup } of both) assert.deepEqual((await restored(target, backup)).rows, logContents(path))
  await closeDataFolder(folder)
})

test('an abort stops a backup, and nothing but chunks is left', async () => {
  const path = newFolder()
  const folder = await openDataFolder(path)
  for (const random = new RandomCommits(new Draw(9)), end = 50; folder.store.transactions < end;) await folder.store.commit(random.next())
  const target = new MemoryTarget()
  const stop = new AbortController()
  target.onWrite = () => Promise.resolve(stop.abort())
  await assert.rejects(backUpFolder(path, target, { ...small, signal: stop.signal }), { code: 'SPILL_STOPPED' })
  assert.deepEqual(await backupNames(target), [])
  await closeDataFolder(folder)
})
