import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { ColumnData } from '../columns/block.ts'
import { Strings } from '../columns/strings.ts'
import type { ExprIR, TypeIR, Value } from '../define/ir/ir.ts'
import { compile } from './index.ts'

const strings = new Strings()
const max = Number.MAX_SAFE_INTEGER

// A reference implementation, row by row, of `ExprIR`: exact values are fractions of BigInts, and SQL's NULL is null.

type Exact = { readonly integer: bigint; readonly scale: number }
type Result = Exact | number | string | boolean | null

const isExact = (value: Result): value is Exact => typeof value === 'object' && value !== null
const scaleOf = (type: TypeIR) => type.scale ?? 0
const toDouble = (value: Exact | number): number => (isExact(value) ? Number(`${value.integer}e-${value.scale}`) : value)
const finite = (value: number) => (Number.isFinite(value) ? (value === 0 ? 0 : value) : null)
const safe = (integer: bigint, scale: number) => (integer <= BigInt(max) && integer >= -BigInt(max) ? { integer, scale } : null)
const at = (value: Exact, scale: number) => value.integer * 10n ** BigInt(scale - value.scale)

function read(value: Value, type: TypeIR, delivered: boolean): Result {
  const exact = typeof value === 'number' && type.type !== 'double' && !delivered
  return exact ? { integer: BigInt(value), scale: scaleOf(type) } : value
}

function calculate(op: 'add' | 'sub' | 'mul' | 'div', a: Exact | number, b: Exact | number): Result {
  if (isExact(a) && isExact(b) && op !== 'div') {
    if (op === 'mul') return safe(a.integer * b.integer, a.scale + b.scale)
    const scale = Math.max(a.scale, b.scale)
    return safe(op === 'add' ? at(a, scale) + at(b, scale) : at(a, scale) - at(b, scale), scale)
  }
  const [x, y] = [toDouble(a), toDouble(b)]
  return finite(op === 'add' ? x + y : op === 'sub' ? x - y : op === 'mul' ? x * y : x / y)
}

function order(a: Exclude<Result, null>, b: Exclude<Result, null>): number {
  if (typeof a === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b as string))
  if (typeof a === 'boolean') return Number(a) - Number(b)
  if (isExact(a) && isExact(b)) {
    const scale = Math.max(a.scale, b.scale)
    const [x, y] = [at(a, scale), at(b, scale)]
    return x < y ? -1 : x > y ? 1 : 0
  }
  const [x, y] = [toDouble(a), toDouble(b as Exact | number)]
  return x < y ? -1 : x > y ? 1 : 0
}

const outcomes = { eq: [0], ne: [-1, 1], lt: [-1], lte: [-1, 0], gt: [1], gte: [0, 1] }

function reference(expr: ExprIR, row: Readonly<Record<string, Value>>): Result {
  switch (expr.op) {
    case 'literal':
      return read(expr.value, expr, false)
    case 'column':
    case 'trigger':
    case 'feature':
      return read(row[expr.name], expr, expr.op !== 'column')
    case 'not': {
      const of = reference(expr.of, row)
      return of === null ? null : !(of as boolean)
    }
    case 'isNull':
      return reference(expr.of, row) === null
    default:
  }
  const [a, b] = [reference(expr.left, row), reference(expr.right, row)]
  if (expr.op === 'and') return a === false || b === false ? false : a === null || b === null ? null : true
  if (expr.op === 'or') return a === true || b === true ? true : a === null || b === null ? null : false
  if (a === null || b === null) return null
  if (expr.op === 'add' || expr.op === 'sub' || expr.op === 'mul' || expr.op === 'div')
    return calculate(expr.op, a as Exact | number, b as Exact | number)
  return outcomes[expr.op].includes(Math.sign(order(a, b)))
}

// Random rows and random expressions over them.

const exact = fc.oneof(
  fc.integer({ min: -20, max: 20 }),
  fc.constantFrom(max, -max, max - 1, 1 - max, 2 ** 52, 2 ** 52 + 1, -(2 ** 52), 94906265, 94906266, 94906267),
  fc.integer({ min: 0, max: 15 }).map(power => 10 ** power),
  fc.maxSafeInteger(),
)
const double = fc.oneof(
  fc.integer({ min: -300, max: 300 }).map(hundredths => hundredths / 100),
  fc.constantFrom(Number.MAX_VALUE, -Number.MAX_VALUE, Number.MIN_VALUE, -Number.MIN_VALUE, 2 ** 53, 1e-300, 0.1, 0),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(value => value + 0),
)
const text = fc.oneof(
  fc.constantFrom('', 'a', 'aa', 'é', '\uE000', '\uFFFF', '\u{10000}', '\u{1F600}'),
  fc.string({ unit: 'binary', maxLength: 3 }),
)
const scales = [0, 1, 2, 7, 15]

const columns: Record<string, TypeIR & { readonly values: fc.Arbitrary<number | string | boolean>; readonly delivered?: true }> = {
  int: { type: 'int', values: exact },
  at: { type: 'timestamp', values: exact },
  double: { type: 'double', values: double },
  bool: { type: 'bool', values: fc.boolean() },
  text: { type: 'string', values: text },
  other: { type: 'string', values: text },
  delivered: { type: 'decimal', scale: 2, values: double, delivered: true },
  ...Object.fromEntries(scales.map(scale => [`decimal${scale}`, { type: 'decimal', scale, values: exact }])),
}

const typeOf = ({ type, scale }: TypeIR): TypeIR => (scale === undefined ? { type } : { type, scale })
const leaf = (name: string): ExprIR => ({ op: columns[name].delivered ? 'trigger' : 'column', name, ...typeOf(columns[name]) })
const leaves = (accepts: (type: TypeIR['type']) => boolean) =>
  fc.constantFrom(...Object.keys(columns).filter(name => accepts(columns[name].type))).map(leaf)
const literal = (type: TypeIR, values: fc.Arbitrary<number | string | boolean>) =>
  values.map((value): ExprIR => ({ op: 'literal', value, ...type }))

const isDouble = (expr: ExprIR) => expr.type === 'double' || expr.op === 'trigger'

function arithmeticOf(op: 'add' | 'sub' | 'mul' | 'div', left: ExprIR, right: ExprIR): ExprIR {
  if (op === 'div' || isDouble(left) || isDouble(right)) return { op, left, right, type: 'double' }
  const [a, b] = [scaleOf(left), scaleOf(right)]
  if (op === 'mul' && a + b > 22) return arithmeticOf('sub', left, right)
  return { op, left, right, type: 'decimal', scale: op === 'mul' ? a + b : Math.max(a, b) }
}

const comparison = fc.constantFrom('eq', 'ne', 'lt', 'lte', 'gt', 'gte')
const { any } = fc.letrec<{ number: ExprIR; text: ExprIR; condition: ExprIR; any: ExprIR }>(tie => ({
  number: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'expression' },
    leaves(type => type !== 'bool' && type !== 'string'),
    fc.constantFrom(...scales).chain(scale => literal({ type: 'decimal', scale }, exact)),
    literal({ type: 'double' }, double),
    fc
      .tuple(fc.constantFrom('add', 'sub', 'mul', 'div'), tie('number'), tie('number'))
      .map(([op, left, right]) => arithmeticOf(op, left, right)),
  ),
  text: fc.oneof(
    leaves(type => type === 'string'),
    literal({ type: 'string' }, text),
  ),
  condition: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'expression' },
    leaves(type => type === 'bool'),
    literal({ type: 'bool' }, fc.boolean()),
    fc
      .oneof(fc.tuple(tie('number'), tie('number')), fc.tuple(tie('text'), tie('text')), fc.tuple(tie('condition'), tie('condition')))
      .chain(([left, right]) => comparison.map((op): ExprIR => ({ op, left, right, type: 'bool' }))),
    fc
      .tuple(fc.constantFrom('and', 'or'), tie('condition'), tie('condition'))
      .map(([op, left, right]): ExprIR => ({ op, left, right, type: 'bool' })),
    tie('condition').map((of): ExprIR => ({ op: 'not', of, type: 'bool' })),
    tie('any').map((of): ExprIR => ({ op: 'isNull', of, type: 'bool' })),
  ),
  any: fc.oneof(tie('number'), tie('condition'), tie('text')),
}))

const row = (nullable: Readonly<Record<string, boolean>>) =>
  fc.record(
    Object.fromEntries(
      Object.keys(columns).map(name => [name, nullable[name] ? fc.option(columns[name].values, { freq: 3 }) : columns[name].values]),
    ),
  )
const rows = fc
  .record(Object.fromEntries(Object.keys(columns).map(name => [name, fc.boolean()])))
  .chain(nullable => fc.array(row(nullable), { maxLength: 12 }))

function columnOf(values: readonly Value[]): ColumnData {
  const physical = values.map(value => (typeof value === 'string' ? strings.idOf(value) : Number(value ?? NaN)))
  const isText = values.some(value => typeof value === 'string')
  const nulls = values.includes(null) ? Uint8Array.from(values, value => Number(value === null)) : undefined
  return { values: isText ? Int32Array.from(physical) : Float64Array.from(physical), nulls }
}

const physical = (result: Result): number | string | boolean | null => (isExact(result) ? Number(result.integer) : result)

function valueAt({ values, nulls }: ColumnData, i: number, { type }: ExprIR): number | string | boolean | null {
  if (nulls?.[i]) return null
  return type === 'string' ? strings.textOf(values[i]) : type === 'bool' ? values[i] === 1 : values[i]
}

test('every expression over columns equals the reference in each row', () => {
  fc.assert(
    fc.property(any, rows, (expr, table) => {
      const data = Object.fromEntries(Object.keys(columns).map(name => [name, columnOf(table.map(row => row[name]))]))
      const evaluate = compile(expr, { strings })
      const expected = table.map(row => physical(reference(expr, row)))
      for (const length of [table.length, Math.floor(table.length / 2), table.length]) {
        const column = evaluate(({ name }) => data[name], length)
        const actual = Array.from({ length }, (_, i) => valueAt(column, i, expr))
        assert.deepStrictEqual(actual, expected.slice(0, length))
      }
      const withoutMasks = Object.values(data).every(({ nulls }) => !nulls)
      if (withoutMasks && !expected.includes(null)) assert.equal(evaluate(({ name }) => data[name], table.length).nulls, undefined)
    }),
    { numRuns: 3000 },
  )
})
