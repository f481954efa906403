/** Arithmetic at its edges, several rows at a time: scales, ±(2^53 − 1), NULL on one side, exact values beside doubles. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ColumnData } from '../columns/block.ts'
import { Strings } from '../columns/strings.ts'
import type { ExprIR, TypeIR } from '../define/ir/ir.ts'
import { compile } from './index.ts'

type Op = 'add' | 'sub' | 'mul' | 'div'
type Side = readonly (number | null)[]

const max = Number.MAX_SAFE_INTEGER
const int: TypeIR = { type: 'int' }
const double: TypeIR = { type: 'double' }
const decimal = (scale: number): TypeIR => ({ type: 'decimal', scale })

const columnOf = (side: Side): ColumnData => ({
  // The number under a NULL is arbitrary.
  values: Float64Array.from(side, value => value ?? 1),
  ...(side.includes(null) && { nulls: Uint8Array.from(side, value => Number(value === null)) }),
})

/**
 * Results of `op`, of type `type`, by row. Checks that a row alone has the same result, and that there is a mask only where it
 * is needed.
 */
function results(op: Op, [left, a]: readonly [TypeIR, Side], [right, b]: readonly [TypeIR, Side], type: TypeIR): (number | null)[] {
  const leaf = (name: string, of: TypeIR): ExprIR => ({ op: 'column', name, ...of })
  const evaluate = compile({ op, left: leaf('a', left), right: leaf('b', right), ...type }, { strings: new Strings() })
  const resultsOf = (...sides: [Side, Side]) => {
    const columns: Record<string, ColumnData> = { a: columnOf(sides[0]), b: columnOf(sides[1]) }
    const { values, nulls } = evaluate(({ name }) => columns[name], sides[0].length)
    const results = sides[0].map((_, i) => (nulls?.[i] ? null : values[i]))
    assert.equal(nulls !== undefined, results.includes(null))
    return results
  }
  const together = resultsOf(a, b)
  const alone = a.flatMap((_, i) => resultsOf([a[i]], [b[i]]))
  assert.deepEqual(alone, together)
  return together
}

test('the side of smaller scale is brought to the larger, whichever it is', () => {
  const coarse = [decimal(1), [15, -20, 0]] as const
  const fine = [decimal(3), [250, 1, -7]] as const
  assert.deepEqual(results('add', coarse, fine, decimal(3)), [1750, -1999, -7])
  assert.deepEqual(results('add', fine, coarse, decimal(3)), [1750, -1999, -7])
  assert.deepEqual(results('sub', coarse, fine, decimal(3)), [1250, -2001, 7])
  assert.deepEqual(results('sub', fine, coarse, decimal(3)), [-1250, 2001, -7])
  assert.deepEqual(results('mul', coarse, fine, decimal(4)), [3750, -20, 0])
  assert.deepEqual(results('add', coarse, [int, [2, 3, 4]], decimal(1)), [35, 10, 40])
})

test('a result of ±(2^53 − 1) is there, and one beyond is NULL', () => {
  const near = [int, [max - 1, max, 1 - max, -max, 5]] as const
  assert.deepEqual(results('add', near, [int, [1, 1, -1, -1, 6]], int), [max, null, -max, null, 11])
  assert.deepEqual(results('sub', near, [int, [-1, -1, 1, 1, 6]], int), [max, null, -max, null, -1])
  // 2^53 − 1 = 6361 · 69431 · 20394401.
  const [a, b] = [6361 * 69431, 20394401]
  assert.deepEqual(results('mul', [int, [a, a, 2 ** 27, 2, a]], [int, [b, b + 1, 2 ** 26, 3, -b]], int), [max, null, null, 6, -max])
})

test('an operand that passes 2^53 only when it is brought to the larger scale is not rejected for it', () => {
  const tenth = (max + 9) / 10
  assert.ok(Number.isSafeInteger(tenth) && tenth * 10 > max)
  const tenths = [decimal(0), [tenth, tenth, -tenth, -tenth]] as const
  assert.deepEqual(results('sub', tenths, [decimal(1), [9, 8, -9, -8]], decimal(1)), [max, null, -max, null])
  assert.deepEqual(results('add', tenths, [decimal(1), [-9, -8, 9, 8]], decimal(1)), [max, null, -max, null])
})

test('NULL on either side, or on both, is NULL in that row alone', () => {
  const a = [1, null, 3, null]
  const b = [10, 20, null, null]
  const whole = [10, 20, 30, 40]
  for (const type of [int, double]) {
    assert.deepEqual(results('add', [type, a], [type, b], type), [11, null, null, null])
    assert.deepEqual(results('add', [type, a], [type, whole], type), [11, null, 33, null])
    assert.deepEqual(results('sub', [type, whole], [type, a], type), [9, null, 27, null])
    assert.deepEqual(results('mul', [type, whole], [type, b], type), [100, 400, null, null])
  }
})

test('NULLs that were given stay beside those of an overflow', () => {
  assert.deepEqual(results('add', [int, [1, null, max, 4]], [int, [1, 1, 1, 1]], int), [2, null, null, 5])
  assert.deepEqual(results('mul', [int, [max, 2, 3]], [int, [2, null, 5]], int), [null, null, 15])
})

test('an exact value that meets a double is divided by its unit first', () => {
  const cents = [decimal(2), [150, -25, 10]] as const
  const doubles = [double, [0.25, 2, 3]] as const
  assert.deepEqual(results('add', cents, doubles, double), [1.75, 1.75, 3.1])
  assert.deepEqual(results('sub', doubles, cents, double), [-1.25, 2.25, 2.9])
  assert.deepEqual(results('mul', cents, doubles, double), [0.375, -0.5, 0.1 * 3])
  // Beyond 2^53 − 1 a double is rounded and not rejected.
  assert.deepEqual(results('add', [int, [max, 1]], [double, [1, 0.5]], double), [2 ** 53, 1.5])
})

test('over doubles the largest is there, what is beyond is NULL, and −0 is 0', () => {
  const huge = Number.MAX_VALUE
  const of = (...side: number[]) => [double, side] as const
  assert.deepEqual(results('add', of(huge, huge, -huge), of(0, huge, -huge), double), [huge, null, null])
  assert.deepEqual(results('sub', of(huge, huge, 1), of(0, -huge, 3), double), [huge, null, -2])
  assert.deepEqual(results('mul', of(huge, huge, -1e-200, 0), of(1, 2, 1e-200, -5), double), [huge, null, 0, 0])
  assert.deepEqual(results('div', of(huge, 0, 1, 6), of(1, -3, 0.5, -4), double), [huge, 0, 2, -1.5])
})

test('a quotient is a double, and NULL where it is divided by 0', () => {
  assert.deepEqual(results('div', [int, [7, 7, 0, 0, -6]], [int, [2, 0, 0, 5, 4]], double), [3.5, null, null, 0, -1.5])
  // Each side is rounded before the quotient is: fl(0.01) / fl(0.4) is not fl(0.025).
  assert.notEqual(0.01 / 0.4, 0.025)
  assert.deepEqual(results('div', [decimal(2), [150, 1]], [decimal(1), [5, 4]], double), [3, 0.01 / 0.4])
  assert.deepEqual(results('div', [int, [1, null, 3]], [int, [null, 2, 4]], double), [null, null, 0.75])
})
