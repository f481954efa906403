import assert from 'node:assert/strict'
import test from 'node:test'
import { evaluate, evaluationText } from './evaluate.ts'

const times = (length: number) => Float64Array.from({ length }, (_, i) => i * 60_000)
const scores = Float64Array.of(0.1, 0.9, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.15, 0.9, 0.2, 0.6, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1)
const late = Uint8Array.of(0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0)
const meanDelay = new Float64Array(20).fill(NaN)
const decisions = { t: times(20), score: scores, inputs: new Map([['there.delay', meanDelay]]) }

test('the second half is judged, by the base rate and the threshold of the first', () => {
  const evaluation = evaluate(decisions, late)
  assert.equal(evaluation.flights, 10)
  assert.equal(evaluation.from, 600_000)
  assert.equal(evaluation.late, 0.2)
  assert.equal(evaluation.aucOfMeanDelay, 0.5)
  assert.equal(evaluation.auc, 15 / 16)
  assert.equal(evaluation.threshold, 0.9)
  assert.deepEqual(evaluation.alerts, { alerts: 1, precision: 1, recall: 0.5 })
  assert.ok(Math.abs(evaluation.brierOfBaseRate - (2 * 0.81 + 8 * 0.01) / 10) < 1e-12)
  assert.match(evaluationText(evaluation), /10 flights from 1970-01-01 on, 20.0 % more than 15 min late\nAUC {8}0.938/)
})

test('decisions and outcomes of other flights are an error, not a figure', () => {
  assert.throws(() => evaluate(decisions, late.subarray(1)), /20 decisions and 19 outcomes are not of the same flights/)
})
