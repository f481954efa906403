import assert from 'node:assert/strict'
import { test } from 'node:test'
import { valuesOf } from '../../test/aggregate/final-values.ts'
import { eventsAt, momentColumns, sumsLayout } from '../../test/aggregate/moment-columns.ts'
import { limits } from '../base/limits.ts'
import type { TypeIR } from '../define/ir/ir.ts'

const int: TypeIR = { type: 'int' }
const cents: TypeIR = { type: 'decimal', scale: 2 }
const double: TypeIR = { type: 'double' }
const { EXACT_MAX, MOMENT_COUNT_MAX, MOMENT_VALUE_MAX } = limits
const half = MOMENT_COUNT_MAX / 2

test('an exact variance is NULL below two values and rejected from one past MOMENT_COUNT_MAX on', () => {
  const layout = sumsLayout(5, 'x', 'xx')
  const n = [0, 1, 2, 5, MOMENT_COUNT_MAX, MOMENT_COUNT_MAX + 1]
  const partial = [n, [0, 3, 5, 15, half, half], [0, 9, 17, 55, half, half]]
  const most = 2 ** 20 / (2 ** 22 - 1)
  assert.deepEqual(valuesOf('variance', int, partial, { layout }), [null, null, 4.5, 2.5, most, 'range'])
  assert.deepEqual(valuesOf('variance', cents, partial, { layout }), [null, null, 4.5 / 10_000, 2.5 / 10_000, most / 10_000, 'range'])
  const roots = [Math.sqrt(4.5), Math.sqrt(2.5), Math.sqrt(most)]
  assert.deepEqual(valuesOf('stddev', int, partial, { layout }), [null, null, ...roots, 'range'])
  assert.deepEqual(valuesOf('stddev', cents, partial, { layout }), [null, null, ...roots.map(root => root / 100), 'range'])
})

test('a variance that doubles would cancel away is exact', () => {
  // All values but one are 40,000, and that one is 39,999: n·Q − S² = n − 1.
  const n = MOMENT_COUNT_MAX
  const partial = [[n], [n * 40_000 - 1], [(n - 1) * 40_000 ** 2 + 39_999 ** 2]]
  assert.notEqual(n * partial[2][0] - partial[1][0] ** 2, n - 1)
  const layout = sumsLayout(40_000, 'x', 'xx')
  assert.deepEqual(valuesOf('variance', int, partial, { layout }), [1 / n])
  // n·Q just above 2^53, S = 1.
  const [odd, squares] = [n - 1, 2_147_484_161]
  const spread = Number(BigInt(odd) * BigInt(squares) - 1n)
  assert.notEqual(odd * squares - 1, spread)
  assert.deepEqual(valuesOf('variance', int, [[odd], [1], [squares]], { layout }), [spread / (odd * (odd - 1))])
})

test('a variance of larger values is assembled from limbs, and rejected with a value beyond MOMENT_VALUE_MAX', () => {
  const two = (a: number, b: number) => eventsAt([0, 0], [a, b])
  const middle = sumsLayout(2 ** 20, 'x', 'xx')
  assert.deepEqual([middle.xLimbs, middle.xxLimbs, middle.outside], [1, 3, -1])
  assert.deepEqual(valuesOf('variance', int, momentColumns(middle, [two(1, 2), two(2 ** 20, 2 ** 20 - 4)]), { layout: middle }), [0.5, 8])
  const [wide, most] = [sumsLayout(EXACT_MAX, 'x', 'xx'), MOMENT_VALUE_MAX]
  const partial = momentColumns(wide, [two(1, 2), two(most, -most), two(most + 1, 0), two(1, 4), two(0, -1 - most)])
  assert.deepEqual(valuesOf('variance', int, partial, { layout: wide }), [0.5, 2 ** 81, 'range', 4.5, 'range'])
})

test('a variance of doubles is never below 0, and rejected where it is not finite', () => {
  const n = [0, 1, 2, 3, 2, 2, 2]
  const partial = [n, n, [0, 0, 8, 6, -1e-20, Infinity, NaN]]
  assert.deepEqual(valuesOf('variance', double, partial), [null, null, 8, 3, 0, 'range', 'range'])
  assert.deepEqual(valuesOf('stddev', double, partial), [null, null, Math.sqrt(8), Math.sqrt(3), 0, 'range', 'range'])
})
