import assert from 'node:assert/strict'
import { test } from 'node:test'
import { computeHere } from '../../../test/batch/compute-here.ts'
import { decisionsOf, DrivenRun, type Driving } from '../../../test/batch/driven-run.ts'
import { ModelStore } from '../../../test/crash/model-store.ts'
import { random } from '../../base/random.ts'
import type { ComputeRun } from '../../batch/job.ts'
import { batchRunsIn } from '../../batch/ledger.ts'
import { batch, count, entity, every, features, linear, model, on, pipeline, scheduled, source, t } from '../../index.ts'
import { recordBatchOf } from '../../intake/record-batch.ts'
import { Run } from '../loop/run.ts'

const card = entity('card', t.string())
const shop = entity('shop', t.int())
const payments = source('payments', {
  schema: { id: t.string(), card, shop, amount: t.double(), label: t.string(), at: t.timestamp() },
  key: 'card',
  time: 'at',
  id: 'id',
})
const place = every('1m')
const of = { from: payments, entity: card } as const
const usual = features('usual', {
  ...of,
  place: batch(place, { lasts: '0ms' }),
  values: p => ({ n: count('10m'), mean: p.amount.mean('20m'), last: p.label.last('15m'), labels: p.label.lastK(3, '15m') }),
})
/** The same, with a job that takes no time. */
const ideal = features('ideal', {
  ...of,
  place: scheduled(place, { lasts: '0ms' }),
  values: p => ({ n: count('10m'), mean: p.amount.mean('20m'), last: p.label.last('15m'), labels: p.label.lastK(3, '15m') }),
})
const shops = features('shops', {
  from: payments,
  entity: shop,
  place: batch(every('5m'), { lasts: '2m' }),
  values: () => ({ n: count('lifetime') }),
})
const watch = model('watch', {
  decide: on(payments),
  inputs: p => ({
    usual: usual.of(p.card).n,
    mean: usual.of(p.card).mean,
    ideal: ideal.of(p.card).n,
    idealMean: ideal.of(p.card).mean,
    shop: shops.of(p.shop).n,
  }),
  score: linear({ intercept: 0, weights: { usual: 1 } }),
})
const pay = pipeline('pay', [watch])
const start = Date.parse('2026-01-01T00:00Z')
const MINUTE = 60_000

/** Times are counted from the start. */
const open = ({ at = 0, ...driving }: Omit<Driving, 'now' | 'start'> & { readonly at?: number } = {}): DrivenRun =>
  new DrivenRun(pay, { start, now: at, ...driving })

const pick = random(7)
const payment = (id: number, ms: number): Record<string, unknown> => ({
  id: `i${id}`,
  card: `c${Math.floor(pick() * 5)}`,
  shop: Math.floor(pick() * 3),
  amount: pick() * 10 - 5,
  label: `l${Math.floor(pick() * 8)}`,
  at: start + ms - Math.floor(pick() * 2 * MINUTE),
})
const feature = (run: Run, group: string, key: string) => run.features([{ group, key: [key] }])[0]

test('a result is as of its time, whatever arrived since, and equals that of a job that takes no time', async () => {
  const driven = open()
  const { run, to } = driven
  for (let m = 0, id = 0; m < 40; m++) {
    // The run sees some events, and others follow it.
    await to(m * MINUTE + 1)
    for (let i = 0; i < 4; i++) await run.submit('payments', recordBatchOf([payment(id++, m * MINUTE + 1)]))
    await to(m * MINUTE + 30_000)
    await run.submit('payments', recordBatchOf([payment(id++, m * MINUTE + 30_000)]))
    for (let c = 0; c < 6; c++) {
      const [as, like] = [feature(run, 'usual', `c${c}`), feature(run, 'ideal', `c${c}`)]
      assert.deepEqual(as.features, like.features)
      // Before the first arrival there was no run, and the feature sees as little.
      if (m > 0) assert.deepEqual([as.asOf, as.visibleEvents, as.layer, as.degraded], [like.asOf, like.visibleEvents, 'batch', undefined])
    }
  }
  const decisions = decisionsOf(driven)
  assert.equal(decisions.length, 200)
  for (const { vector, read } of decisions) {
    const { usual: n, ideal: like, mean, idealMean } = vector as Record<string, number>
    assert.deepEqual([n, mean], [like, idealMean])
    if (read['usual(card)'].visibleEvents > 0) assert.deepEqual(read['usual(card)'], read['ideal(card)'])
  }
  assert.ok(decisions.some(({ vector }) => (vector as { usual: number }).usual > 2))
  assert.deepEqual(driven.reports, [])
  await run.stop()
})

test('the group serves the last result until the next is there, and says when that is late', async () => {
  let release: (() => void) | undefined
  const blockedCompute: (store: ModelStore) => ComputeRun = store => async (job, take, signal) => {
    await new Promise<void>(resolve => (release = resolve))
    return computeHere(store)(job, take, signal)
  }
  const { run, to } = open({ computing: blockedCompute })
  await run.submit('payments', recordBatchOf([{ ...payment(1, 0), shop: 1, at: start }]))
  await to(5 * MINUTE + 1)
  assert.deepEqual([feature(run, 'shops', '1').asOf, feature(run, 'shops', '1').features['n']], [null, { value: 0 }])
  await to(7 * MINUTE + 1)
  assert.match(feature(run, 'shops', '1').degraded!, /batch run of 2026-01-01T00:05:00.000Z is not there yet/)
  // One run at a time: that of the other group began first.
  for (let i = 0; i < 20 && feature(run, 'shops', '1').asOf === null; i++) {
    release?.()
    await to(7 * MINUTE + 2 + i)
  }
  const { asOf, degraded, features: values, ageMs } = feature(run, 'shops', '1')
  assert.deepEqual([asOf, degraded, values], [start + 5 * MINUTE, undefined, { n: { value: 1 } }])
  assert.ok(ageMs! > 2 * MINUTE)
  release?.()
  await run.stop()
})

test('of missed runs only the last is made, and a restart continues with the result in use', async () => {
  const first = open()
  for (let id = 0; id < 20; id++) await first.run.submit('payments', recordBatchOf([payment(id, 0)]))
  await first.to(3 * MINUTE + 1)
  const before = feature(first.run, 'usual', 'c1')
  await first.run.stop()
  const { commits, states } = first.store.disk
  const disk = () => ({ commits: [...commits], states: new Map(states) })
  const ledger = batchRunsIn(first.store)

  const again = open({ disk: disk(), at: 3 * MINUTE + 2 })
  assert.deepEqual(feature(again.run, 'usual', 'c1').features, before.features)
  assert.equal(feature(again.run, 'usual', 'c1').asOf, before.asOf)
  assert.deepEqual(batchRunsIn(again.store), ledger)
  await again.to(17 * MINUTE + 1)
  assert.deepEqual(
    batchRunsIn(again.store)
      .slice(ledger.length)
      .map(({ group, s, state }) => [group, (s - start) / MINUTE, state]),
    [
      ['usual', 17, 'done'],
      ['shops', 15, 'done'],
    ],
  )
  await again.run.stop()

  // Only the log is left: the file of the result is lost.
  const restarted = open({ disk: { ...disk(), states: new Map() }, at: 3 * MINUTE + 2 })
  assert.deepEqual(feature(restarted.run, 'usual', 'c1').features, before.features)
  assert.match(restarted.reports.join(), /the result of run \d+ of group 'usual' is missing or damaged; it is made again from the log/)
  await restarted.run.stop()
})

test('a failed run is reported and retried', async () => {
  let failures = 2
  const failing: (store: ModelStore) => ComputeRun = store => async (job, take, signal) => {
    if (job.group.name === 'usual' && failures-- > 0) throw new Error('no memory')
    return computeHere(store)(job, take, signal)
  }
  const { run, to, reports, store } = open({ computing: failing })
  await run.submit('payments', recordBatchOf([{ ...payment(1, 0), card: 'c1', at: start }]))
  await to(MINUTE + 1)
  assert.equal(feature(run, 'usual', 'c1').asOf, null)
  await to(MINUTE + 10_000)
  await to(MINUTE + 20_000)
  assert.equal(feature(run, 'usual', 'c1').asOf, start + MINUTE)
  assert.match(reports[0], /the batch run of group 'usual' of 2026-01-01T00:01:00.000Z failed, and it is tried again: no memory/)
  const states = batchRunsIn(store)
    .filter(({ group }) => group === 'usual')
    .map(({ state, error }) => [state, error])
  assert.deepEqual(states, [
    ['failed', 'no memory'],
    ['failed', 'no memory'],
    ['done', undefined],
  ])
  await run.stop()
})

test('an unfinished run begins again, a finished one is swapped in, and a replay gives the same decisions', async () => {
  const first = open()
  for (let id = 0; id < 10; id++) await first.run.submit('payments', recordBatchOf([payment(id, 0)]))
  await first.to(MINUTE + 1)
  for (let id = 10; id < 20; id++) await first.run.submit('payments', recordBatchOf([payment(id, MINUTE + 1)]))
  await first.run.whenIdle()
  const decisions = decisionsOf(first)
  const { commits, states } = first.store.disk
  // As after a crash at each commit: recorded decisions stay, and the rest is decided as before.
  for (let commitCount = 1; commitCount <= commits.length; commitCount++) {
    const again = open({ disk: { commits: commits.slice(0, commitCount), states: new Map(states) }, at: MINUTE + 1 })
    if (again.run.end === 0) await again.run.submit('payments', recordBatchOf([payment(1, 0)]))
    await again.to(MINUTE + 1)
    const usualRuns = batchRunsIn(again.store).filter(({ group }) => group === 'usual')
    assert.ok(usualRuns.every(({ state }) => state !== 'running'))
    assert.equal(usualRuns.filter(({ state }) => state === 'done').length, 1)
    assert.equal(feature(again.run, 'usual', 'c1').asOf, start + MINUTE)
    const entries = new Map(decisionsOf(again).map(one => [one.entry, one]))
    for (const one of decisions) {
      const same = entries.get(one.entry)
      if (same && commitCount === commits.length) assert.deepEqual(same, one)
    }
    await again.run.stop()
  }
})

test('a run on demand is as of its request, and its requester gets the result or the error', async () => {
  let fails = false
  const sometimes: (store: ModelStore) => ComputeRun = store => async (job, take, signal) => {
    if (fails) throw new Error('no memory')
    return computeHere(store)(job, take, signal)
  }
  const { run, to, reports } = open({ at: 30_000, computing: sometimes })
  await run.submit('payments', recordBatchOf([{ ...payment(1, 0), shop: 2, at: start }]))
  await to(30_000)
  const requests = Promise.all([run.batch('shops'), run.batch('shops')])
  await to(30_001)
  const [record, same] = await requests
  assert.deepEqual([record.why, record.s, record.state, record.done?.keys], ['demand', start + 30_000, 'done', 1])
  assert.equal(record, same)
  assert.deepEqual([feature(run, 'shops', '2').asOf, feature(run, 'shops', '2').features['n']], [start + 30_000, { value: 1 }])
  fails = true
  const failed = assert.rejects(run.batch('shops'), { message: 'no memory' })
  await to(30_002)
  await failed
  assert.deepEqual(reports, [])
  fails = false
  await assert.rejects(run.batch('ideal'), { code: 'SPILL_INPUT', message: /group 'ideal' is not placed batch/ })
  const late = assert.rejects(run.batch('shops'), { code: 'SPILL_STOPPED' })
  await run.stop()
  await late
  await assert.rejects(run.batch('shops'), { code: 'SPILL_STOPPED' })
})

test('a definition that replaced another and is itself replaced again is run at once, although its last run is of this time', async () => {
  const versionOf = (window: '2h' | '3h') => {
    const hourly = features('hourly', { ...of, place: batch(every('1h'), { lasts: '0ms' }), values: () => ({ n: count(window) }) })
    const score = linear({ intercept: 0, weights: { n: 1 } })
    return pipeline('pay', [model('watch', { decide: on(payments), inputs: p => ({ n: hourly.of(p.card).n }), score })])
  }
  const HOUR = 60 * MINUTE
  const hourly = (run: Run) => feature(run, 'hourly', 'c1')
  let left: Driving['disk']
  for (const [i, window] of (['2h', '3h', '2h'] as const).entries()) {
    const driven = new DrivenRun(versionOf(window), { start, now: i === 0 ? 0 : HOUR + i * MINUTE, disk: left })
    const { run, to } = driven
    if (i === 0) await run.submit('payments', recordBatchOf([{ ...payment(1, 0), card: 'c1', at: start }]))
    else assert.equal(hourly(run).asOf, null, 'the values are of another definition')
    await to(HOUR + i * MINUTE + 1)
    assert.deepEqual([hourly(run).asOf, hourly(run).features['n']], [start + HOUR, { value: 1 }])
    await run.stop()
    left = driven.left
  }
})
