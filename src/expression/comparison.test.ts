/** Every comparison for every order of two sides, several rows at a time, in every representation of the sides. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ColumnData } from '../columns/block.ts'
import { Strings } from '../columns/strings.ts'
import type { ExprIR, TypeIR, Value } from '../define/ir/ir.ts'
import { compile } from './index.ts'

type Side = readonly [TypeIR, readonly Value[]]

const max = Number.MAX_SAFE_INTEGER
const int: TypeIR = { type: 'int' }
const double: TypeIR = { type: 'double' }
const text: TypeIR = { type: 'string' }
const decimal = (scale: number): TypeIR => ({ type: 'decimal', scale })

/** Result of each comparison for a left side that is less than, equal to and greater than the right side. */
const truth = {
  eq: [false, true, false],
  ne: [true, false, true],
  lt: [true, false, false],
  lte: [true, true, false],
  gt: [false, false, true],
  gte: [false, true, true],
} as const

function columnOf([{ type }, side]: Side, strings: Strings): ColumnData {
  const physical = side.map(value => (typeof value === 'string' ? strings.idOf(value) : Number(value ?? -1)))
  const values = type === 'string' ? Int32Array.from(physical) : Float64Array.from(physical)
  return { values, ...(side.includes(null) && { nulls: Uint8Array.from(side, value => Number(value === null)) }) }
}

function results(op: keyof typeof truth, left: Side, right: Side): (boolean | null)[] {
  const strings = new Strings()
  const columns: Record<string, ColumnData> = { a: columnOf(left, strings), b: columnOf(right, strings) }
  const leaf = (name: string, [type]: Side): ExprIR => ({ op: 'column', name, ...type })
  const evaluate = compile({ op, left: leaf('a', left), right: leaf('b', right), type: 'bool' }, { strings })
  const length = left[1].length
  const { values, nulls } = evaluate(({ name }) => columns[name], length)
  return Array.from({ length }, (_, i) => {
    assert.ok(nulls?.[i] || values[i] === 0 || values[i] === 1)
    return nulls?.[i] ? null : values[i] === 1
  })
}

const row = ([type, values]: Side, i: number): Side => [type, [values[i]]]

/** `orders` are −1, 0, 1 or NULL by row. A row alone compares as among others; swapped sides have the opposite order. */
function compares(left: Side, right: Side, orders: readonly (-1 | 0 | 1 | null)[]): void {
  if (orders.length > 1) orders.forEach((order, i) => compares(row(left, i), row(right, i), [order]))
  for (const op of Object.keys(truth) as (keyof typeof truth)[]) {
    const expected = orders.map(order => (order === null ? null : truth[op][order + 1]))
    assert.deepEqual(results(op, left, right), expected, op)
    const turned = orders.map(order => (order === null ? null : truth[op][1 - order]))
    assert.deepEqual(results(op, right, left), turned, `${op}, turned about`)
  }
}

test('integers, at both ends', () => {
  compares([int, [1, 2, 3, max, -max, 0]], [int, [2, 2, 2, max - 1, 1 - max, 0]], [-1, 0, 1, 1, -1, 0])
})

test('decimals of different scales are compared by their mathematical value', () => {
  compares([decimal(1), [15, 15, 15, -15, 0]], [decimal(3), [1501, 1500, 1499, -1499, 0]], [-1, 0, 1, -1, 0])
  compares([int, [2, 2, 2]], [decimal(2), [201, 200, 199]], [-1, 0, 1])
  // Brought to the larger scale, the left side is far beyond 2^53.
  compares([decimal(0), [max, -max, 0]], [decimal(15), [max, -max, -1]], [1, -1, 1])
  // 2^53 + 9 in tenths, beside the largest that the other side can be.
  compares([int, [(max + 9) / 10, (max - 1) / 10]], [decimal(1), [max, max]], [1, -1])
})

test('an exact value and a double are compared as doubles', () => {
  compares([decimal(2), [150, 150, 150, 10]], [double, [1.51, 1.5, 1.49, 0.1]], [-1, 0, 1, 0])
  compares([int, [1, max, -2]], [double, [0.5, 2 ** 53, -1.5]], [1, -1, -1])
  compares([double, [1, -1e300, 5e-324]], [double, [1, 1e300, 0]], [0, -1, 1])
})

test('strings are compared by their UTF-8 bytes', () => {
  // U+FFFF comes before U+10000 here, and after it in UTF-16; 'Z' before 'a'; a prefix first. Ids are in a different order.
  compares([text, ['b', 'same', 'a', '\uFFFF', 'Z', '']], [text, ['a', 'same', 'ab', '\u{10000}', 'a', 'a']], [1, 0, -1, -1, -1, -1])
})

test('bools: false is before true', () => {
  compares([{ type: 'bool' }, [false, true, true, false]], [{ type: 'bool' }, [true, true, false, false]], [-1, 0, 1, 0])
})

test('NULL on either side, or on both, is NULL in that row alone', () => {
  const orders = [1, null, null, null, -1] as const
  compares([int, [2, null, 1, null, 0]], [int, [1, 1, null, null, 3]], orders)
  compares([double, [2, null, 1, null, 0]], [decimal(1), [1, 1, null, null, 3]], orders)
  compares([text, ['b', null, 'a', null, 'a']], [text, ['a', 'a', null, null, 'c']], orders)
  compares([int, [2, null, 1]], [int, [1, 1, 1]], [1, null, 0])
  compares([text, ['b', null, 'a']], [text, ['a', 'a', 'a']], [1, null, 0])
})
