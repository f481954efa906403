import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModelStore, type Disk } from '../../../test/crash/model-store.ts'
import { random } from '../../base/random.ts'
import { count, entity, every, features, lag, linear, model, on, partial } from '../../index.ts'
import { pipeline, scheduled, source, stream, t, table } from '../../index.ts'
import { recordBatchOf } from '../../intake/record-batch.ts'
import { logStartOf } from '../../log/named-values.ts'
import { damagedSegments } from '../../log/verify.ts'
import { featuresFromLog } from '../history/features-at.ts'
import type { Runnable } from './open-pipeline.ts'
import { pipelinePlan } from '../../operate/plan.ts'
import { recordedDecisions } from '../decide/recorded-decision.ts'
import { retentionMs } from './retention.ts'
import { Run } from '../loop/run.ts'

const card = entity('card', t.string())
const payments = source('payments', {
  schema: { id: t.string(), card, amount: t.int(), at: t.timestamp() },
  key: 'card',
  time: 'at',
  id: 'id',
  dedupe: '20m',
})
const readings = source('readings', {
  schema: { card, level: t.int(), gone: t.bool(), at: t.timestamp() },
  key: 'card',
  time: 'at',
  identity: ['at'],
  revisable: '30m',
  deleted: 'gone',
})
const score = linear({ intercept: 0, weights: { n: 1 } })
const streamed = (window: '1h' | '2h') =>
  features('streamed', { from: payments, entity: card, place: stream, values: p => ({ n: count(window), most: p.amount.max(window) }) })
const lagging = features('lagging', { from: payments, entity: card, place: lag('9m'), values: p => ({ sum: p.amount.sum('50m') }) })
const partly = features('partly', { from: payments, entity: card, place: partial('70m'), values: () => ({ n: count('10m') }) })
const quarterly = features('quarterly', {
  from: readings,
  entity: card,
  place: scheduled('*/15 * * * *', { lasts: '2m' }),
  values: r => ({ mean: r.level.mean('40m'), last: r.level.last('1h') }),
})
const revised = features('revised', {
  from: readings,
  entity: card,
  place: stream,
  values: r => ({ n: count('1h'), low: r.level.min('1h') }),
})

function watching(window: '1h' | '2h'): Runnable {
  const now = streamed(window)
  const onPayment = model('on_payment', {
    decide: on(payments),
    inputs: p => ({
      n: now.of(p.card).n,
      most: now.of(p.card).most,
      lag: lagging.of(p.card),
      partly: partly.of(p.card),
      r: revised.of(p.card),
    }),
    score,
  })
  const onTick = model('on_tick', {
    decide: every('5m', card, { live: '45m' }),
    inputs: ({ card: c }) => ({ n: now.of(c).n, q: quarterly.of(c), r: revised.of(c) }),
    score,
  })
  return pipeline('watching', [onPayment, onTick])
}
const watch = watching('1h')
const keep = retentionMs(watch.ir, 60_000)

const start = Date.parse('2026-01-01T00:00Z')
const minute = (m: number) => start + m * 60_000

/** One minute of a history, with duplicates, revisions and deletes of events within `keep`. */
function minuteOf(m: number): { payments: unknown[]; readings: unknown[] } {
  const next = random(m + 1)
  const pick = (n: number) => Math.floor(next() * n)
  const payment = (id: number) => ({
    id: `i${id}`,
    card: `c${id % 5}`,
    amount: (id * 37) % 100,
    at: minute(Math.floor(id / 10) - (id % 7)),
  })
  const reading = () => ({ card: `c${pick(4)}`, level: pick(200), gone: pick(9) === 0, at: minute(m - pick(pick(4) === 0 ? 45 : 5)) })
  return {
    payments: Array.from({ length: pick(4) }, (_, i) => payment(Math.max(0, m - pick(2) * 3) * 10 + i)),
    readings: Array.from({ length: pick(4) }, reading),
  }
}

function open(runnable: Runnable, disk: Disk | undefined, keeping: number | undefined) {
  const store = new ModelStore(disk, true)
  const reports: string[] = []
  let now = start
  const run = new Run(runnable, { store, clock: () => now, keep: keeping, onReport: report => reports.push(report) })
  const through = async (m: number) => {
    now = minute(m)
    run.tick()
    await settle(run, 1)
    const batch = minuteOf(m)
    await run.submit('payments', recordBatchOf(batch.payments))
    await run.submit('readings', recordBatchOf(batch.readings))
    await settle(run, 2)
  }
  return { store, run, reports, through }
}

async function settle(run: Run, turns: number): Promise<void> {
  for (let i = 0; i < turns; i++) {
    run.tick()
    await new Promise(resolve => setImmediate(resolve))
  }
}

const decisionsOf = ({ store }: { store: ModelStore }) => store.decisions.flatMap(({ bytes }) => [...recordedDecisions(bytes)])

test('events that ids, revisions and ticks need are kept, whatever was requested', () => {
  assert.equal(retentionMs(watch.ir, 60_000), 45 * 60_000)
  assert.equal(retentionMs(watch.ir, 86_400_000), 86_400_000)
})

test('each placement keeps as much as its windows reach back to, and no more', async () => {
  const places = [
    { place: stream, reach: 60 + 1 },
    { place: lag('9m'), reach: 60 + 1 + 9 },
    { place: partial('9m'), reach: 60 + 1 },
    { place: partial('80m'), reach: 80 },
    // At minute 200 the last run was of minute 180.
    { place: scheduled('*/20 * * * *', { lasts: '3m' }), reach: 20 + 60 + 1 },
  ]
  for (const { place, reach } of places) {
    const group = features('n', { from: payments, entity: card, place, values: () => ({ n: count('1h') }) })
    const one = pipeline('one', [model('m', { decide: on(payments), inputs: p => ({ n: group.of(p.card).n }), score })])
    const store = new ModelStore(undefined, true)
    let now = minute(0)
    const run = new Run(one, { store, clock: () => now, keep: retentionMs(one.ir, 1) })
    for (let m = 0; m <= 200; m++) {
      now = minute(m)
      await run.submit('payments', recordBatchOf([{ id: `i${m}`, card: 'c', amount: 1, at: now }]))
    }
    // It checks at an interval of one sixty-fourth of the retention.
    assert.equal(logStartOf(store).arrival, minute(200 - reach - 1), JSON.stringify(group))
  }
})

test('a pipeline that needs its whole log is rejected, with the reason', () => {
  const lifetime = features('ever', { from: payments, entity: card, place: stream, values: () => ({ n: count('lifetime') }) })
  const plans = table('plans', { schema: { card, plan: t.string(), at: t.timestamp() }, key: 'card', time: 'at' })
  const numbered = source('numbered', {
    schema: { card, number: t.int(), at: t.timestamp() },
    key: 'card',
    time: 'at',
    identity: ['number'],
    revisable: '1d',
  })
  const fromNumbered = features('of', { from: numbered, entity: card, place: stream, values: () => ({ n: count('1h') }) })
  const cases = [
    [model('a', { decide: on(payments), inputs: p => ({ n: lifetime.of(p.card).n }), score }), /feature 'n' of group 'ever' reaches back/],
    [
      model('b', { decide: on(payments), inputs: p => ({ n: p.amount, plan: plans.of(p.card).plan }), score }),
      /group 'plans' reaches back/,
    ],
    [model('c', { decide: on(numbered), inputs: p => ({ n: fromNumbered.of(p.card).n }), score }), /identity of source 'numbered'/],
  ] as const
  for (const [of, message] of cases) assert.throws(() => retentionMs(pipeline('p', [of]).ir, 1e9), { code: 'SPILL_UNSUPPORTED', message })
})

test('a run with retention decides as one that keeps everything, also after a loss of state', async () => {
  const whole = open(watch, undefined, undefined)
  let part = open(watch, undefined, keep)
  const next = random(11)
  let segments = 0
  let rebuilt = 0
  for (let m = 0; m < 320; m++) {
    await whole.through(m)
    await part.through(m)
    if (next() < 0.2) part.run.checkpoint()
    if (next() < 0.3) await settle(part.run, 8)
    if (next() < 0.06) {
      const disk = part.store.crash(0)
      const isLost = next() < 0.5
      rebuilt += Number(isLost && m > 150)
      part = open(watch, isLost ? { commits: disk.commits } : disk, keep)
    }
    if (m > 150) {
      segments = Math.max(segments, part.store.segments.length)
      assert.ok(logStartOf(part.store).entry > 0)
    }
  }
  assert.ok(rebuilt >= 3)
  const decisions = decisionsOf(whole)
  assert.ok(decisions.length > 600)
  assert.deepEqual(decisionsOf(part), decisions)
  assert.ok(segments < whole.store.segments.length / 2, `${segments} of ${whole.store.segments.length} segments were kept`)
  assert.deepEqual([...damagedSegments(part.store)], [])
})

test('windows that reach forgotten events are rejected until they do not', async () => {
  const first = open(watch, undefined, keep)
  for (let m = 0; m < 300; m++) await first.through(m)
  await first.run.stop()
  const longer = watching('2h')
  const { arrival, entry } = logStartOf(first.store)
  const plan = pipelinePlan(longer, first.store)
  assert.deepEqual(
    plan.rebuilt.map(({ group, entries, incomplete }) => [group, entries, incomplete]),
    [['streamed', plan.entries - entry, arrival]],
  )
  let second = open(longer, first.store.crash(0), keep)
  const whole = open(longer, undefined, undefined)
  for (let m = 0; m < 300; m++) await whole.through(m)
  const before = whole.store.decisions.length
  const beforeSecond = second.store.decisions.length
  for (let m = 300; m < 450; m++) {
    await whole.through(m)
    await second.through(m)
    if (m === 320) {
      // The next process rejects the same windows.
      await second.run.stop()
      second = open(longer, second.store.crash(0), keep)
    }
  }
  const [expected, found] = [whole.store.decisions.slice(before), second.store.decisions.slice(beforeSecond)].map(stretches =>
    stretches.flatMap(({ bytes }) => [...recordedDecisions(bytes)]),
  )
  assert.equal(found.length, expected.length)
  let rejected = 0
  found.forEach((decision, i) => {
    const start = Math.floor((decision.t - 7_200_000) / 60_000) * 60_000
    if (start <= arrival) {
      assert.equal(decision.score, null)
      assert.match(JSON.stringify(decision), /SPILL_CLOCK_EVICTED|forgotten/)
      rejected++
    } else assert.deepEqual(decision, expected[i])
  })
  assert.ok(rejected > 20 && rejected < found.length - 20, `${rejected} of ${found.length} were rejected`)
})

test('an event that may revise a forgotten one is a dead letter', async () => {
  const { run, store, through } = open(watch, undefined, keep)
  for (let m = 0; m < 200; m++) await through(m)
  const dead = store.dead.length
  const reading = (ago: number) => ({ card: 'c9', level: 1, gone: false, at: minute(199) - ago })
  assert.equal((await run.submit('readings', recordBatchOf([reading(keep)]))).accepted, 1)
  assert.equal((await run.submit('readings', recordBatchOf([reading(keep + 1)]))).rejected, 1)
  assert.match(store.dead[dead].detail, /older than the log/)
  assert.equal(store.dead[dead].reason, 'stale-revision')
})

test('a pipeline whose ids, revisions or ticks need forgotten events is rejected', async () => {
  const first = open(watch, undefined, keep)
  for (let m = 0; m < 300; m++) await first.through(m)
  await first.run.stop()
  const older = source('payments', {
    schema: { id: t.string(), card, amount: t.int(), at: t.timestamp() },
    key: 'card',
    time: 'at',
    id: 'id',
    dedupe: '1d',
  })
  const group = features('n', { from: older, entity: card, place: stream, values: () => ({ n: count('1h') }) })
  const ids = pipeline('ids', [model('m', { decide: on(older), inputs: p => ({ n: group.of(p.card).n }), score })])
  assert.throws(() => open(ids, first.store.crash(0), undefined), {
    code: 'SPILL_UNSUPPORTED',
    message: /dedupe of source 'payments' is 1d, and the log has forgotten what arrived up to 2026-01-01T0/,
  })
})

test('features as of a time use the events of the log, or are rejected', async () => {
  const { run, store, through } = open(watch, undefined, keep)
  for (let m = 0; m < 300; m++) await through(m)
  const whole = open(watch, undefined, undefined)
  for (let m = 0; m < 300; m++) await whole.through(m)
  const { arrival } = logStartOf(store)
  const ask = (t: number, group: string) => ({ group: watch.ir.groups.find(({ name }) => name === group)!, key: ['c1'], t })
  const late = run.end > 0 ? minute(299) : 0
  for (const { name } of watch.ir.groups)
    assert.deepEqual(
      { ...featuresFromLog(watch.ir, store, ask(late, name)), ofKey: 0 },
      { ...featuresFromLog(watch.ir, whole.store, ask(late, name)), ofKey: 0 },
    )
  assert.throws(() => featuresFromLog(watch.ir, store, ask(arrival, 'streamed')), {
    code: 'SPILL_CLOCK_EVICTED',
    message: /ask at a later time/,
  })
  const { n } = featuresFromLog(watch.ir, store, ask(arrival + 60_000, 'streamed')).features
  assert.equal('rejected' in n && n.rejected.code, 'SPILL_CLOCK_EVICTED')
})
