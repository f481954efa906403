/** Lowering of what tells how values are distributed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { valuesOf } from '../../test/aggregate/lowering.ts'
import type { TypeIR } from '../define/ir.ts'
import { momentLayout } from './moments.ts'

const int: TypeIR = { type: 'int' }
const double: TypeIR = { type: 'double' }

test('a histogram has a count for each bucket, the last of which is what the others leave, and is never NULL', () => {
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
