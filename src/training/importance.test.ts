import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits, random } from '../base/index.ts'
import { importanceOf, type ImportanceRequest } from './importance.ts'
import type { MetricName } from './metrics.ts'
import type { VersionScore } from './predict.ts'

type Row = Readonly<Record<string, number>>

const score: VersionScore = {
  kind: 'logistic',
  intercept: -1,
  terms: [
    { input: 'strong', weight: 3 },
    { input: 'weak', weight: 0.5, ifNull: 0 },
    { input: 'unused', weight: 0 },
  ],
}

/** Rows whose label depends on `strong`, with NULLs in `weak`. */
function rowsOf(n: number, seed: number): readonly Row[] {
  const draw = random(seed)
  return Array.from({ length: n }, () => {
    const strong = draw() * 2 - 1
    const weak = draw() < 0.1 ? NaN : draw()
    return { strong, weak, unused: draw(), label: draw() < 1 / (1 + Math.exp(1 - 4 * strong)) ? 1 : 0 }
  })
}

const column = (rows: readonly Row[], name: string): Float64Array => Float64Array.from(rows, row => row[name])

function requestOf(rows: readonly Row[], more: Partial<ImportanceRequest> = {}): ImportanceRequest {
  const columns = Object.fromEntries(['unused', 'weak', 'strong'].map(name => [name, column(rows, name)]))
  return { score, columns, labels: column(rows, 'label'), metric: 'auc', seed: 0, ...more }
}

const naiveScore = (row: Row): number => 1 / (1 + Math.exp(1 - 3 * row['strong'] - 0.5 * (Number.isNaN(row['weak']) ? 0 : row['weak'])))

const naiveMetrics: Readonly<Record<'auc' | 'logloss' | 'rmse', (rows: readonly Row[]) => number>> = {
  auc(rows) {
    const pairs = rows.flatMap(a => rows.filter(b => a['label'] === 1 && b['label'] === 0).map(b => naiveScore(a) - naiveScore(b)))
    return pairs.reduce((sum, difference) => sum + (difference > 0 ? 1 : difference === 0 ? 0.5 : 0), 0) / pairs.length
  },
  logloss: rows => -rows.reduce((sum, row) => sum + Math.log(row['label'] === 1 ? naiveScore(row) : 1 - naiveScore(row)), 0) / rows.length,
  rmse: rows => Math.sqrt(rows.reduce((sum, row) => sum + (naiveScore(row) - row['label']) ** 2, 0) / rows.length),
}

/** The definition, row by row: one permutation for the sample, then one for each shuffle, all from one generator. */
function naiveImportance(rows: readonly Row[], metric: keyof typeof naiveMetrics, seed: number) {
  const draw = random(seed)
  const permuted = <T>(items: readonly T[]): T[] => {
    const list = [...items]
    for (let n = list.length; n > 1; n--) {
      const at = Math.floor(draw() * n)
      ;[list[n - 1], list[at]] = [list[at], list[n - 1]]
    }
    return list
  }
  const sample = permuted(rows)
  const orders = [1, 2, 3, 4, 5].map(() => permuted([...sample.keys()]))
  const base = naiveMetrics[metric](sample)
  const sign = metric === 'auc' ? 1 : -1
  return ['unused', 'weak', 'strong'].map(input => {
    const losses = orders.map(
      order => sign * (base - naiveMetrics[metric](sample.map((row, i) => ({ ...row, [input]: sample[order[i]][input] })))),
    )
    const mean = losses.reduce((sum, loss) => sum + loss) / losses.length
    return { input, mean, deviation: Math.sqrt(losses.reduce((sum, loss) => sum + (loss - mean) ** 2, 0) / (losses.length - 1)) }
  })
}

test('importance is that of the definition, computed row by row', () => {
  for (const metric of ['auc', 'logloss', 'rmse'] as const)
    for (const seed of [0, 7]) {
      const rows = rowsOf(120, 40 + seed)
      const importance = importanceOf(requestOf(rows, { metric, seed }))!
      assert.deepEqual([importance.metric, importance.rows, importance.shuffles, importance.seed], [metric, 120, 5, seed])
      for (const { input, mean, deviation } of naiveImportance(rows, metric, seed)) {
        const actual = importance.inputs.find(each => each.input === input)!
        assert.ok(Math.abs(actual.mean - mean) < 1e-12, `${metric} of ${input}: ${actual.mean}, not ${mean}`)
        assert.ok(Math.abs(actual.deviation - deviation) < 1e-12, `deviation of ${metric} of ${input}`)
      }
    }
})

test('the most important input is first, and an input without a weight has none', () => {
  const { inputs } = importanceOf(requestOf(rowsOf(2000, 1)))!
  assert.deepEqual(
    [inputs[0].input, inputs.find(({ input }) => input === 'unused')],
    ['strong', { input: 'unused', mean: 0, deviation: 0 }],
  )
  assert.ok(inputs[0].mean > 0.2, String(inputs[0].mean))
})

test('the same seed gives the same importance, whatever the order of inputs; another seed differs', () => {
  const rows = rowsOf(300, 2)
  const request = requestOf(rows)
  const importance = importanceOf(request)
  const reversed = Object.fromEntries(Object.entries(request.columns).toReversed())
  assert.deepEqual(importanceOf({ ...request, columns: reversed }), importance)
  assert.notDeepEqual(importanceOf({ ...request, seed: 1 })!.inputs, importance!.inputs)
})

test('of more rows than the limit a sample is shuffled', () => {
  const rows = rowsOf(limits.IMPORTANCE_ROWS_MAX + 1, 3)
  assert.equal(importanceOf(requestOf(rows))!.rows, limits.IMPORTANCE_ROWS_MAX)
})

test('there is no importance where the metric is not defined', () => {
  const rows = rowsOf(50, 4).map(row => ({ ...row, label: 0 }))
  const defined = (metric: MetricName) => importanceOf(requestOf(rows, { metric })) !== undefined
  assert.deepEqual([defined('auc'), defined('ap'), defined('rmse')], [false, false, true])
  assert.equal(importanceOf(requestOf([])), undefined)
})
