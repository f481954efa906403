/** Arithmetic at its edges, several rows at a time: scales, ±(2^53 − 1), one side NULL, exact values that meet doubles. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Column } from '../columns/block.ts'
import { Strings } from '../columns/strings.ts'
import type { ExprIR, TypeIR } from '../define/ir.ts'
import { compile } from './index.ts'

type Op = 'add' | 'sub' | 'mul' | 'div'
type Side = readonly (number | null)[]

const most = Number.MAX_SAFE_INTEGER
const int: TypeIR = { type: 'int' }
const double: TypeIR = { type: 'double' }
const decimal = (scale: number): TypeIR => ({ type: 'decimal', scale })

const columnOf = (side: Side): Column => ({
  values: Float64Array.from(side, value => value ?? NaN),
  ...(side.includes(null) && { nulls: Uint8Array.from(side, value => Number(value === null)) }),
})

/** The results of `op` for each row, of the type `type`. */
function results(op: Op, [left, a]: readonly [TypeIR, Side], [right, b]: readonly [TypeIR, Side], type: TypeIR): (number | null)[] {
  const leaf = (name: string, of: TypeIR): ExprIR => ({ op: 'column', name, ...of })
  const evaluate = compile({ op, left: leaf('a', left), right: leaf('b', right), ...type }, { strings: new Strings() })
  const columns: Record<string, Column> = { a: columnOf(a), b: columnOf(b) }
  const { values, nulls } = evaluate(({ name }) => columns[name], a.length)
  return a.map((_, i) => (nulls?.[i] ? null : values[i]))
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
  assert.deepEqual(results('add', [int, [most - 1, most, 1 - most, -most, 5]], [int, [1, 1, -1, -1, 6]], int), [
    most,
    null,
    -most,
    null,
    11,
  ])
  assert.deepEqual(results('sub', [int, [most - 1, most, 1 - most, -most, 5]], [int, [-1, -1, 1, 1, 6]], int), [
    most,
    null,
    -most,
    null,
    -1,
  ])
  // 2^53 − 1 = 6361 · 69431 · 20394401.
  const [a, b] = [6361 * 69431, 20394401]
  assert.deepEqual(results('mul', [int, [a, a, 2 ** 27, 2, a]], [int, [b, b + 1, 2 ** 26, 3, -b]], int), [most, null, null, 6, -most])
})

test('bringing to the larger scale does not refuse what comes back below 2^53', () => {
  const tenth = Math.floor(most / 10) + 1
  const given = [decimal(0), [tenth, tenth, -tenth]] as const
  assert.deepEqual(results('sub', given, [decimal(1), [9, 2, -9]], decimal(1)), [tenth * 10 - 9, null, 9 - tenth * 10].map(within))
  assert.deepEqual(results('add', given, [decimal(1), [-9, -2, 9]], decimal(1)), [tenth * 10 - 9, null, 9 - tenth * 10].map(within))
})

const within = (value: number | null) => (value !== null && Math.abs(value) <= most ? value : null)

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
  assert.deepEqual(results('add', [int, [1, null, most, 4]], [int, [1, 1, 1, 1]], int), [2, null, null, 5])
  assert.deepEqual(results('mul', [int, [most, 2, 3]], [int, [2, null, 5]], int), [null, null, 15])
})

test('an exact value that meets a double is divided by its unit first', () => {
  const cents = [decimal(2), [150, -25, 10]] as const
  const doubles = [double, [0.25, 2, 3]] as const
  assert.deepEqual(results('add', cents, doubles, double), [1.75, 1.75, 3.1])
  assert.deepEqual(results('sub', doubles, cents, double), [-1.25, 2.25, 2.9])
  assert.deepEqual(results('mul', cents, doubles, double), [0.375, -0.5, 0.1 * 3])
  assert.deepEqual(
    results('add', [int, [most, 1]], [double, [2, 0.5]], double),
    [2 ** 53 + 2, 1.5].map(value => value - Number(value > 2)),
  )
})
