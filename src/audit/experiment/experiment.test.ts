import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '../../base/random.ts'
import type { ReplayLog } from '../../replay/log.ts'
import { count, entity, features, labelFrom, logistic, model, on, pipeline, rules, source, stream, t } from '../../index.ts'
import type { LoggedEvent } from '../../define/source/source.ts'
import type { ModelIR, Value } from '../../define/ir/ir.ts'
import { logOf } from '../../../test/property/engines/replay-order.ts'
import { asItRuns, type Plan, type ElementSetting } from '../domain/element.ts'
import { Experiment } from './experiment.ts'

const card = entity('card', t.string())
const shop = entity('shop', t.string())
const payments = source('payments', {
  schema: { id: t.string(), card, shop, amount: t.double(), at: t.timestamp() },
  key: 'card',
  time: 'at',
  id: 'id',
})
const chargebacks = source('chargebacks', {
  schema: { payment: t.string(), shop, fraud: t.bool(), at: t.timestamp() },
  key: 'payment',
  time: 'at',
})
const spending = features('spending', {
  from: payments,
  entity: card,
  place: stream,
  values: p => ({ n: count('10m'), mean: p.amount.mean('10m') }),
})
const complaints = features('complaints', { from: chargebacks, entity: shop, place: stream, values: () => ({ n: count('10m') }) })
const unread = features('unread', { from: payments, entity: shop, place: stream, values: () => ({ n: count('1h') }) })
const fraud = model('fraud', {
  decide: on(payments),
  inputs: p => ({
    amount: p.amount,
    relative: p.amount.dividedBy(spending.of(p.card).mean),
    n: spending.of(p.card).n,
    complaints: complaints.of(p.shop).n,
  }),
  score: logistic({ intercept: -3, weights: { amount: 0.01, relative: 0.2, n: { weight: 0.1, ifNull: 0 }, complaints: 1 } }),
  label: labelFrom(chargebacks, { join: 'payment', value: c => c.fraud, negativeAfter: '30m' }),
})
const byRules = model('by_rules', {
  decide: on(payments),
  inputs: p => ({ n: spending.of(p.card).n }),
  score: rules([], 0),
  label: labelFrom(chargebacks, { join: 'payment', value: c => c.fraud, negativeAfter: '30m' }),
})
const shopping = pipeline('shopping', [fraud, byRules, unread])

const SECOND = 1000
const MINUTE = 60_000
const HOUR = 3_600_000

/** Payments every 30 s of ten cards and four shops. For 20 min most of one shop's are charged back after 2 min, then another shop's. */
function history(payments = 1200): LoggedEvent[] {
  const next = random(5)
  const offsets = new Map<string, number>()
  const event = (source: string, time: number, row: Record<string, Value>): LoggedEvent => {
    const offset = offsets.get(source) ?? 0
    offsets.set(source, offset + 1)
    return { source, partition: 0, offset, time, arrival: time, row: { ...row, at: time } }
  }
  const happened: { source: string; time: number; row: Record<string, Value> }[] = []
  for (let i = 0; i < payments; i++) {
    const time = 1_000_000 + i * 30 * SECOND
    const shop = `s${Math.floor(next() * 4)}`
    happened.push({ source: 'payments', time, row: { id: `p${i}`, card: `c${Math.floor(next() * 10)}`, shop, amount: 1 + next() * 100 } })
    const isBad = Math.floor(i / 40) % 3 === Number(shop.slice(1)) && next() < 0.8
    if (isBad) happened.push({ source: 'chargebacks', time: time + 2 * MINUTE, row: { payment: `p${i}`, shop, fraud: true } })
  }
  return happened.toSorted((a, b) => a.time - b.time).map(({ source, time, row }) => event(source, time, row))
}

const log = logOf(shopping.ir, history())
const plan = (settings: Readonly<Record<string, ElementSetting>>): Plan => new Map(Object.entries(settings))
const experiment = (of: ReplayLog = log, which: { readonly ir: ModelIR } = fraud) => new Experiment(shopping, which.ir, of)

test('cases are the original decisions with labels, keys, clusters and blocks', () => {
  const { cases } = experiment()
  assert.equal(cases.length, 1200)
  assert.equal(cases.t[1], 1_030_000)
  assert.deepEqual(
    cases.clusters.map(({ name, count }) => [name, count]),
    [
      ['card', 10],
      ['shop', 4],
    ],
  )
  assert.equal(new Set(cases.key).size, 10)
  const bad = cases.label.findIndex(label => label === 1)
  assert.equal(cases.outcome[bad], cases.t[bad] + 2 * MINUTE)
  const settled = cases.t.findIndex(at => at + 30 * MINUTE > log.until)
  assert.ok(settled > 1100 && !cases.isLabelled.subarray(settled).includes(1), 'of the last half hour nothing is settled')
  assert.ok(!cases.isLabelled.subarray(0, settled).includes(0))
  const { train, tune, test, select, report } = cases.blocks
  assert.deepEqual(train, { from: 0, to: 480 - 59 })
  assert.deepEqual(tune, { from: 480, to: 600 - 59 })
  assert.deepEqual(select, { from: 600, to: 900 - 59 })
  assert.equal(report.from, 900)
  assert.deepEqual(test, { from: 600, to: report.to })
  assert.equal(report.to, settled)
})

test('columns are inputs and trigger fields', () => {
  const { cases } = experiment()
  assert.equal(cases.column('n')[0], 1)
  assert.equal(cases.column('relative')[0], 1)
  assert.ok(cases.column('amount')[0] > 1)
  assert.equal(cases.column('at')[2], 1_060_000)
  assert.equal(cases.column('n'), cases.column('n'))
  assert.throws(() => cases.column('amonut'), {
    code: 'SPILL_NOT_FOUND',
    message: "model 'fraud' has no input 'amonut', and its trigger no such field; did you mean 'amount'?",
  })
})

test('in the current plan the score is available with the event, and the action is immediate', async () => {
  const { score, scoredAt, actedAt, inline } = await experiment().decisionsUnder(asItRuns, 'withoutRetraining')
  const { cases } = experiment()
  assert.deepEqual(scoredAt, cases.t)
  assert.deepEqual(actedAt, cases.t)
  assert.equal(inline, false)
  assert.ok(score.every(value => value > 0 && value < 1))
})

test('decisions outside the scored range have no score, and the others the same scores', async () => {
  const all = experiment()
  const few = new Experiment(shopping, fraud.ir, log, { lookBack: 0 })
  const { from, to } = few.scored
  assert.deepEqual([from, to], [all.cases.blocks.tune.from, all.cases.blocks.test.to])
  const older = plan({ 'group/spending': { kind: 'older', by: HOUR } })
  for (const arm of ['withoutRetraining', 'withRetraining'] as const)
    for (const which of [asItRuns, older]) {
      const [{ score: some, scoredAt }, { score: every }] = [await few.decisionsUnder(which, arm), await all.decisionsUnder(which, arm)]
      assert.deepEqual(some.subarray(from, to), every.subarray(from, to))
      assert.ok(some.every((value, row) => (row >= from && row < to) || Number.isNaN(value)))
      assert.deepEqual(scoredAt, all.cases.t)
      if (which === asItRuns) assert.deepEqual(await few.scoresOfAll(arm), every)
    }
})

test('older groups change scores, except groups that the model does not read', async () => {
  const of = experiment()
  const { score } = await of.decisionsUnder(asItRuns, 'withoutRetraining')
  const older = await of.decisionsUnder(plan({ 'group/complaints': { kind: 'older', by: HOUR } }), 'withoutRetraining')
  assert.ok(older.score.some((value, row) => value !== score[row]))
  assert.deepEqual(older.scoredAt, of.cases.t)
  const other = await of.decisionsUnder(plan({ 'group/unread': { kind: 'older', by: HOUR } }), 'withoutRetraining')
  assert.deepEqual(other.score, score)
  assert.deepEqual(
    of.elements.map(({ kind }) => kind),
    ['ingestion', 'group', 'group', 'groups', 'inference', 'action', 'training'],
  )
  assert.deepEqual(
    experiment(log, byRules).elements.map(({ kind }) => kind),
    ['ingestion', 'group', 'inference', 'action', 'training'],
    'one group alone is no groups',
  )
})

test('the delays of the stages add up to the times of score and action', async () => {
  const of = experiment()
  const { t } = of.cases
  const { scoredAt, actedAt } = await of.decisionsUnder(
    plan({
      ingestion: { kind: 'older', by: 5 * SECOND },
      inference: { kind: 'older', by: 2 * SECOND },
      action: { kind: 'digest', every: MINUTE },
    }),
    'withoutRetraining',
  )
  assert.deepEqual(
    scoredAt,
    t.map(at => at + 7 * SECOND),
  )
  assert.deepEqual(
    actedAt,
    t.map(at => Math.ceil((at + 7 * SECOND) / MINUTE) * MINUTE),
  )
  const late = await of.decisionsUnder(plan({ action: { kind: 'older', by: 30 * SECOND } }), 'withoutRetraining')
  assert.deepEqual(
    late.actedAt,
    t.map(at => at + 30 * SECOND),
  )
  assert.equal((await of.decisionsUnder(plan({ action: { kind: 'inline' } }), 'withoutRetraining')).inline, true)
})

test('a model is retrained on the features of the plan, and equal features give an equal model', async () => {
  const of = experiment()
  const now = await of.decisionsUnder(asItRuns, 'withRetraining')
  const same = await of.decisionsUnder(
    plan({ 'group/complaints': { kind: 'older', by: 0 }, action: { kind: 'older', by: MINUTE } }),
    'withRetraining',
  )
  assert.deepEqual(same.score, now.score)
  const older = await of.decisionsUnder(plan({ 'group/complaints': { kind: 'older', by: HOUR } }), 'withRetraining')
  assert.ok(older.score.some((value, row) => value !== now.score[row]))
  const { blocks, label, isLabelled } = of.cases
  const mean = (score: Float64Array, of: number): number => {
    let [sum, rows] = [0, 0]
    for (let row = blocks.test.from; row < blocks.test.to; row++)
      if (isLabelled[row] && label[row] === of) [sum, rows] = [sum + score[row], rows + 1]
    return sum / rows
  }
  const [bad, good] = [mean(now.score, 1), mean(now.score, 0)]
  assert.ok(bad > good + 0.05, `it has learnt something: ${bad} where it was fraud, ${good} elsewhere`)
})

test('precomputation by threads changes no result, nor does ending them', async () => {
  const [alone, together] = [experiment(), new Experiment(shopping, fraud.ir, log, { threads: 1 })]
  const plans = [0, MINUTE, HOUR].map(by => plan({ 'group/complaints': { kind: 'older', by } }))
  await together.prepare(plans)
  for (const [i, requested] of [...plans, ...plans].entries()) {
    if (i === plans.length) together.end()
    for (const arm of ['withoutRetraining', 'withRetraining'] as const)
      assert.deepEqual(await together.decisionsUnder(requested, arm), await alone.decisionsUnder(requested, arm))
  }
})

test('models trained more often, or older', async () => {
  const of = experiment()
  const now = await of.decisionsUnder(asItRuns, 'withRetraining')
  const hourly = await of.decisionsUnder(plan({ training: { kind: 'every', every: HOUR } }), 'withRetraining')
  const { from } = of.cases.blocks.report
  assert.ok(hourly.score.subarray(from).some((value, row) => value !== now.score[from + row]))
  const aged = await of.decisionsUnder(plan({ training: { kind: 'older', by: HOUR } }), 'withRetraining')
  assert.ok(aged.score.subarray(from).some((value, row) => value !== hourly.score[from + row]))
  await assert.rejects(of.decisionsUnder(plan({ training: { kind: 'every', every: MINUTE } }), 'withRetraining'), {
    code: 'SPILL_LIMIT',
    message: /AUDIT_TRAININGS_MAX/,
  })
  await assert.rejects(of.decisionsUnder(plan({ training: { kind: 'older', by: 100 * HOUR } }), 'withRetraining'), {
    code: 'SPILL_TRAINING',
    message: /no rows/,
  })
})

test('settings that cannot be evaluated are rejected in words', async () => {
  const of = experiment()
  const rejected = (
    settings: Readonly<Record<string, ElementSetting>>,
    message: RegExp,
    code = 'SPILL_UNSUPPORTED',
    arm: 'withoutRetraining' | 'withRetraining' = 'withoutRetraining',
  ) => assert.rejects(of.decisionsUnder(plan(settings), arm), { code, message })
  await rejected(
    { 'group/spendin': { kind: 'now' } },
    /^there is no element 'group\/spendin'; did you mean 'group\/spending'\?$/,
    'SPILL_NOT_FOUND',
  )
  await rejected({ ingestion: { kind: 'faster', part: 0.1 } }, /^not observable in this history: every event arrived at its own time/)
  await rejected({ 'group/spending': { kind: 'inline' } }, /^group 'spending' cannot be set to 'inline'; write 'older'/)
  await rejected({ 'group/spending': { kind: 'trace' } }, /^group 'spending' has no recorded ages; give the data folder/)
  await rejected({ ingestion: { kind: 'older', by: -1 } }, /must be a whole number of ms from 0; got -1$/, 'SPILL_INPUT')
  await rejected({ training: { kind: 'every', every: HOUR } }, /^without retraining, 'training' cannot be set/)
  const rulesOnly = experiment(log, byRules)
  assert.match(rulesOnly.why('withRetraining')!, /^model 'by_rules' has rules, which cannot be retrained; state how it is trained/)
  await assert.rejects(rulesOnly.decisionsUnder(asItRuns, 'withRetraining'), { code: 'SPILL_UNSUPPORTED' })
})

test('a history that is too short, at one time, or without decisions is rejected', () => {
  const of = (events: readonly LoggedEvent[]) => () => experiment(logOf(shopping.ir, events))
  assert.throws(of(history(60)), { code: 'SPILL_HISTORY', message: /none is left for the block 'train', .*give a longer history/ })
  const atOnce = history(100).map(event => ({ ...event, time: 5, arrival: 5 }))
  assert.throws(of(atOnce), { code: 'SPILL_HISTORY', message: /have the same time/ })
  assert.throws(of([]), {
    code: 'SPILL_HISTORY',
    message: "model 'fraud' makes no decision over this history; give a history in which it does",
  })
})

test('labels of one kind train nothing', async () => {
  const good = history().filter(({ source }) => source === 'payments')
  const of = experiment(logOf(shopping.ir, good))
  await assert.rejects(of.decisionsUnder(asItRuns, 'withRetraining'), { code: 'SPILL_TRAINING', message: /has the label 1/ })
})
