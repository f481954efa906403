import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DAYS, DECISIONS_PER_MONTH, generatedWorld } from '../../../test/verdict/generated.ts'
import { random } from '../../base/random.ts'
import { count, entity, features, labelFrom, logistic, model, on, pipeline, source, stream, t } from '../../index.ts'
import type { ValueFunction } from '../value/index.ts'
import type { Costing } from './costing.ts'
import { evaluatePlans, markUnconfirmed } from './planning.ts'
import type { PlanValuation } from './valuation.ts'
import type { StalenessSweep } from './staleness-sweep.ts'
import { isInconclusive, type PlanElement } from '../domain/plan-types.ts'
import { WEEKS_PER_MONTH } from '../domain/units.ts'
import type { SweepEffect, Performance } from '../domain/element-report.ts'

const HOUR = 3_600_000
const performance = {} as Performance
const effect = (low: number | undefined): SweepEffect =>
  low === undefined ? { perWeek: { why: 'unknown' }, performance } : { perWeek: { value: low, low, high: 0 }, performance }

const planElement: PlanElement = {
  element: { kind: 'group', group: 'g' },
  title: 'g',
  choices: [
    { setting: { kind: 'now' }, title: 'stream', age: 0 },
    { setting: { kind: 'hybrid', schedule: { kind: 'interval', every: HOUR, phase: 0 } }, title: 'hybrid', age: 0 },
    { setting: { kind: 'batch', schedule: { kind: 'interval', every: HOUR, phase: 0 }, lasts: 0 }, title: 'batch', age: 14 * HOUR },
  ],
}

const unconfirmed = (levels: readonly { readonly age: number; readonly low: number | undefined }[]): boolean[] => {
  const swept = levels.map(({ age, low }) => {
    const own = effect(low)
    return {
      setting: { kind: 'older', by: age },
      title: '',
      age,
      withoutRetraining: effect(-99),
      withoutRetrainingAtVolume: effect(-99),
      withRetraining: own,
    } as const
  })
  const sweep: StalenessSweep = { levels: swept, caveats: [] }
  const [element] = markUnconfirmed({ sweeps: [{ element: planElement.element, sweep }], nowPerWeek: 100 }, 'withRetraining', [planElement])
  return element.choices.map(choice => choice.unconfirmed === true)
}

test('confirms an older choice if every known level up to its age loses at most 5 %, and one level reaches it', () => {
  assert.deepEqual(
    unconfirmed([
      { age: HOUR, low: -1 },
      { age: 14 * HOUR, low: -5 },
      { age: 24 * HOUR, low: -80 },
    ]),
    [false, false, false],
  )
  assert.deepEqual(
    unconfirmed([
      { age: HOUR, low: -1 },
      { age: 24 * HOUR, low: -80 },
    ]),
    [false, false, true],
    'the first level beyond it',
  )
  assert.deepEqual(
    unconfirmed([
      { age: HOUR, low: -9 },
      { age: 14 * HOUR, low: -1 },
    ]),
    [false, false, true],
  )
  assert.deepEqual(unconfirmed([{ age: HOUR, low: -1 }]), [false, false, true])
  assert.deepEqual(unconfirmed([{ age: 14 * HOUR, low: undefined }]), [false, false, true])
  assert.deepEqual(unconfirmed([]), [false, false, true])
})

test('no confirmed choice contradicts a level of the curve, for random curves', () => {
  const chance = random(4)
  for (let round = 0; round < 500; round++) {
    const levels = Array.from({ length: 1 + Math.floor(chance() * 5) }, (_, i) => ({
      age: (i + 1) * 4 * HOUR,
      low: chance() < 0.1 ? undefined : -10 * chance(),
    }))
    const [, , isUnconfirmed] = unconfirmed(levels)
    const upTo = levels.slice(0, levels.findIndex(({ age }) => age >= 14 * HOUR) + 1)
    const bears = upTo.length > 0 && upTo.every(({ low }) => low !== undefined && low >= -5)
    assert.equal(isUnconfirmed, !bears)
  }
})

const card = entity('card', t.string())
const payments = source('payments', { schema: { id: t.string(), card, at: t.timestamp() }, key: 'card', time: 'at', id: 'id' })
const frauds = source('frauds', { schema: { payment: t.string(), fraud: t.bool(), at: t.timestamp() }, key: 'payment', time: 'at' })
const recent = features('recent', { from: payments, entity: card, place: stream, values: () => ({ n: count('1h') }) })
const fraud = model('fraud', {
  decide: on(payments),
  inputs: p => ({ recent: recent.of(p.card) }),
  score: logistic({ intercept: 0, weights: { 'recent.n': { weight: 1, ifNull: 0 } } }),
  label: labelFrom(frauds, { join: 'payment', value: f => f.fraud, negativeAfter: '1h' }),
})
const { ir } = pipeline('planned', [fraud])

test('an undecided element has the weeks by which the whole history must be longer, unless the prices alone leave it open', async () => {
  const { t: judgedTimes, ...world } = generatedWorld(5, {
    groups: [{ name: 'recent', streams: true, cost: 0 }],
    values: [{ utility: 100, when: isFresh => isFresh('recent') }],
  })
  // As long a history precedes the judged part.
  const earlier = judgedTimes.length
  const later = ({ from, to }: { from: number; to: number }) => ({ from: from + earlier, to: to + earlier })
  const valuation = {
    week: DECISIONS_PER_MONTH / WEEKS_PER_MONTH,
    planMode: 'withRetraining',
    cases: {
      t: Float64Array.of(...judgedTimes.map(time => time - DAYS * 24 * HOUR), ...judgedTimes),
      length: 2 * earlier,
      clusters: world.clusters.map(cluster => ({ ...cluster, of: Int32Array.of(...cluster.of, ...cluster.of) })),
      blocks: { select: later(world.select), report: later(world.report), test: later({ from: 0, to: earlier }) },
    },
    values: async (plan: Parameters<typeof world.valueOf>[0]) => world.valueOf(plan, { from: 0, to: earlier }),
    largestDecisionValue: async () => 1,
  } as unknown as PlanValuation
  const recommend = (streaming: number, priceRange: number) =>
    evaluatePlans(
      {
        ir,
        model: ir.models[0],
        valuation,
        intervalOptions: { seed: 1, draws: 2000 },
        costing: {
          costOf: plan =>
            plan.has('group/recent')
              ? { low: 0, base: 0, high: 0 }
              : { low: streaming - priceRange, base: streaming, high: streaming + priceRange },
        } as Costing,
        utility: { unit: 'frauds', dollars: 1 } as ValueFunction,
        notObservable: new Map(['ingestion', 'inference', 'action', 'training'].map(id => [id, 'it is not in this world'])),
        smallLoss: 0,
        curves: { sweeps: [], nowPerWeek: 1 },
      },
      () => {},
    )
  const outcome = async (streaming: number, priceRange: number) => {
    const { part, verdicts } = await recommend(streaming, priceRange)
    return { net: part.marginal[0].net, verdict: verdicts.get('group/recent')! }
  }
  const { net, verdict } = await outcome(0, 0)
  if (isInconclusive(net)) assert.fail(net.why)
  assert.equal(verdict.choice, 'stream')
  const [gain, error] = [-net.value, net.high - net.value]
  const weeks = 2 * (DAYS / 7)
  for (const [streaming, priceRange] of [
    [gain / 2, 0],
    [gain / 2, gain / 10],
  ]) {
    const { choice, moreWeeks } = (await outcome(streaming, priceRange)).verdict
    assert.equal(choice, 'undecided')
    const expected = weeks * ((error / (gain - streaming - priceRange)) ** 2 - 1)
    assert.ok(Math.abs(moreWeeks! - expected) < 1.5, `${moreWeeks} weeks, by hand ${expected}`)
  }
  const { verdict: open } = await outcome(gain / 2, gain / 2)
  assert.deepEqual([open.choice, open.moreWeeks], ['undecided', undefined])
})
