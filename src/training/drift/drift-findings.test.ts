import assert from 'node:assert/strict'
import { test } from 'node:test'
import { driftFindings } from './drift-findings.ts'
import { driftOf } from './drift.ts'
import { countNumbers, type RowsSummary } from './summary.ts'

function rowsOf(inputs: Readonly<Record<string, readonly number[]>>, score?: readonly number[]): RowsSummary {
  const summaryOf = (cells: readonly number[]) => {
    const counting = countNumbers()
    counting.add({ values: Float64Array.from(cells) }, cells.length)
    return counting.summary
  }
  const summaries = Object.fromEntries(Object.entries(inputs).map(([name, cells]) => [name, summaryOf(cells)]))
  return { rows: Object.values(inputs)[0].length, inputs: summaries, ...(score && { score: summaryOf(score) }) }
}

const even = Array.from({ length: 1000 }, (_, i) => 5 + i / 100)
const findingsOf = (reference: RowsSummary, recent: RowsSummary) => driftFindings(reference, recent, driftOf(reference, recent))

test('findings have the drifted columns with quantiles of both samples, largest drift first, and the thresholds', () => {
  const tripled = even.map(x => 3 * x)
  const reference = rowsOf({ n: even, mean: even, amount: even }, even)
  const { inputs, score, thresholds } = findingsOf(reference, rowsOf({ n: even, mean: even.map(x => x + 3), amount: tripled }, even))!
  assert.deepEqual([inputs.map(({ name }) => name), score, thresholds], [['amount', 'mean'], undefined, { psi: 0.2, ks: 0.2, nulls: 0.1 }])
  const { reference: was, recent: is } = inputs[0].quantiles!
  for (const [value, expected] of [
    [was.p10, 6],
    [was.median, 10],
    [was.p90, 14],
    [is.p10, 18],
    [is.median, 30],
    [is.p90, 42],
  ])
    assert.ok(Math.abs(value - expected) <= 0.01 * expected, `${value} for ${expected}`)
  assert.deepEqual(findingsOf(reference, rowsOf({ n: even, mean: even, amount: even }, tripled))!.score!.quantiles!.recent, is)
})

test('without drift there are no findings; a column without values has no quantiles', () => {
  const reference = rowsOf({ n: even })
  assert.equal(findingsOf(reference, reference), undefined)
  const [column] = findingsOf(reference, rowsOf({ n: even.map(() => NaN) }))!.inputs
  assert.deepEqual([column.drifted, column.quantiles], [['nulls'], undefined])
})
