import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '../base/random.ts'
import { auc, averagePrecision, isLoss, logLoss, metricNames, metricsOf, rmse } from './metrics.ts'

const near = (value: number, expected: number) => assert.ok(Math.abs(value - expected) <= 1e-12, `${value} is not ${expected}`)
const scores = (...values: number[]) => Float64Array.from(values)

test('by hand: two of four pairs are in order, and one is a tie', () => {
  const [predictions, labels] = [scores(0.9, 0.5, 0.5, 0.1), [0, 1, 0, 1]]
  near(auc(predictions, labels), 0.5 / 4)
  // At 0.5 one of three rows is found, at 0.1 both of four.
  near(averagePrecision(predictions, labels), (1 / 3 + 2 / 4) / 2)
  near(rmse(predictions, labels), Math.sqrt((0.81 + 0.25 + 0.25 + 0.81) / 4))
  near(logLoss(predictions, labels), -(Math.log(0.1) + Math.log(0.5) * 2 + Math.log(0.1)) / 4)
})

test('a certain but wrong score costs much, not infinitely', () => {
  near(logLoss(scores(0, 1), [1, 0]), 52 * Math.log(2))
  assert.equal(logLoss(scores(0, 1), [0, 1]), 0)
})

test('as defined, with many ties and with none, in any order', () => {
  const next = random(11)
  for (let round = 0; round < 300; round++) {
    const n = 2 + Math.floor(next() * 40)
    const values = 1 + Math.floor(next() * (round % 2 ? 4 : 1e9))
    const predictions = Float64Array.from({ length: n }, () => Math.floor(next() * values) / values - (round % 5 === 0 ? 0.5 : 0))
    const labels = Uint8Array.from({ length: n }, (_, row) => (row < 2 ? row : Number(next() < 0.4)))
    near(auc(predictions, labels), aucByPairs(predictions, labels))
    near(averagePrecision(predictions, labels), precisionByThresholds(predictions, labels))
    const errors = [...predictions].map((score, row) => (score - labels[row]) * (score - labels[row]))
    near(rmse(predictions, labels), Math.sqrt(mean(errors)))
    if (predictions.every(score => score > 0))
      near(logLoss(predictions, labels), mean([...predictions].map((p, row) => -Math.log(labels[row] ? p : 1 - p))))
    const turned = metricsOf(predictions.toReversed(), labels.toReversed())
    const all = metricsOf(predictions, labels)
    assert.deepEqual([turned.auc, turned.ap], [all.auc, all.ap])
  }
})

test('rows without a score count for nothing else, and what has no meaning is absent', () => {
  const some = metricsOf(scores(0.5, NaN, 0.25), [1, 1, 0])
  assert.deepEqual(some, { n: 2, positives: 1, unscored: 1, auc: 1, ap: 1, logloss: some.logloss, rmse: some.rmse })
  assert.deepEqual(Object.keys(metricsOf(scores(0.5), [0])), ['n', 'positives', 'unscored', 'logloss', 'rmse'])
  assert.deepEqual(Object.keys(metricsOf(scores(1.5, -3), [0, 1])), ['n', 'positives', 'unscored', 'auc', 'ap', 'rmse'])
  assert.deepEqual(metricsOf(scores(NaN), [1]), { n: 0, positives: 0, unscored: 1 })
  assert.deepEqual(metricNames.filter(isLoss), ['logloss', 'rmse'])
})

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

function aucByPairs(predictions: Float64Array, labels: Uint8Array): number {
  const pairs: number[] = []
  for (const [i, high] of predictions.entries())
    for (const [j, low] of predictions.entries())
      if (labels[i] === 1 && labels[j] === 0) pairs.push(high > low ? 1 : high === low ? 0.5 : 0)
  return mean(pairs)
}

function precisionByThresholds(predictions: Float64Array, labels: Uint8Array): number {
  const all = [...labels].filter(label => label === 1).length
  let [sum, before] = [0, 0]
  for (const threshold of [...new Set(predictions)].toSorted((a, b) => b - a)) {
    const matches = [...labels].filter((_, row) => predictions[row] >= threshold)
    const right = matches.filter(label => label === 1).length
    sum += (right / all - before) * (right / matches.length)
    before = right / all
  }
  return sum
}
