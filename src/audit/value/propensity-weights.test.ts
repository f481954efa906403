import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomGiven } from '../../../test/audit/random-cases.ts'
import { random } from '../../base/random.ts'
import { auc } from '../../training/metrics.ts'
import type { Cases, PropensityWeights } from '../domain/cases.ts'
import { valueBounds, performanceFigures, unknownLabelShare, utilityOf, type AlertEvaluation } from './index.ts'
import { isRepresented } from './propensity-weights.ts'

const HOUR = 3_600_000
const money = utilityOf({ utility: { kind: 'money', saves: 'amount', wrong: 7 } }, { name: 'm' })
const blocking = utilityOf({ utility: { kind: 'money', saves: 3, wrong: 1, blocks: 2 * HOUR } }, { name: 'm' })
const caught = utilityOf({ utility: { kind: 'caught', unit: 'x', dollars: 4, wrong: 1 } }, { name: 'm' })

/** All labels known; outcomes an hour after each decision. */
function whole(seed: number, most = 40): AlertEvaluation {
  const evaluation = randomGiven(seed, { most })
  const { cases } = evaluation
  const of = random(seed + 99)
  const label = Uint8Array.from(cases.label, () => Number(of() < 0.5))
  const ones = new Uint8Array(cases.length).fill(1)
  const outcome = cases.t.map((time, row) => (label[row] === 1 ? time + HOUR : NaN))
  return { ...evaluation, cases: { ...cases, label, isLabelled: ones, eligible: ones, outcome }, rows: { from: 0, to: cases.length } }
}

/** The cases as a run sees them: `met` rows met an action's condition, and all but the `undone` rows acted. */
function seen(cases: Cases, { met, undone, chance }: { met: readonly number[]; undone: ReadonlySet<number>; chance: number }): Cases {
  const hidden = new Set(met.filter(row => !undone.has(row)))
  const weight = Float64Array.from({ length: cases.length }, (_, row) => (hidden.has(row) ? 0 : undone.has(row) ? 1 / chance : 1))
  const expected = Float64Array.from({ length: cases.length }, (_, row) => (met.includes(row) ? 0.3 : 0))
  const propensityWeights: PropensityWeights = { weight, expected, delay: HOUR }
  return {
    ...cases,
    isLabelled: cases.isLabelled.map((is, row) => (hidden.has(row) ? 0 : is)),
    label: cases.label.map((is, row) => (hidden.has(row) ? 0 : is)),
    outcome: cases.outcome.map((is, row) => (hidden.has(row) ? NaN : is)),
    propensityWeights,
  }
}

const sumOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0)

test('the mean over all possible draws equals the truth, up to rounding', () => {
  for (let seed = 0; seed < 30; seed++) {
    const evaluation = whole(seed, 14)
    const conditionMet = Array.from({ length: evaluation.cases.length }, (_, row) => row)
      .filter(row => row % 2 === 0)
      .slice(0, 7)
    for (const utility of [money, caught, blocking])
      for (const chance of [0.5, 0.1]) {
        let mean = 0
        for (let draw = 0; draw < 2 ** conditionMet.length; draw++) {
          const undone = new Set(conditionMet.filter((_, i) => (draw >> i) & 1))
          const values = utility.values({ ...evaluation, cases: seen(evaluation.cases, { met: conditionMet, undone, chance }) })
          mean += chance ** undone.size * (1 - chance) ** (conditionMet.length - undone.size) * sumOf(values)
        }
        const truth = sumOf(utility.values(evaluation))
        assert.ok(Math.abs(mean - truth) < 1e-9 * Math.max(1, Math.abs(truth)), `seed ${seed}: ${mean} and not ${truth}`)
      }
  }
})

test('weights of 1 leave all values bit-equal', () => {
  for (let seed = 0; seed < 50; seed++) {
    const evaluation = randomGiven(seed)
    const { cases } = evaluation
    const idle = {
      ...cases,
      propensityWeights: { weight: new Float64Array(cases.length).fill(1), expected: new Float64Array(cases.length), delay: 0 },
    }
    for (const utility of [money, caught, blocking])
      assert.deepEqual(utility.values({ ...evaluation, cases: idle }), utility.values(evaluation))
  }
})

test('represented decisions are not unknown, and bounds assume no label for them', () => {
  for (let seed = 0; seed < 30; seed++) {
    const evaluation = whole(seed)
    const conditionMet = [...evaluation.cases.label.keys()].filter(row => row % 3 === 0)
    const cases = seen(evaluation.cases, { met: conditionMet, undone: new Set(conditionMet.slice(0, 2)), chance: 0.25 })
    assert.equal(unknownLabelShare(cases, evaluation.rows), 0)
    conditionMet.forEach((row, i) => assert.equal(isRepresented(cases, row), i >= 2))
    const values = money.values({ ...evaluation, cases })
    const { ifTrue, ifFalse } = valueBounds(money.values, { ...evaluation, cases }, HOUR)
    assert.deepEqual([ifTrue, ifFalse], [values, values])
    assert.ok(values.every(Number.isFinite))
  }
})

test('precision, recall and AUC equal those of rows repeated by their weight', () => {
  for (let seed = 0; seed < 60; seed++) {
    const evaluation = whole(seed)
    const conditionMet = [...evaluation.cases.label.keys()].filter(row => row % 2 === 0)
    const cases = seen(evaluation.cases, { met: conditionMet, undone: new Set(conditionMet.filter(row => row % 3 === 0)), chance: 0.25 })
    const of = { ...evaluation, cases }
    const result = performanceFigures(of, { worth: caught.sparse(of), outcomes: caught.outcomes(cases), decisionsPerWeek: 700 })
    const rows = [...cases.label.keys()].flatMap(row => Array.from({ length: cases.propensityWeights!.weight[row] }, () => row))
    const acting = rows.filter(row => evaluation.alert[row] === 1)
    const trues = rows.filter(row => cases.label[row] === 1)
    const reached = trues.filter(row => evaluation.alert[row] === 1 && evaluation.decided.actedAt[row] <= cases.outcome[row])
    const near = (a: number | null, b: number) =>
      assert.ok(a === null ? Number.isNaN(b) : Math.abs(a - b) < 1e-12, `seed ${seed}: ${a}, ${b}`)
    near(result.precision, acting.filter(row => cases.label[row] === 1).length / acting.length)
    near(result.recall, reached.length / trues.length)
    const scored = rows.filter(row => !Number.isNaN(evaluation.decided.score[row]))
    near(
      result.auc,
      auc(
        Float64Array.from(scored, row => evaluation.decided.score[row]),
        scored.map(row => cases.label[row]),
      ),
    )
  }
})
