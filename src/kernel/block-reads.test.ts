import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FeatureIR, GroupIR } from '../define/ir/ir.ts'
import { clearRows, featureColumns } from './block-reads.ts'

const feature = (agg: FeatureIR['agg'], more: Partial<FeatureIR> = {}): FeatureIR => ({
  name: agg,
  agg,
  type: 'int',
  window: 10,
  hop: 1,
  ...more,
})
const features = [
  feature('count'),
  feature('lastK', { k: 3 }),
  feature('sum'),
  feature('change'),
  feature('histogram', { bounds: [1, 2, 3] }),
]
const group: GroupIR = { name: 'g', source: 's', entity: ['e'], key: ['k'], place: { kind: 'stream' }, features }

test('a column has what its aggregate writes, and the rounding error only on request', () => {
  assert.deepEqual(
    featureColumns(group, 2, false).map(({ values, width, counts, low }) => [values.length, width, counts?.length, low?.length]),
    [
      [2, 1, undefined, undefined],
      [6, 3, 2, undefined],
      [2, 1, undefined, undefined],
      [2, 1, undefined, undefined],
      [8, 4, 2, undefined],
    ],
  )
  assert.deepEqual(
    featureColumns(group, 2, true).map(({ low }) => low?.length),
    [undefined, undefined, 2, 2, undefined],
  )
})

test('reused rows are reset, and later rows stay', () => {
  const alsoNarrow = { ...group, features: [...group.features, feature('lastK', { k: 1 })] }
  const reused = featureColumns(alsoNarrow, 5, true)
  for (const rows of [1, 4]) {
    for (const { values, nulls, rejected, counts, low } of reused)
      for (const array of [values, nulls, rejected, counts, low]) array?.fill(7)
    for (const column of reused) clearRows(column, rows)
    const fresh = featureColumns(alsoNarrow, rows, true)
    for (const [i, { values, nulls, rejected, width, counts, low }] of reused.entries()) {
      const actual = { values: values.slice(0, rows * width), nulls: nulls.slice(0, rows), rejected: rejected.slice(0, rows), width }
      assert.deepEqual({ ...actual, ...(counts && { counts: counts.slice(0, rows) }), ...(low && { low: low.slice(0, rows) }) }, fresh[i])
      assert.deepEqual([values[rows * width], nulls[rows], rejected[rows], counts?.[rows] ?? 7, low?.[rows] ?? 7], [7, 7, 7, 7, 7])
    }
  }
  assert.throws(() => clearRows(reused[0], 6), /a row for each read/)
})
