import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '../base/random.ts'
import { auc, averagePrecision, isLoss, logLoss, metricNames, metricsOf, rmse } from './metrics.ts'

const near = (value: number, wanted: number) => assert.ok(Math.abs(value - wanted) <= 1e-12, `${value} is not ${wanted}`)
const scores = (...values: number[]) => Float64Array.from(values)

test('by hand: two of four pairs are in order, and one is a tie', () => {
  const [given, labels] = [scores(0.9, 0.5, 0.5, 0.1), [0, 1, 0, 1]]
  near(auc(given, labels), 0.5 / 4)
  // At 0.5 one of three rows is found, at 0.1 both of four.
  near(averagePrecision(given, labels), (1 / 3 + 2 / 4) / 2)
  near(rmse(given, labels), Math.sqrt((0.81 + 0.25 + 0.25 + 0.81) / 4))
  near(logLoss(given, labels), -(Math.log(0.1) + Math.log(0.5) * 2 + Math.log(0.1)) / 4)
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
    const given = Float64Array.from({ length: n }, () => Math.floor(next() * values) / values - (round % 5 === 0 ? 0.5 : 0))
    const labels = Uint8Array.from({ length: n }, (_, row) => (row < 2 ? row : Number(next() < 0.4)))
    near(auc(given, labels), aucByPairs(given, labels))
    near(averagePrecision(given, labels), precisionByThresholds(given, labels))
    const errors = [...given].map((score, row) => (score - labels[row]) * (score - labels[row]))
    near(rmse(given, labels), Math.sqrt(mean(errors)))
    if (given.every(score => score > 0)) near(logLoss(given, labels), mean([...given].map((p, row) => -Math.log(labels[row] ? p : 1 - p))))
    const turned = metricsOf(given.toReversed(), labels.toReversed())
    const all = metricsOf(given, labels)
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

function aucByPairs(given: Float64Array, labels: Uint8Array): number {
  const pairs: number[] = []
  for (const [i, high] of given.entries())
    for (const [j, low] of given.entries()) if (labels[i] === 1 && labels[j] === 0) pairs.push(high > low ? 1 : high === low ? 0.5 : 0)
  return mean(pairs)
}

function precisionByThresholds(given: Float64Array, labels: Uint8Array): number {
  const all = [...labels].filter(label => label === 1).length
  let [sum, before] = [0, 0]
  for (const threshold of [...new Set(given)].toSorted((a, b) => b - a)) {
    const found = [...labels].filter((_, row) => given[row] >= threshold)
    const right = found.filter(label => label === 1).length
    sum += (right / all - before) * (right / found.length)
    before = right / all
  }
  return sum
}
