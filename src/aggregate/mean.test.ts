import assert from 'node:assert/strict'
import { test } from 'node:test'
import { valuesOf } from '../../test/aggregate/final-values.ts'
import { sumsLayout } from '../../test/aggregate/moment-columns.ts'
import { limits } from '../base/limits.ts'
import type { TypeIR } from '../define/ir/ir.ts'

const int: TypeIR = { type: 'int' }
const cents: TypeIR = { type: 'decimal', scale: 2 }
const double: TypeIR = { type: 'double' }
const { EXACT_MAX, SUM_COUNT_MAX } = limits

test('a mean is divided by n and then by the unit, and rejected as a sum is', () => {
  const layout = sumsLayout(5000, 'x')
  const n = [0, 3, 2, SUM_COUNT_MAX, SUM_COUNT_MAX + 1]
  const x = [0, 1, -5, SUM_COUNT_MAX * 7, 1]
  assert.deepEqual(valuesOf('mean', int, [n, x], { layout }), [null, 1 / 3, -2.5, 7, 'range'])
  assert.notEqual(1 / 3 / 100, 1 / 300)
  assert.deepEqual(valuesOf('mean', cents, [n, x], { layout }), [null, 1 / 3 / 100, -0.025, 0.07, 'range'])
  assert.deepEqual(valuesOf('mean', int, [[2], [3], [2 ** 27]], { layout: sumsLayout(EXACT_MAX, 'x') }), [(2 ** 53 + 4) / 2])
})

test('a mean of doubles is NULL for no events, rejected where the sum is not finite, and never −0', () => {
  const n = [0, 2, 1, 4, 3, 2, 2]
  const total = [0, 1.5, -0, Infinity, NaN, -Infinity, -Number.MIN_VALUE]
  const error = [0, 0, 0, NaN, NaN, NaN, 0]
  assert.deepEqual(valuesOf('mean', double, [n, total, error]), [null, 0.75, 0, 'range', 'range', 'range', 0])
})
