/** Batch runs that a process left unfinished: by a crash, or by a stop in the middle. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { computeHere } from '../../../test/batch/compute-here.ts'
import { DrivenRun } from '../../../test/batch/driven-run.ts'
import { ModelStore, type Disk } from '../../../test/crash/model-store.ts'
import { turns } from '../../../test/crash/turns.ts'
import { pause } from '../../base/clock.ts'
import type { ComputeRun } from '../../batch/job.ts'
import { partFile, partsIn, batchRunsIn, type BatchRunRecord } from '../../batch/ledger.ts'
import { batch, count, entity, every, features, pipeline, source, t } from '../../index.ts'
import { recordBatchOf } from '../../intake/record-batch.ts'
import type { Commit } from '../../log/store.ts'

const card = entity('card', t.string())
const sales = source('sales', { schema: { card, amount: t.double(), at: t.timestamp() }, key: 'card', time: 'at' })
const place = batch(every('10m'), { lasts: '0ms' })
const usual = features('usual', { from: sales, entity: card, place, values: s => ({ n: count('1h'), mean: s.amount.mean('1h') }) })
const shop = pipeline('shop', [usual])
const start = Date.parse('2026-01-01T00:00Z')
const MINUTE = 60_000
const DUE = start + 10 * MINUTE
const PARTITIONS = 4

/** Computes a given number of parts of each run after the first, then hangs until it is stopped. Counts the parts. */
const hangingAfter =
  (most: number, parts: number[] = []) =>
  (store: ModelStore): ComputeRun =>
  (job, sink, signal) => {
    if (job.asOf === start) return computeHere(store, PARTITIONS)(job, sink, signal)
    const aborted = new Promise<never>((_, reject) =>
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
    )
    const some = {
      begin: (partitions: number) => sink.begin(partitions),
      write: (partition: number, block: Uint8Array<ArrayBuffer>) =>
        parts.length < most ? sink.write(partition, block) : new Promise<void>(() => {}),
      endPart: async (part: Parameters<typeof sink.endPart>[0]) => {
        parts.push(part.partition)
        await sink.endPart(part)
      },
    }
    return Promise.race([computeHere(store, PARTITIONS)(job, some, signal), aborted])
  }

const rows = Array.from({ length: 200 }, (_, i) => ({ card: `c${i % 40}`, amount: i / 7, at: start + i }))

/** The second run, of `DUE`, has begun with that many parts, and hangs. */
async function begun(parts: number): Promise<DrivenRun> {
  const driven = new DrivenRun(shop, { now: start + MINUTE, computing: hangingAfter(parts) })
  await driven.run.submit('sales', recordBatchOf(rows))
  await driven.to(start + MINUTE + 1)
  await driven.to(DUE + 1, 1)
  return driven
}

async function next(disk: Disk, { now = DUE + 2, runnable = shop } = {}): Promise<DrivenRun & { parts: number[] }> {
  const parts: number[] = []
  const driven = new DrivenRun(runnable, { disk, now, computing: hangingAfter(Infinity, parts) })
  await driven.to(now)
  return Object.assign(driven, { parts })
}

const only = (runs: readonly BatchRunRecord[]): BatchRunRecord => {
  assert.equal(runs.length, 2)
  return runs[1]
}

const whole = await (async () => {
  const { store, run } = await begun(Infinity)
  await run.stop()
  return only(batchRunsIn(store))
})()

test('parts that were finished before a crash or stop are kept, and the run ends with the same hash', async () => {
  assert.equal(whole.done!.partitions, PARTITIONS)
  assert.deepEqual([whole.state, whole.resumed, whole.schema], ['done', undefined, 1])
  for (const isStopped of [false, true])
    for (let parts = 0; parts < PARTITIONS; parts++) {
      const first = await begun(parts)
      if (isStopped) await first.run.stop()
      const left = only(batchRunsIn(first.store))
      assert.deepEqual([left.state, partsIn(first.store, 2).size], ['running', parts])
      const again = await next(first.left)
      const run = only(batchRunsIn(again.store))
      assert.deepEqual([run.number, run.state, run.resumed, run.cut, run.began], [2, 'done', 1, left.cut, left.began])
      assert.deepEqual(
        again.parts,
        Array.from({ length: PARTITIONS - parts }, (_, i) => parts + i),
      )
      const { seconds: _seconds, memory: _memory, ...done } = run.done!
      const { seconds: _s, memory: _m, ...expected } = whole.done!
      assert.deepEqual(done, expected)
      assert.deepEqual(again.run.features([{ group: 'usual', key: ['c3'] }])[0].features['n'], { value: 5 })
      assert.deepEqual(again.reports, [])
      await again.run.stop()
    }
})

test('a damaged, truncated or lost part is made again, and no other', async () => {
  const first = await begun(3)
  const ways: readonly ((bytes: Uint8Array) => Uint8Array | undefined)[] = [
    bytes => Uint8Array.from(bytes, (byte, i) => (i === 20 ? byte ^ 1 : byte)),
    bytes => bytes.subarray(0, bytes.length - 1),
    () => new Uint8Array(0),
    () => undefined,
  ]
  for (const way of ways) {
    const { commits, states = new Map<string, Uint8Array>() } = first.left
    const file = partFile(2, 1)
    const damaged = way(states.get(file)!)
    states.delete(file)
    if (damaged) states.set(file, damaged)
    const again = await next({ commits, states })
    assert.deepEqual(again.parts, [1, 3])
    assert.equal(only(batchRunsIn(again.store)).done!.hash, whole.done!.hash)
    await again.run.stop()
  }
})

test('a second crash is resumed too, with the original number of partitions', async () => {
  const first = await begun(1)
  const second = new DrivenRun(shop, { disk: first.left, now: DUE + 2, computing: hangingAfter(1) })
  await second.to(DUE + 2, 1)
  assert.equal(partsIn(second.store, 2).size, 2)
  const third = new DrivenRun(shop, { disk: second.left, now: DUE + 3, computing: store => computeHere(store, 16) })
  await third.to(DUE + 3)
  const run = only(batchRunsIn(third.store))
  assert.deepEqual([run.resumed, run.done!.partitions, run.done!.hash], [2, PARTITIONS, whole.done!.hash])
  await third.run.stop()
})

test('if a later run is due, the unfinished one is broken off and its parts are dropped', async () => {
  const first = await begun(2)
  const later = await next(first.left, { now: DUE + 10 * MINUTE + 1 })
  assert.deepEqual(
    batchRunsIn(later.store).map(({ number, state, s }) => [number, state, (s - start) / MINUTE]),
    [
      [1, 'done', 0],
      [2, 'broken off', 10],
      [3, 'done', 20],
    ],
  )
  assert.equal(partsIn(later.store, 2).size, 0)
  later.run.checkpoint()
  await later.run.whenIdle()
  assert.deepEqual(
    [...later.store.disk.states.keys()].filter(name => name.startsWith('run-2-')),
    [],
  )
  await later.run.stop()
})

test('after a change of definition the unfinished run is broken off, and a new one is made', async () => {
  const other = features('usual', { from: sales, entity: card, place, values: s => ({ n: count('30m'), mean: s.amount.mean('1h') }) })
  const first = await begun(2)
  const changed = await next(first.left, { runnable: pipeline('shop', [other]) })
  assert.deepEqual(
    batchRunsIn(changed.store).map(({ number, state, s }) => [number, state, (s - start) / MINUTE]),
    [
      [1, 'done', 0],
      [2, 'broken off', 10],
      [3, 'done', 10],
    ],
  )
  await changed.run.stop()
})

test('a run on demand is resumed, even though nobody waits for it any more', async () => {
  const first = new DrivenRun(shop, { now: start + MINUTE, computing: hangingAfter(2) })
  await first.run.submit('sales', recordBatchOf(rows))
  await first.to(start + MINUTE + 1)
  const request = assert.rejects(first.run.batch('usual'), { code: 'SPILL_STOPPED' })
  first.run.tick()
  for (let i = 0; i < 20; i++) await pause(0)
  await first.run.stop()
  await request
  const again = await next(first.left, { now: start + 2 * MINUTE })
  const run = batchRunsIn(again.store).find(({ why }) => why === 'demand')!
  assert.deepEqual([run.state, run.resumed, again.parts], ['done', 1, [2, 3]])
  await again.run.stop()
})

test('the ledger keeps a limited number of runs of a group, and the parts that may be needed', async () => {
  const driven = new DrivenRun(shop, { now: start + MINUTE, runsKept: 3, computing: store => computeHere(store, PARTITIONS) })
  await driven.run.submit('sales', recordBatchOf(rows))
  for (let i = 1; i <= 6; i++) await driven.to(start + i * 10 * MINUTE + 1)
  driven.run.checkpoint()
  await driven.run.whenIdle()
  const numbers = batchRunsIn(driven.store).map(({ number }) => number)
  assert.deepEqual(numbers.length, 3)
  const files = [...driven.store.disk.states.keys()].filter(name => name.startsWith('run-'))
  const needed = numbers.slice(-2).flatMap(number => Array.from({ length: PARTITIONS }, (_, partition) => partFile(number, partition)))
  assert.deepEqual(files.sort(), needed.sort())
  await driven.run.stop()
})

/** Holds back the record of a finished run, and every later commit. */
class HoldingEnd extends ModelStore {
  override commit(commit: Commit): Promise<void> {
    const { put = [] } = commit
    if (put.some(([name, text]) => name.startsWith('run/') && text?.includes('"state":"done"'))) this.hold()
    return super.commit(commit)
  }
}

test('the log keeps the events of the first result while the end of its run is not durable yet', async () => {
  const besides = () => ({ keep: 1 })
  const first = new DrivenRun(shop, { now: start + MINUTE, makeStore: disk => new HoldingEnd(disk, true), besides })
  for (const part of [rows.slice(0, 100), rows.slice(100)]) await first.run.submit('sales', recordBatchOf(part))
  const later = start + 180 * MINUTE
  const moved = [first.to(DUE + 1)]
  while (first.store.waiting === 0) await turns(1)
  const sent = first.run.submit('sales', recordBatchOf([{ card: 'c3', amount: 1, at: later }]))
  moved.push(first.to(later))
  await turns()
  // The crash keeps the waiting commits, and loses the files of the result.
  const { commits } = first.store.crash(first.store.waiting)
  first.store.fail()
  await Promise.allSettled([...moved, sent])
  const again = new DrivenRun(shop, { disk: { commits }, now: later + 1, computing: hangingAfter(0), besides })
  again.run.tick()
  await turns()
  assert.deepEqual(again.run.features([{ group: 'usual', key: ['c3'] }])[0].features['n'], { value: 5 })
  assert.deepEqual(again.reports, ["the result of run 1 of group 'usual' is missing or damaged; it is made again from the log"])
  await again.run.stop()
})
