import assert from 'node:assert/strict'
import test from 'node:test'
import * as fc from 'fast-check'
import { auc, logLoss } from 'spillway/training'
import { alertsAt, brier, thresholdFor } from './quality.ts'

const floats = (...values: number[]) => Float64Array.from(values)
const bits = (...values: number[]) => Uint8Array.from(values)

test('auc of a perfect, a reversed and a constant score', () => {
  const labels = bits(0, 0, 1, 1)
  assert.equal(auc(floats(1, 2, 3, 4), labels), 1)
  assert.equal(auc(floats(4, 3, 2, 1), labels), 0)
  assert.equal(auc(floats(7, 7, 7, 7), labels), 0.5)
})

test('auc counts the pairs in which the positive is above, ties half', () => {
  const cases = fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 1 })), { minLength: 2, maxLength: 40 })
  fc.assert(
    fc.property(cases, rows => {
      const positives = rows.filter(([, label]) => label === 1).map(([score]) => score)
      const negatives = rows.filter(([, label]) => label === 0).map(([score]) => score)
      fc.pre(positives.length > 0 && negatives.length > 0)
      const wins = positives.flatMap(p => negatives.map((n): number => (p > n ? 1 : p === n ? 0.5 : 0))).reduce((sum, win) => sum + win, 0)
      const value = auc(floats(...rows.map(([score]) => score)), bits(...rows.map(([, label]) => label)))
      assert.ok(Math.abs(value - wins / (positives.length * negatives.length)) < 1e-12)
    }),
  )
})

test('auc without positives is not a number', () => assert.ok(Number.isNaN(auc(floats(1, 2), bits(0, 0)))))

test('brier and log loss by hand', () => {
  assert.equal(brier(floats(1, 0, 0.5), bits(1, 0, 1)), 0.25 / 3)
  assert.ok(Math.abs(logLoss(floats(0.5, 0.25), bits(1, 0)) - (Math.log(2) + Math.log(4 / 3)) / 2) < 1e-15)
  assert.ok(Number.isFinite(logLoss(floats(0), bits(1))))
})

test('precision and recall at a threshold, which alerts too', () => {
  const result = alertsAt(0.5, floats(0.9, 0.5, 0.4, 0.1), bits(1, 0, 1, 0))
  assert.deepEqual(result, { alerts: 2, precision: 0.5, recall: 0.5 })
})

test('a threshold for an alert budget never alerts more, and no tied score is split', () => {
  assert.equal(thresholdFor(0.5, floats(1, 2, 3, 4)), 3)
  assert.equal(thresholdFor(0.5, floats(1, 3, 3, 3)), Infinity)
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1 }), fc.double({ min: 0, max: 1, noNaN: true }), (values, part) => {
      const scores = floats(...values)
      const { alerts } = alertsAt(thresholdFor(part, scores), scores, bits(...values.map(() => 0)))
      assert.ok(alerts <= part * values.length)
    }),
  )
})
