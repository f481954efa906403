/** Tests final values of partials written by hand. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { finalValues, untouched, valuesOf } from '../../test/aggregate/final-values.ts'
import { limits } from '../base/limits.ts'
import type { TypeIR } from '../define/ir/ir.ts'
import { nullValue } from './kernel-partial.ts'
import { liftMoments, momentLayout, type MomentLayout, type MomentTerm } from './moments.ts'

const int: TypeIR = { type: 'int' }
const cents: TypeIR = { type: 'decimal', scale: 2 }
const double: TypeIR = { type: 'double' }
const { EXACT_MAX, MOMENT_COUNT_MAX, MOMENT_VALUE_MAX, SUM_COUNT_MAX } = limits
const none = NaN

const sums = (bound: number, ...terms: MomentTerm[]) => momentLayout(new Set(terms), bound)

/** [time, value] */
type Event = readonly [number, number]

const events = (times: readonly number[], values: readonly number[]): Event[] => times.map((time, i) => [time, values[i]])

/** Columns of `layout`, one row per list of events. */
function momentsOf(layout: MomentLayout, rows: readonly (readonly Event[])[]): number[][] {
  const columns = Array.from({ length: layout.width }, () => rows.map(() => 0))
  const one = new Float64Array(layout.width)
  rows.forEach((row, r) => {
    for (const [time, value] of row) {
      liftMoments(layout, time, value, one, 0)
      columns.forEach((column, f) => (column[r] += one[f]))
    }
  })
  return columns
}

test('an exact sum stays scaled, is NULL for no events, and is rejected from one value past SUM_COUNT_MAX on', () => {
  const layout = sums(5000, 'x')
  const n = [0, 2, SUM_COUNT_MAX, SUM_COUNT_MAX + 1, 1]
  const x = [0, -7, 1234, 1234, 0]
  for (const input of [int, cents]) assert.deepEqual(valuesOf('sum', input, [n, x], { layout }), [null, -7, 1234, 'range', 0])
})

test('the rounding error of an exact sum is stored for each row with a value', () => {
  const wide = sums(EXACT_MAX, 'x')
  const low = [0, 1, 3, 5, 1]
  const high = [0, 2 ** 27, -(2 ** 27), 0, 2 ** 27]
  const { values, low: left } = finalValues('sum', int, [[0, 2, 2, 1, SUM_COUNT_MAX + 1], low, high], { layout: wide })
  assert.deepEqual(values, [null, 2 ** 53, 3 - 2 ** 53, 5, 'range'])
  assert.deepEqual(left, [untouched, 1, 0, 0, untouched])
  assert.deepEqual(finalValues('sum', int, [[1], [5]], { layout: sums(5, 'x') }).low, [0])
})

test('a mean is divided by n and then by the unit, and rejected as a sum is', () => {
  const layout = sums(5000, 'x')
  const n = [0, 3, 2, SUM_COUNT_MAX, SUM_COUNT_MAX + 1]
  const x = [0, 1, -5, SUM_COUNT_MAX * 7, 1]
  assert.deepEqual(valuesOf('mean', int, [n, x], { layout }), [null, 1 / 3, -2.5, 7, 'range'])
  assert.notEqual(1 / 3 / 100, 1 / 300)
  assert.deepEqual(valuesOf('mean', cents, [n, x], { layout }), [null, 1 / 3 / 100, -0.025, 0.07, 'range'])
  assert.deepEqual(valuesOf('mean', int, [[2], [3], [2 ** 27]], { layout: sums(EXACT_MAX, 'x') }), [(2 ** 53 + 4) / 2])
})

test('sum and mean of doubles: NULL for no events, rejected when the sum is not finite, never −0', () => {
  const n = [0, 2, 1, 4, 3, 2]
  const total = [0, 1.5, -0, Infinity, none, -Infinity]
  const error = [0, 0, 0, none, none, none]
  assert.deepEqual(valuesOf('sum', double, [n, total, error]), [null, 1.5, 0, 'range', 'range', 'range'])
  assert.deepEqual(valuesOf('mean', double, [n, total, error]), [null, 0.75, 0, 'range', 'range', 'range'])
})

test('min, max, first, last and row are the value that the partial holds, scaled', () => {
  const times = [1, none, 2, 3]
  for (const agg of ['min', 'max', 'first', 'last', 'row'] as const)
    for (const input of [int, cents, double])
      assert.deepEqual(valuesOf(agg, input, [[7, agg === 'row' ? nullValue : none, -3, 0], times]), [7, null, -3, 0], agg)
})

test('timeSinceLast is the as-of time of the row minus the time of the last event', () => {
  const times = [70, none, -40]
  assert.deepEqual(valuesOf('timeSinceLast', undefined, [[5, none, 6], times], { asOf: [100, 100, 60] }), [30, null, 100])
})

test('lastK is as long as there are values, at most k, newest first', () => {
  const newest = [9, none, 4, 8]
  const second = [8, none, none, 7]
  const third = [7, none, none, none]
  const time = [1, none, 1, 1]
  const { values, counts } = finalValues('lastK', int, [newest, time, second, time, third, time], { k: 3 })
  assert.deepEqual(values, [[9, 8, 7], null, [4], [8, 7]])
  assert.deepEqual(counts, [3, 0, 1, 2])
  assert.deepEqual(valuesOf('lastK', int, [newest, time, second, time, third, time], { k: 2 }), [[9, 8], null, [4], [8, 7]])
})

test('a change is last minus first, NULL for no events, rejected where it is beyond a double', () => {
  const first = [none, 5, 9, 4, -1.7e308, 0]
  const last = [none, 7, 2, 4, 1.7e308, -0]
  assert.deepEqual(valuesOf('change', double, [first, last]), [null, 2, -7, 0, 'range', 0])
  assert.deepEqual(valuesOf('change', cents, [[250], [1000]]), [750])
})

test('an exact change is rounded once, and its rounding error is stored', () => {
  const operands = [0, 1, 3, 2 ** 52 + 1, EXACT_MAX - 1, EXACT_MAX].flatMap(value => [value, -value + 0])
  const pairs = operands.flatMap(first => operands.map(last => [first, last]))
  const ends = [0, 1].map(end => [none, ...pairs.map(pair => pair[end])])
  const { values, low } = finalValues('change', int, ends)
  assert.deepEqual([values.shift(), low.shift()], [null, untouched])
  pairs.forEach(([first, last], i) => {
    const exact = BigInt(last) - BigInt(first)
    assert.equal(values[i], Number(exact))
    assert.equal(BigInt(low[i]), exact - BigInt(Number(exact)))
  })
})

test('a rate is the rise a unit of time, NULL below two times', () => {
  const first = [none, 5, 10, 13]
  const last = [none, 5, 40, 10]
  const ends = [first, last, [none, 7, 1000, -7], [none, 7, 3000, 0]]
  assert.deepEqual(valuesOf('rate', int, ends), [null, null, 900, -180_000 / 7])
  assert.deepEqual(valuesOf('rate', int, ends, { per: 1000 }), [null, null, 15, -3000 / 7])
  assert.notEqual(180_000 / 7 / 100, 180_000 / 700)
  assert.deepEqual(valuesOf('rate', cents, ends), [null, null, 9, -180_000 / 7 / 100])
})

test('the rise of an exact rate is exact before it is rounded, that of doubles is not', () => {
  const [first, last] = [1 - EXACT_MAX, EXACT_MAX]
  const rise = Number((2n ** 54n - 3n) * 60_000n)
  assert.notEqual(rise, (last - first) * 60_000)
  assert.deepEqual(valuesOf('rate', int, [[first], [last], [0], [3]]), [rise / 3])
  assert.deepEqual(valuesOf('rate', int, [[last], [first], [0], [3]]), [-rise / 3])
  assert.deepEqual(valuesOf('rate', double, [[first], [last], [0], [3]]), [((last - first) * 60_000) / 3])
  assert.deepEqual(valuesOf('rate', double, [[0.5], [1e17], [0], [60_000]]), [1e17])
})

test('a rate of doubles is rejected where it is not finite, and never −0', () => {
  const first = [1, -1e308, 0, 1]
  const last = [2, 1e308, -Number.MIN_VALUE, 1e308]
  assert.deepEqual(valuesOf('rate', double, [first, last, [0, 0, 0, 0], [1, 1, 2, 1]], { per: 1 }), [1, 'range', 0, 1e308])
})

test('a count is the number of events; a share, of those with a condition, the part for which it is true', () => {
  const n = [3, 0, 4]
  assert.deepEqual(valuesOf('count', undefined, [n], { layout: sums(0) }), n)
  assert.deepEqual(valuesOf('share', { type: 'bool' }, [n, [1, 0, 4]], { layout: sums(1, 'x') }), [1 / 3, null, 1])
})

test("countDistinct is 0 for no events, exact up to its limit, and beyond it the sketch's estimate, at least limit + 1", () => {
  // 4,096 registers: three of rank 1, or every one of rank 3.
  const [rest, empty] = [1.5, 4093]
  assert.deepEqual(
    valuesOf(
      'countDistinct',
      int,
      [
        [0, 1, 2, 2],
        [NaN, NaN, rest, 0.5],
        [NaN, NaN, empty, 4095],
      ],
      { limit: 1 },
    ),
    [0, 1, 3, 2],
  )
  assert.deepEqual(
    valuesOf('countDistinct', int, [
      [0, 4096, 4097, 4097],
      [NaN, rest, 512, rest],
      [NaN, empty, 0, empty],
    ]),
    [0, 4096, Math.floor(12102203.161561485 / 512 + 0.5), 4097],
  )
})

const half = MOMENT_COUNT_MAX / 2

test('an exact variance is NULL below two values and rejected from one past MOMENT_COUNT_MAX on', () => {
  const layout = sums(5, 'x', 'xx')
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
  const layout = sums(40_000, 'x', 'xx')
  assert.deepEqual(valuesOf('variance', int, partial, { layout }), [1 / n])
  // n·Q just above 2^53, S = 1.
  const [odd, squares] = [n - 1, 2_147_484_161]
  const spread = Number(BigInt(odd) * BigInt(squares) - 1n)
  assert.notEqual(odd * squares - 1, spread)
  assert.deepEqual(valuesOf('variance', int, [[odd], [1], [squares]], { layout }), [spread / (odd * (odd - 1))])
})

test('a variance of larger values is assembled from limbs, and rejected with a value beyond MOMENT_VALUE_MAX', () => {
  const two = (a: number, b: number) => events([0, 0], [a, b])
  const middle = sums(2 ** 20, 'x', 'xx')
  assert.deepEqual([middle.xLimbs, middle.xxLimbs, middle.outside], [1, 3, -1])
  assert.deepEqual(valuesOf('variance', int, momentsOf(middle, [two(1, 2), two(2 ** 20, 2 ** 20 - 4)]), { layout: middle }), [0.5, 8])
  const [wide, most] = [sums(EXACT_MAX, 'x', 'xx'), MOMENT_VALUE_MAX]
  const partial = momentsOf(wide, [two(1, 2), two(most, -most), two(most + 1, 0), two(1, 4), two(0, -1 - most)])
  assert.deepEqual(valuesOf('variance', int, partial, { layout: wide }), [0.5, 2 ** 81, 'range', 4.5, 'range'])
})

test('a variance of doubles is never below 0, and rejected where it is not finite', () => {
  const n = [0, 1, 2, 3, 2, 2, 2]
  const partial = [n, n, [0, 0, 8, 6, -1e-20, Infinity, none]]
  assert.deepEqual(valuesOf('variance', double, partial), [null, null, 8, 3, 0, 'range', 'range'])
  assert.deepEqual(valuesOf('stddev', double, partial), [null, null, Math.sqrt(8), Math.sqrt(3), 0, 'range', 'range'])
})

/** The formula of the semantics in big integers, over τ = time − as-of time. */
function slopeOf(of: readonly Event[], asOf: number, per: number, unit: number): number {
  const n = BigInt(of.length)
  const total = (term: (tau: bigint, x: bigint) => bigint) =>
    of.reduce((sum, [time, value]) => sum + term(BigInt(time - asOf), BigInt(value)), 0n)
  const [tau, x] = [total(t => t), total((_, x) => x)]
  const together = n * total((t, x) => t * x) - tau * x
  return Number(together * BigInt(per)) / Number(n * total(t => t * t) - tau * tau) / unit
}

test('an exact slope is that of least squares, NULL below two values or at one time', () => {
  const late = events([2 ** 43, -(2 ** 43), 12_345_678_001], [MOMENT_VALUE_MAX, 0, 3 - MOMENT_VALUE_MAX])
  const rows = [[], events([5], [5]), events([5, 5], [5, 9]), events([0, 7], [1, 4]), events([1000, 3000, 2000], [5, 9, 7]), late]
  for (const bound of [MOMENT_VALUE_MAX, EXACT_MAX]) {
    const layout = sums(bound, 'x', 'xx', 'trend')
    const partial = momentsOf(layout, rows)
    assert.deepEqual(valuesOf('slope', int, partial, { layout }), [null, null, null, 180_000 / 7, 120, slopeOf(late, 12_345, 60_000, 1)])
    const scaled = valuesOf('slope', cents, partial, { layout, per: 1 })
    assert.deepEqual(scaled, [null, null, null, 3 / 7 / 100, 0.002 / 100, slopeOf(late, 2 ** 43, 1, 100)])
  }
})

test('an exact slope is rejected from one value past MOMENT_COUNT_MAX on, and with one beyond MOMENT_VALUE_MAX', () => {
  // One half of the values is 0 at 0, the other 5 at 1000.
  const layout = sums(5, 'x', 'trend')
  const [x, tau, tauTau, tauX] = [5, 1000, 1e6, 5000].map(value => [half * value, half * value])
  const zero = [0, 0]
  const n = [MOMENT_COUNT_MAX, MOMENT_COUNT_MAX + 1]
  const partial = [n, x, tau, zero, tauTau, zero, zero, tauX, zero, zero]
  assert.deepEqual(valuesOf('slope', int, partial, { layout }), [300, 'range'])
  const wide = sums(EXACT_MAX, 'x', 'trend')
  const rows = [0, 1].map(past => events([0, 1], [0, MOMENT_VALUE_MAX + past]))
  assert.deepEqual(valuesOf('slope', int, momentsOf(wide, rows), { layout: wide, per: 1 }), [MOMENT_VALUE_MAX, 'range'])
})

test('a slope of doubles is NULL below two values or at one time, rejected where it is not finite, and never −0', () => {
  const n = [0, 1, 2, 2, 3, 2, 2]
  const spread = [0, 0, 0, 4, 4, 1, 4]
  const together = [0, 0, 3, 6, -6, 1e308, -0]
  const partial = [n, spread, spread, spread, spread, together]
  assert.deepEqual(valuesOf('slope', double, partial), [null, null, null, 90_000, -90_000, 'range', 0])
  assert.deepEqual(valuesOf('slope', double, partial, { per: 2 }), [null, null, null, 3, -3, 'range', 0])
})
