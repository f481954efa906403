/** Tests final values of partials written by hand. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { finalValues, untouched, valuesOf } from '../../test/aggregate/final-values.ts'
import { limits } from '../base/limits.ts'
import { eventsAt, momentColumns, sumsLayout, type TimedValue } from '../../test/aggregate/moment-columns.ts'
import type { TypeIR } from '../define/ir/ir.ts'
import { nullValue } from './partial/kernel-partial.ts'

const int: TypeIR = { type: 'int' }
const cents: TypeIR = { type: 'decimal', scale: 2 }
const double: TypeIR = { type: 'double' }
const { EXACT_MAX, MOMENT_COUNT_MAX, MOMENT_VALUE_MAX, SUM_COUNT_MAX } = limits
const none = NaN

test('an exact sum stays scaled, is NULL for no events, and is rejected from one value past SUM_COUNT_MAX on', () => {
  const layout = sumsLayout(5000, 'x')
  const n = [0, 2, SUM_COUNT_MAX, SUM_COUNT_MAX + 1, 1]
  const x = [0, -7, 1234, 1234, 0]
  for (const input of [int, cents]) assert.deepEqual(valuesOf('sum', input, [n, x], { layout }), [null, -7, 1234, 'range', 0])
})

test('the rounding error of an exact sum is stored for each row with a value', () => {
  const wide = sumsLayout(EXACT_MAX, 'x')
  const low = [0, 1, 3, 5, 1]
  const high = [0, 2 ** 27, -(2 ** 27), 0, 2 ** 27]
  const { values, low: left } = finalValues('sum', int, [[0, 2, 2, 1, SUM_COUNT_MAX + 1], low, high], { layout: wide })
  assert.deepEqual(values, [null, 2 ** 53, 3 - 2 ** 53, 5, 'range'])
  assert.deepEqual(left, [untouched, 1, 0, 0, untouched])
  assert.deepEqual(finalValues('sum', int, [[1], [5]], { layout: sumsLayout(5, 'x') }).low, [0])
})

test('a sum of doubles is NULL for no events, rejected where it is not finite, and never −0', () => {
  const n = [0, 2, 1, 4, 3, 2]
  const total = [0, 1.5, -0, Infinity, none, -Infinity]
  const error = [0, 0, 0, none, none, none]
  assert.deepEqual(valuesOf('sum', double, [n, total, error]), [null, 1.5, 0, 'range', 'range', 'range'])
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
  assert.deepEqual(valuesOf('count', undefined, [n], { layout: sumsLayout(0) }), n)
  assert.deepEqual(valuesOf('share', { type: 'bool' }, [n, [1, 0, 4]], { layout: sumsLayout(1, 'x') }), [1 / 3, null, 1])
})

test("countDistinct is 0 for no events, exact up to its limit, and beyond it the sketch's estimate, at least limit + 1", () => {
  // 4,096 registers: three of rank 1, or every one of rank 3.
  const [rankSum, empty] = [1.5, 4093]
  assert.deepEqual(
    valuesOf(
      'countDistinct',
      int,
      [
        [0, 1, 2, 2],
        [NaN, NaN, rankSum, 0.5],
        [NaN, NaN, empty, 4095],
      ],
      { limit: 1 },
    ),
    [0, 1, 3, 2],
  )
  assert.deepEqual(
    valuesOf('countDistinct', int, [
      [0, 4096, 4097, 4097],
      [NaN, rankSum, 512, rankSum],
      [NaN, empty, 0, empty],
    ]),
    [0, 4096, Math.floor(12102203.161561485 / 512 + 0.5), 4097],
  )
})

const half = MOMENT_COUNT_MAX / 2

/** The formula of the semantics in big integers, over τ = time − as-of time. */
function slopeOf(of: readonly TimedValue[], asOf: number, per: number, unit: number): number {
  const n = BigInt(of.length)
  const total = (term: (tau: bigint, x: bigint) => bigint) =>
    of.reduce((sum, [time, value]) => sum + term(BigInt(time - asOf), BigInt(value)), 0n)
  const [tau, x] = [total(t => t), total((_, x) => x)]
  const together = n * total((t, x) => t * x) - tau * x
  return Number(together * BigInt(per)) / Number(n * total(t => t * t) - tau * tau) / unit
}

test('an exact slope is that of least squares, NULL below two values or at one time', () => {
  const late = eventsAt([2 ** 43, -(2 ** 43), 12_345_678_001], [MOMENT_VALUE_MAX, 0, 3 - MOMENT_VALUE_MAX])
  const rows = [[], eventsAt([5], [5]), eventsAt([5, 5], [5, 9]), eventsAt([0, 7], [1, 4]), eventsAt([1000, 3000, 2000], [5, 9, 7]), late]
  for (const bound of [MOMENT_VALUE_MAX, EXACT_MAX]) {
    const layout = sumsLayout(bound, 'x', 'xx', 'trend')
    const partial = momentColumns(layout, rows)
    assert.deepEqual(valuesOf('slope', int, partial, { layout }), [null, null, null, 180_000 / 7, 120, slopeOf(late, 12_345, 60_000, 1)])
    const scaled = valuesOf('slope', cents, partial, { layout, per: 1 })
    assert.deepEqual(scaled, [null, null, null, 3 / 7 / 100, 0.002 / 100, slopeOf(late, 2 ** 43, 1, 100)])
  }
})

test('an exact slope is rejected from one value past MOMENT_COUNT_MAX on, and with one beyond MOMENT_VALUE_MAX', () => {
  // One half of the values is 0 at 0, the other 5 at 1000.
  const layout = sumsLayout(5, 'x', 'trend')
  const [x, tau, tauTau, tauX] = [5, 1000, 1e6, 5000].map(value => [half * value, half * value])
  const zero = [0, 0]
  const n = [MOMENT_COUNT_MAX, MOMENT_COUNT_MAX + 1]
  const partial = [n, x, tau, zero, tauTau, zero, zero, tauX, zero, zero]
  assert.deepEqual(valuesOf('slope', int, partial, { layout }), [300, 'range'])
  const wide = sumsLayout(EXACT_MAX, 'x', 'trend')
  const rows = [0, 1].map(past => eventsAt([0, 1], [0, MOMENT_VALUE_MAX + past]))
  assert.deepEqual(valuesOf('slope', int, momentColumns(wide, rows), { layout: wide, per: 1 }), [MOMENT_VALUE_MAX, 'range'])
})

test('a slope of doubles is NULL below two values or at one time, rejected where it is not finite, and never −0', () => {
  const n = [0, 1, 2, 2, 3, 2, 2]
  const spread = [0, 0, 0, 4, 4, 1, 4]
  const together = [0, 0, 3, 6, -6, 1e308, -0]
  const partial = [n, spread, spread, spread, spread, together]
  assert.deepEqual(valuesOf('slope', double, partial), [null, null, null, 90_000, -90_000, 'range', 0])
  assert.deepEqual(valuesOf('slope', double, partial, { per: 2 }), [null, null, null, 3, -3, 'range', 0])
})
