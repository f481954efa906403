/** Tests the final values of aggregates of distributions. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { valuesOf } from '../../test/aggregate/final-values.ts'
import type { TypeIR } from '../define/ir/ir.ts'
import { momentLayout } from './partial/moments.ts'

const int: TypeIR = { type: 'int' }
const cents: TypeIR = { type: 'decimal', scale: 2 }
const double: TypeIR = { type: 'double' }
const none = NaN

test('a histogram has a count for each bucket; the last is the rest; it is never NULL', () => {
  const layout = momentLayout(new Set(), 0, [1, 5])
  const partial = [
    [6, 0, 3],
    [1, 0, 0],
    [2, 0, 3],
  ]
  const expected = [
    [1, 2, 3],
    [0, 0, 0],
    [0, 3, 0],
  ]
  for (const type of [int, double]) assert.deepEqual(valuesOf('histogram', type, partial, { layout, bounds: [1, 5] }), expected)
})

test('topK is as long as there are values, at most k, and rejected from one value past its limit on', () => {
  const partial = [
    [2, 0, 4, 5],
    [7, none, 9, none],
    [3, none, 1, none],
    [none, none, 2, none],
  ]
  assert.deepEqual(valuesOf('topK', int, partial, { k: 3, limit: 4 }), [[7, 3], null, [9, 1, 2], 'limit'])
  assert.deepEqual(
    valuesOf(
      'topK',
      int,
      [
        [4096, 4097],
        [1, 2],
      ],
      { k: 1 },
    ),
    [1, 'limit'],
  )
})

test('a quantile is what the tally read, delivered, and NULL where that is nothing', () => {
  assert.deepEqual(valuesOf('quantile', cents, [[1012, none, 0, -3]]), [10.12, null, 0, -0.03])
  assert.deepEqual(valuesOf('quantile', double, [[1012, none]]), [1012, null])
})
