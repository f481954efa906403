/**
 * Bad conditions of batch runs: clocks that jump, time zone changes, failing disks, damaged results, and a kill in the middle of a swap.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DrivenRun } from '../../../test/batch/driven-run.ts'
import { ModelStore, type Disk } from '../../../test/crash/model-store.ts'
import { pause } from '../../base/clock.ts'
import { partFile, batchRunsIn } from '../../batch/ledger.ts'
import { batch, count, entity, every, features, linear, model, on, pipeline, source, t, type Placement } from '../../index.ts'
import { recordBatchOf } from '../../intake/record-batch.ts'
import { LOG_START, logStartText } from '../../log/named-values.ts'
import type { StateSink } from '../../log/store.ts'
import { computeHere } from '../../../test/batch/compute-here.ts'
import { recordedDecisions } from '../decide/recorded-decision.ts'

const card = entity('card', t.string())
const sales = source('sales', { schema: { card, amount: t.double(), at: t.timestamp() }, key: 'card', time: 'at' })
const placed = (place: Placement) => {
  const usual = features('usual', { from: sales, entity: card, place, values: () => ({ n: count('lifetime') }) })
  const watch = model('watch', {
    decide: on(sales),
    inputs: s => ({ n: usual.of(s.card).n }),
    score: linear({ intercept: 0, weights: { n: 1 } }),
  })
  return pipeline('shop', [watch])
}
const shop = placed(batch(every('10m'), { lasts: '0ms' }))
const start = Date.parse('2026-01-01T00:00Z')
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const minutes = (n: number): number => start + n * MINUTE

const sell = (driven: DrivenRun, at: number, many = 1) =>
  driven.run.submit('sales', recordBatchOf(Array.from({ length: many }, () => ({ card: 'c', amount: 1, at }))))
const timesOf = ({ store }: DrivenRun): number[] => batchRunsIn(store).map(({ s }) => (s - start) / MINUTE)
const valuesOf = (driven: DrivenRun) => {
  const { asOf, features: values } = driven.run.features([{ group: 'usual', key: ['c'] }])[0]
  return [asOf === null ? null : (asOf - start) / MINUTE, (values['n'] as { value: number }).value]
}
const decided = (driven: DrivenRun) =>
  driven.store.decisions.flatMap(({ bytes }) => [...recordedDecisions(bytes)]).map(({ vector }) => (vector as { n: number }).n)
const swapsIn = (disk: Disk): number[] =>
  batchRunsIn(new ModelStore(disk)).flatMap(({ number, swapped }) => (swapped === undefined ? [] : [number]))

test('a clock that jumps over several scheduled times makes the last of them, once', async () => {
  const driven = new DrivenRun(shop, { now: start })
  await sell(driven, start)
  await driven.to(minutes(10) + 1)
  await driven.to(minutes(57))
  await driven.to(minutes(58))
  assert.deepEqual(timesOf(driven), [10, 50])
  assert.deepEqual(valuesOf(driven), [50, 1])
  await driven.run.stop()
})

test('a clock that jumps back behind the last run repeats none, and nothing precedes its cut', async () => {
  const driven = new DrivenRun(shop, { now: start })
  await sell(driven, start)
  await driven.to(minutes(20) + 1)
  await driven.to(minutes(3))
  await sell(driven, minutes(3))
  assert.deepEqual(timesOf(driven), [20])
  assert.deepEqual(valuesOf(driven), [20, 1])
  // Later events arrived after the run, whatever the clock says.
  assert.ok(driven.store.segments.at(-1)!.arrival > minutes(20))
  const again = new DrivenRun(shop, { disk: driven.left, now: minutes(4) })
  await sell(again, minutes(4))
  assert.deepEqual(timesOf(again), [20])
  // A run on demand is as of now all the same: it sees the newest events.
  const request = again.run.batch('usual')
  await again.to(minutes(4))
  const record = await request
  assert.ok(record.s > minutes(20))
  assert.equal(valuesOf(again)[1], 3)
  await again.to(minutes(30) + 1)
  assert.equal(timesOf(again).at(-1), 30)
  assert.equal(valuesOf(again)[1], 3)
  await driven.run.stop()
  await again.run.stop()
})

test('after a failure and a jump back the run is retried within minutes', async () => {
  let fails = true
  const driven = new DrivenRun(shop, {
    now: start,
    computing: store => (job, sink, signal) => (fails ? Promise.reject(new Error('no memory')) : computeHere(store)(job, sink, signal)),
  })
  await sell(driven, start)
  await driven.to(minutes(600) + 1, 1)
  fails = false
  await driven.to(minutes(605) - HOUR)
  // The schedule reaches no due time again, and then it does.
  await driven.to(minutes(606))
  assert.deepEqual(
    batchRunsIn(driven.store).map(({ state, s }) => [state, (s - start) / MINUTE]),
    [
      ['failed', 600],
      ['done', 600],
    ],
  )
  await driven.run.stop()
})

for (const [change, from, to, expected] of [
  [
    'skips it',
    '2026-03-27T12:00Z',
    '2026-03-31T12:00Z',
    ['2026-03-28T01:30:00.000Z', '2026-03-29T01:00:00.000Z', '2026-03-30T00:30:00.000Z', '2026-03-31T00:30:00.000Z'],
  ],
  [
    'has it twice',
    '2026-10-23T12:00Z',
    '2026-10-27T12:00Z',
    ['2026-10-24T00:30:00.000Z', '2026-10-25T00:30:00.000Z', '2026-10-26T01:30:00.000Z', '2026-10-27T01:30:00.000Z'],
  ],
] as const)
  test(`a nightly run at 02:30 is made once in a night that ${change}`, async () => {
    const nightly = placed(batch('30 2 * * *', { zone: 'Europe/Zurich', lasts: '0ms' }))
    const first = Date.parse(from)
    let driven = new DrivenRun(nightly, { now: first })
    await sell(driven, first)
    await driven.to(first + 1)
    const before = batchRunsIn(driven.store).length
    for (let now = first; now <= Date.parse(to); now += HOUR / 4) {
      await driven.to(now, 3)
      // A start in the middle of that night makes no further run.
      if (now % (12 * HOUR) === HOUR * 1.25) driven = new DrivenRun(nightly, { disk: driven.left, now })
    }
    const runs = batchRunsIn(driven.store).slice(before)
    assert.deepEqual(
      runs.map(({ s }) => new Date(s).toISOString()),
      expected,
    )
    assert.ok(runs.every(({ state }) => state === 'done'))
    await driven.run.stop()
  })

/** A disk that rejects files for a while. */
class NoRoom extends ModelStore {
  isFull = false

  override createState(name: string): StateSink {
    const sink = super.createState(name)
    return {
      ...sink,
      append: bytes => (this.isFull ? Promise.reject(new Error('ENOSPC: no space left on device, write')) : sink.append(bytes)),
    }
  }
}

test('while the disk rejects results for an hour the last one is served, nothing is lost, and the next run follows', async () => {
  const store = new NoRoom(undefined, true)
  const driven = new DrivenRun(shop, { now: start, makeStore: () => store })
  await sell(driven, start)
  await driven.to(minutes(10) + 1)
  store.isFull = true
  for (let minute = 11; minute <= 70; minute++) {
    await driven.to(minutes(minute) + 1, 2)
    await sell(driven, minutes(minute))
    assert.deepEqual(valuesOf(driven), [10, 1])
  }
  const failed = batchRunsIn(store).filter(({ state }) => state === 'failed')
  // One second to five minutes between two tries.
  assert.ok(failed.length >= 12 && failed.length <= 25, `${failed.length} tries`)
  assert.match(failed[0].error!, /ENOSPC/)
  assert.match(driven.reports[0], /the batch run of group 'usual' of 2026-01-01T00:20:00.000Z failed, and it is tried again: ENOSPC/)
  assert.match(driven.run.features([{ group: 'usual', key: ['c'] }])[0].degraded!, /batch run of 2026-01-01T01:10:00.000Z is not there yet/)
  assert.deepEqual([...store.disk.states.keys()], [partFile(1, 0)])
  store.isFull = false
  await driven.to(minutes(76))
  assert.deepEqual(valuesOf(driven), [70, 60])
  assert.deepEqual(decided(driven).length, 61)
  await driven.run.stop()
})

test('a damaged result is made again at the start, and reported', async () => {
  const driven = new DrivenRun(shop, { now: start, computing: store => computeHere(store, 2) })
  await sell(driven, start, 3)
  await driven.to(minutes(10) + 1)
  const { commits, states = new Map<string, Uint8Array>() } = driven.left
  for (const [name, bytes] of states)
    states.set(
      name,
      Uint8Array.from(bytes, (byte, i) => (i === bytes.length - 1 ? byte ^ 4 : byte)),
    )
  const again = new DrivenRun(shop, { disk: { commits, states }, now: minutes(10) + 2 })
  assert.deepEqual(valuesOf(again), [10, 3])
  assert.match(
    again.reports[0],
    /1 of 2 parts of the result of run 1 of group 'usual' is missing or damaged; it is made again from the log/,
  )
  await driven.run.stop()
  await again.run.stop()
  // The run stored the recomputed part: the next start reports nothing.
  const third = new DrivenRun(shop, { disk: { commits, states }, now: minutes(10) + 3 })
  assert.deepEqual([valuesOf(third), third.reports], [[10, 3], []])
  await third.run.stop()
})

test('a lost result whose events are forgotten is not made from fewer events', async () => {
  const driven = new DrivenRun(shop, { now: start })
  await sell(driven, start, 3)
  await driven.to(minutes(10) + 1)
  await sell(driven, minutes(11))
  const { commits } = driven.left
  const behind = driven.store.lastSegment()!.first
  commits.push({ forget: behind, put: [[LOG_START, logStartText({ entry: behind, arrival: minutes(10) })]] })
  const again = new DrivenRun(shop, { disk: { commits }, now: minutes(12) })
  assert.deepEqual(valuesOf(again), [null, 0])
  assert.match(again.reports.join('; '), /the result of run 1 of group 'usual' cannot be made again: it has no values until the next \(/)
  await driven.run.stop()
  await again.run.stop()
})

test('a run that is killed during a swap has swapped once, now or after the start', async () => {
  const driven = new DrivenRun(shop, { now: start })
  await sell(driven, start, 2)
  await driven.to(minutes(10) - 1)
  driven.store.hold()
  void driven.to(minutes(10) + 1)
  const seen: number[][] = []
  for (let step = 0; step < 12; step++) {
    for (let i = 0; i < 5; i++) await pause(0)
    for (const commitCount of [0, driven.store.waiting]) {
      const disk = driven.store.crash(commitCount)
      const before = swapsIn(disk)
      const again = new DrivenRun(shop, { disk, now: minutes(10) + 2 })
      await again.to(minutes(10) + 2)
      assert.deepEqual(
        [swapsIn(again.store.disk), valuesOf(again)],
        [
          [1, 2],
          [10, 2],
        ],
      )
      await again.run.stop()
      seen.push(before)
    }
    driven.store.sync(1)
  }
  driven.store.keepUp()
  await driven.run.stop()
  // Crashes came before and after the swap.
  assert.deepEqual([seen[0], seen.at(-1)], [[1], [1, 2]])
})
