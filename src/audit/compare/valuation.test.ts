import assert from 'node:assert/strict'
import { test } from 'node:test'
import { casesOf } from '../../../test/audit/random-cases.ts'
import type { ModelIR, PipelineIR } from '../../define/ir/ir.ts'
import type { Plan } from '../domain/element.ts'
import type { Experiment } from '../experiment/experiment.ts'
import { valueDifference, hasSameScores, PlanValuation, type ValuedPlan } from './valuation.ts'
import type { HistoryPart } from '../domain/audit-report.ts'
import type { Performance } from '../domain/element-report.ts'
import { caveatsOf } from '../findings/caveats-and-assumptions.ts'
import { utilityOf } from '../value/index.ts'

const HOUR = 3_600_000

/** Four decisions that act, an hour apart, and four that do not: two right, one wrong, one unknown; then the same again. */
const t = Float64Array.from({ length: 8 }, (_, row) => row * HOUR)
const label = Uint8Array.of(1, 1, 0, 0, 1, 1, 0, 0)
const isLabelled = Uint8Array.of(1, 1, 1, 0, 1, 1, 1, 0)
const cases = casesOf({
  t,
  key: new Int32Array(8),
  label,
  isLabelled,
  eligible: new Uint8Array(8).fill(1),
  outcome: t.map((time, row) => (label[row] === 1 ? time + HOUR : NaN)),
})
const decided = { score: Float64Array.of(1, 1, 1, 1, 0, 0, 0, 0), scoredAt: t, actedAt: t, inline: false }
const experiment = { cases, notes: [], why: () => undefined, decisionsUnder: () => Promise.resolve(decided) } as unknown as Experiment
const model = { name: 'm', label: { kind: 'from', negativeAfter: HOUR } } as unknown as ModelIR
const utility = utilityOf({ utility: { kind: 'caught', unit: 'x', dollars: 4, wrong: 1 } }, model)
const valued = PlanValuation.valueOf(experiment, { ir: {} as PipelineIR, model, utility, budget: 0.5, decisionsPerWeek: 80 })

test('the value lies between its bounds, with all unknown labels true and all false', async () => {
  const [now, bounds] = [
    (await (await valued).baseline('withoutRetraining')).performance.perWeek,
    await (await valued).labelBounds('withoutRetraining'),
  ]
  // Two caught less a quarter, of six known decisions; then three of eight, and two less two quarters.
  assert.equal(now, (1.75 / 6) * 80)
  assert.deepEqual(bounds, { ifTrue: (2.75 / 8) * 80, ifFalse: (1.5 / 8) * 80 })
})

const WEEK = 7 * 86_400_000
const historyOf = (part: Pick<HistoryPart, 'censored'>) =>
  ({ weeks: 1, blocks: { select: { from: 0 }, report: { until: WEEK / 2 } }, ...part }) as HistoryPart

test('the report has both bounds if labels are unknown', async () => {
  const caveats = (bounds: { ifTrue: number; ifFalse: number } | undefined) =>
    valued.then(valuation =>
      caveatsOf({
        history: historyOf({ censored: 2 }),
        experiment,
        valuation,
        now: {} as Performance,
        elements: [],
        bounds,
        unit: 'x',
        more: [],
      }),
    )
  const says = 'if all unknown labels were true, the current pipeline would be worth 27.5 x a week; if all were false, 15'
  assert.ok((await caveats({ ifTrue: 27.5, ifFalse: 15 })).includes(says))
  assert.ok(!(await caveats(undefined)).some(text => text.startsWith('were all')))
})

test('a caveat of several sweeps is reported once, for the worst', async () => {
  const shocks = (correlation: number) => ({ kind: 'lasting shocks', block: 'day', about: 'time', size: correlation }) as const
  const texts = caveatsOf({
    history: historyOf({ censored: 0 }),
    experiment: { cases, notes: ['trained on 10', 'trained on 20'] } as unknown as Experiment,
    valuation: await valued,
    now: {} as Performance,
    elements: [],
    bounds: undefined,
    unit: 'x',
    more: [...[0.41, 0.62, 0.5].map(shocks), { kind: 'some plans', looked: 5, of: 9 }],
  })
  assert.deepEqual(
    texts.filter(text => text.includes('are autocorrelated')).map(text => /autocorrelated [^)]*/.exec(text)![0]),
    ['autocorrelated (0.62'],
  )
  assert.ok(['trained on 10', 'trained on 20'].every(note => texts.includes(note)))
  assert.ok(texts.some(text => text.startsWith('5 of 9 plans with distinct decisions were evaluated')))
})

/** Sixteen decisions in two blocks of eight, with the given scores. A label is true from a draw on. */
function valuedOf({
  fresh,
  stale,
  anew = fresh,
  label,
  eligible = new Uint8Array(fresh.length).fill(1),
  budget = 0.25,
}: {
  readonly fresh: Float64Array
  readonly stale: Float64Array
  readonly anew?: Float64Array
  readonly label: Uint8Array
  readonly eligible?: Uint8Array
  readonly budget?: number
}) {
  const { length } = fresh
  const times = Float64Array.from({ length }, (_, row) => row * HOUR)
  const base = casesOf({
    t: times,
    key: Int32Array.from({ length }, (_, row) => row),
    label,
    isLabelled: eligible,
    eligible,
    outcome: times.map((time, row) => (label[row] === 1 ? time + HOUR : NaN)),
  })
  const half = length / 2
  const blocks = { ...base.blocks, select: { from: 0, to: half }, report: { from: half, to: length } }
  const testCases = { ...base, blocks }
  const scores = (plan: ReadonlyMap<string, unknown>, arm: string) => (plan.size > 0 ? stale : arm === 'withRetraining' ? anew : fresh)
  const history = {
    cases: testCases,
    scored: { from: 0, to: length },
    notes: [],
    why: () => undefined,
    decisionsUnder: (plan: ReadonlyMap<string, unknown>, arm: string) =>
      Promise.resolve({ score: scores(plan, arm), scoredAt: times, actedAt: times, inline: false }),
  } as unknown as Experiment
  const free = utilityOf({ utility: { kind: 'caught', unit: 'x' } }, model)
  return PlanValuation.valueOf(history, { ir: {} as PipelineIR, model, utility: free, budget, decisionsPerWeek: length })
}

const older = new Map([['group/g', { kind: 'older', by: HOUR }]]) as unknown as Plan

test('at equal volume a stale model that acts more often catches no more; at its threshold it pays for its actions', async () => {
  const label = Uint8Array.from({ length: 40 }, (_, row) => Number(row % 4 === 0))
  // Fresh scores find the true labels, with one wrong action per block. Stale scores are all above the threshold.
  const fresh = Float64Array.from(label, (is, row) => (is === 1 || row % 20 === 1 ? 0.9 : 0.1) - row / 1000)
  const stale = Float64Array.from(label, (_, row) => 0.95 + ((row * 7) % 40) / 1000)
  const judged = await valuedOf({ fresh, stale, label, budget: 0.3 })
  const [now, withoutRetraining, atVolume] = [
    await judged.baseline('withoutRetraining'),
    (await judged.withoutRetraining(older))[0],
    (await judged.withoutRetraining(older))[1],
  ]
  assert.equal(withoutRetraining.performance.actionsPerWeek, 40, 'the fixed threshold is shown as it is')
  assert.equal(withoutRetraining.performance.perWeek, 10)
  assert.equal(atVolume.performance.actionsPerWeek, now.performance.actionsPerWeek)
  assert.ok(atVolume.performance.perWeek < now.performance.perWeek)
  // Ten right and two wrong actions: a fifth of ten, divided by two.
  assert.equal(judged.charge, 1)
  assert.ok(valueDifference(withoutRetraining, now).sum < 0, 'twenty-eight wrong actions more are not free')
  assert.equal(valueDifference(now, withoutRetraining).sum, 0, 'and fewer of them no gain')
})

test('ineligible decisions use no budget and never act', async () => {
  const label = Uint8Array.from({ length: 40 }, (_, row) => Number(row % 4 === 0))
  const eligible = Uint8Array.from({ length: 40 }, (_, row) => Number(row % 4 !== 1))
  const fresh = Float64Array.from(label, (is, row) => (eligible[row] === 0 ? 0 : is === 1 ? 0.9 : 0.1) - row / 1000)
  // A model trained only on eligible decisions ranks the others first.
  const anew = Float64Array.from(fresh, (score, row) => (eligible[row] === 0 ? 0.99 : score))
  const judged = await valuedOf({ fresh, stale: anew, anew, label: label.map((is, row) => is & eligible[row]), eligible })
  const [now, retrained] = [(await judged.baseline('withoutRetraining')).performance, (await judged.baseline('withRetraining')).performance]
  assert.deepEqual(retrained, now)
  assert.equal(judged.unavailableReason('withRetraining'), undefined)
  // A quarter of the ten is ineligible, so the week has as many decisions fewer.
  assert.equal(judged.week, 30)
  assert.equal(now.recall, 7 / 10)
})

test('a retrained model far below the current one is not comparable, with the reason', async () => {
  const label = Uint8Array.from({ length: 40 }, (_, row) => Number(row % 4 === 0))
  const fresh = Float64Array.from(label, (is, row) => is - row / 1000)
  const judged = await valuedOf({ fresh, stale: fresh, anew: fresh.map(score => -score), label })
  assert.match(
    judged.unavailableReason('withRetraining')!,
    /^a model retrained on fresh features has only 0 % of the value of the one that runs/,
  )
  assert.equal(judged.planMode, 'withoutRetrainingAtVolume')
})

test('plans are equal if their scores and times are equal in the judged rows', async () => {
  const scores = Float64Array.of(0.1, 0.9, NaN, 0.4)
  const judged = (score: Float64Array, actedAt = t.subarray(0, 4)) => ({ decided: { ...decided, score, actedAt } }) as unknown as ValuedPlan
  const rows = { from: 1, to: 4 }
  assert.ok(hasSameScores(judged(scores), judged(Float64Array.of(0.7, 0.9, NaN, 0.4)), rows), 'the first row is not judged')
  assert.ok(!hasSameScores(judged(scores), judged(Float64Array.of(0.1, 0.9, NaN, 0.41)), rows))
  assert.ok(!hasSameScores(judged(scores), judged(scores, t.subarray(1, 5)), rows))
})
