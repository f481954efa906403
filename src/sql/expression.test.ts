import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { DuckDBConnection } from '@duckdb/node-api'
import { DuckDBInstance } from '@duckdb/node-api'
import * as fc from 'fast-check'
import type { ExprIR, TypeIR, Value } from '../define/ir/ir.ts'
import { duckdb } from './duckdb/dialect.ts'
import { expressionSql } from './expression.ts'

let connection: DuckDBConnection
before(async () => {
  connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect()
})
after(() => connection.closeSync())

/** DuckDB's values of expressions without columns, one row. */
async function evaluate(exprs: readonly ExprIR[]): Promise<Value[]> {
  const columns = exprs.map((expr, i) => `${expressionSql(expr, duckdb, ({ name }) => name)} AS e${i}`)
  const [row] = (await connection.runAndReadAll(`SELECT ${columns.join(', ')}`)).getRows()
  return row.map(cell => (typeof cell === 'bigint' ? Number(cell) : (cell as Value)))
}

/** A NULL of any type is a column without values. */
const literal = (value: Value, type: TypeIR): ExprIR =>
  value === null ? { op: 'column', name: `NULL::${duckdb.types[type.type]}`, ...type } : { op: 'literal', value, ...type }
const int = (value: Value) => literal(value, { type: 'int' })
const decimal = (value: Value, scale: number) => literal(value, { type: 'decimal', scale })
const double = (value: Value) => literal(value, { type: 'double' })
const text = (value: Value) => literal(value, { type: 'string' })
const bool = (value: Value) => literal(value, { type: 'bool' })

type ArithmeticOp = 'add' | 'sub' | 'mul' | 'div'
type CompareOp = 'eq' | 'ne' | 'lt' | 'lte' | 'gt' | 'gte'

function arithmetic(op: ArithmeticOp, left: ExprIR, right: ExprIR): ExprIR {
  const type = typeOf(left)
  const [a, b] = [scaleOf(left), scaleOf(right)]
  if (op === 'div' || type === 'double' || typeOf(right) === 'double') return { op, left, right, type: 'double' }
  const scale = op === 'mul' ? a + b : Math.max(a, b)
  return scale === 0 ? { op, left, right, type: 'int' } : { op, left, right, type: 'decimal', scale }
}
const compare = (op: CompareOp, left: ExprIR, right: ExprIR): ExprIR => ({ op, left, right, type: 'bool' })
const typeOf = (expr: ExprIR) => expr.type
const scaleOf = (expr: ExprIR) => (expr.type === 'decimal' ? (expr as TypeIR).scale! : 0)

// The reference: fractions of big integers, and doubles.
const SAFE = BigInt(Number.MAX_SAFE_INTEGER)
const safe = (value: bigint): number | null => (value >= -SAFE && value <= SAFE ? Number(value) : null)
const finite = (value: number): number | null => (Number.isFinite(value) ? value + 0 : null)
const asDouble = (value: number, expr: ExprIR) => value / Number(`1e${scaleOf(expr)}`)

function reference(expr: ExprIR): Value {
  switch (expr.op) {
    case 'literal':
      return expr.value
    case 'column':
    case 'trigger':
    case 'feature':
      return null
    case 'not':
    case 'isNull': {
      const of = reference(expr.of)
      return expr.op === 'isNull' ? of === null : of === null ? null : !of
    }
    case 'and':
    case 'or': {
      const sides = [reference(expr.left), reference(expr.right)]
      const decides = expr.op === 'or'
      return sides.includes(decides) ? decides : sides.includes(null) ? null : !decides
    }
    default: {
      const [a, b] = [reference(expr.left), reference(expr.right)]
      return a === null || b === null ? null : binary(expr, a, b)
    }
  }
}

function binary(
  expr: Extract<ExprIR, { op: ArithmeticOp | CompareOp }>,
  a: number | string | boolean,
  b: number | string | boolean,
): Value {
  if (typeof a !== 'number' || typeof b !== 'number')
    return ordered(expr.op as CompareOp, Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b))))
  if (expr.type === 'double' || typeOf(expr.left) === 'double' || typeOf(expr.right) === 'double') {
    const [x, y] = [asDouble(a, expr.left), asDouble(b, expr.right)]
    switch (expr.op) {
      case 'add':
        return finite(x + y)
      case 'sub':
        return finite(x - y)
      case 'mul':
        return finite(x * y)
      case 'div':
        return finite(x / y)
      default:
        return ordered(expr.op, x < y ? -1 : x > y ? 1 : 0)
    }
  }
  const scale = Math.max(scaleOf(expr.left), scaleOf(expr.right))
  const [x, y] = [BigInt(a) * 10n ** BigInt(scale - scaleOf(expr.left)), BigInt(b) * 10n ** BigInt(scale - scaleOf(expr.right))]
  switch (expr.op) {
    case 'add':
      return safe(x + y)
    case 'sub':
      return safe(x - y)
    case 'mul':
      return safe(BigInt(a) * BigInt(b))
    case 'div':
      throw new Error('a division is over doubles')
    default:
      return ordered(expr.op, x < y ? -1 : x > y ? 1 : 0)
  }
}

const outcomes = { eq: [0], ne: [-1, 1], lt: [-1], lte: [-1, 0], gt: [1], gte: [0, 1] }
const ordered = (op: CompareOp, sign: number): boolean => outcomes[op].includes(sign)

const anInt = fc.oneof(
  fc.integer({ min: -20, max: 20 }),
  fc.maxSafeInteger(),
  fc.constantFrom(Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 2 ** 31, -(2 ** 32), 94_906_265, 94_906_266),
)
const aDouble = fc
  .oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(0, 0.1, -0.5, 1e308, -1e308, 5e-324, 2 ** 53))
  .map(value => value + 0)
const orNull = <T extends Value>(of: fc.Arbitrary<T>) => fc.option(of, { freq: 12 })

const { number } = fc.letrec<{ number: ExprIR }>(tie => ({
  number: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    orNull(anInt).map(int),
    fc.tuple(orNull(anInt), fc.integer({ min: 0, max: 15 })).map(([value, scale]) => decimal(value, scale)),
    orNull(aDouble).map(double),
    fc
      .tuple(fc.constantFrom<ArithmeticOp[]>('add', 'sub', 'mul', 'div'), tie('number'), tie('number'))
      .map(([op, a, b]) => arithmetic(op, a, b)),
  ),
}))
const aCompareOp = fc.constantFrom<CompareOp[]>('eq', 'ne', 'lt', 'lte', 'gt', 'gte')
const aText = fc.oneof(fc.string({ unit: 'binary', maxLength: 3 }), fc.constantFrom('', "'", '\uffff', '\u{1f600}', 'a', 'ab', 'B'))
const { condition } = fc.letrec<{ condition: ExprIR }>(tie => ({
  condition: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.constantFrom(true, false, null).map(bool),
    fc.tuple(aCompareOp, number, number).map(([op, a, b]) => compare(op, a, b)),
    fc.tuple(aCompareOp, orNull(aText), orNull(aText)).map(([op, a, b]) => compare(op, text(a), text(b))),
    number.map(of => ({ op: 'isNull' as const, of, type: 'bool' as const })),
    tie('condition').map(of => ({ op: 'not' as const, of, type: 'bool' as const })),
    fc
      .tuple(fc.constantFrom('and' as const, 'or' as const), tie('condition'), tie('condition'))
      .map(([op, left, right]) => ({ op, left, right, type: 'bool' as const })),
  ),
}))

const agrees = (exprs: fc.Arbitrary<ExprIR>, numRuns: number) =>
  fc.assert(
    fc.asyncProperty(fc.array(exprs, { minLength: 1, maxLength: 20 }), async list => {
      assert.deepEqual(await evaluate(list), list.map(reference))
    }),
    { numRuns },
  )

test('numbers equal exact fractions and IEEE doubles', () => agrees(number, 200))

test('conditions equal three-valued logic over exact comparisons', () => agrees(condition, 200))

test('values of distant scales compare and add as exact fractions', async () => {
  const tiny = arithmetic('mul', decimal(1, 15), decimal(1, 15))
  const most = arithmetic('mul', decimal(Number.MAX_SAFE_INTEGER, 15), decimal(1, 15))
  const exprs = [
    compare('lt', tiny, int(1)),
    compare('gt', tiny, int(0)),
    compare('lt', int(Number.MIN_SAFE_INTEGER), tiny),
    arithmetic('add', int(1), tiny),
    arithmetic('add', int(0), tiny),
    arithmetic('sub', decimal(1, 14), most),
    arithmetic('sub', decimal(1, 13), most),
  ]
  assert.deepEqual(await evaluate(exprs), [true, true, true, null, 1, 10 ** 16 - Number.MAX_SAFE_INTEGER, null])
})
