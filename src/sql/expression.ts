import type { ExprIR, LeafIR, TypeIR } from '../define/ir/index.ts'
import type { SqlDialect } from './dialect.ts'

/** Writes a reference to a column, or, in the inputs of a model, to a field or feature. */
export type ReferenceSql = (reference: LeafIR) => string

/**
 * Writes an expression of the IR in the SQL of one dialect, with the meaning that `define/ir/value-ir.ts` defines.
 *
 * The result is a physical value: an integer for exact types, scaled for decimals. Each arithmetic node checks range and finiteness
 * and names its operands twice, so the text doubles with each level of nested arithmetic.
 */
export function expressionSql(expr: ExprIR, dialect: SqlDialect, reference: ReferenceSql): string {
  const write = (part: ExprIR): string => expressionSql(part, dialect, reference)
  switch (expr.op) {
    case 'column':
    case 'trigger':
    case 'feature':
      return reference(expr)
    case 'literal':
      return literalSql(expr, dialect)
    case 'add':
    case 'sub':
    case 'mul':
    case 'div':
      return arithmeticSql(expr.op, [operand(expr.left, write), operand(expr.right, write)], dialect)
    case 'and':
    case 'or':
      return `(${write(expr.left)} ${expr.op.toUpperCase()} ${write(expr.right)})`
    case 'not':
      return `(NOT ${write(expr.of)})`
    case 'isNull':
      return `(${write(expr.of)} IS NULL)`
    default:
      return `(${comparable([operand(expr.left, write), operand(expr.right, write)], dialect).join(` ${symbols[expr.op]} `)})`
  }
}

const symbols = { add: '+', sub: '-', mul: '*', eq: '=', ne: '<>', lt: '<', lte: '<=', gt: '>', gte: '>=' } as const

function literalSql({ value, type }: Extract<ExprIR, { op: 'literal' }>, dialect: SqlDialect): string {
  if (typeof value === 'string') return dialect.textLiteral(value)
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE'
  return type === 'double' ? dialect.doubleLiteral(value) : `(${value})`
}

function arithmeticSql(op: 'add' | 'sub' | 'mul' | 'div', operands: Operands, dialect: SqlDialect): string {
  if (op === 'div') return dialect.finiteOrNull(dialect.divide(...asDoubles(operands, dialect)))
  if (operands.some(isDouble)) return dialect.finiteOrNull(`(${asDoubles(operands, dialect).join(` ${symbols[op]} `)})`)
  // 17 more digits lift any value but 0 so far out of range that no other operand brings it back.
  const exact = op === 'mul' ? operands.map(({ sql }) => dialect.toExact(sql)) : atOneScale(operands, SAFE_DIGITS + 1, dialect)
  return dialect.toInteger(`(${exact.join(` ${symbols[op]} `)})`)
}

/** Two operands in a form in which SQL's comparison has the IR's meaning. */
function comparable(operands: Operands, dialect: SqlDialect): readonly string[] {
  const [left, right] = operands
  if (operands.some(isDouble)) return asDoubles(operands, dialect)
  if (!isNumeric(left) || scaleOf(left) === scaleOf(right)) return [left.sql, right.sql]
  // 16 more digits lift any value but 0 beyond every other value, which is enough for a comparison.
  return atOneScale(operands, SAFE_DIGITS, dialect)
}

interface Operand extends TypeIR {
  readonly sql: string
}
type Operands = readonly [Operand, Operand]

/** The inputs of a model are delivered: numbers of every type are doubles. */
function operand(expr: ExprIR, write: (part: ExprIR) => string): Operand {
  const delivered = (expr.op === 'trigger' || expr.op === 'feature') && isNumeric(expr)
  return { ...(delivered ? { type: 'double' } : (expr as TypeIR)), sql: write(expr) }
}

const isDouble = ({ type }: TypeIR): boolean => type === 'double'

const asDoubles = ([left, right]: Operands, dialect: SqlDialect): [string, string] => [
  asDoubleSql(left.sql, left, dialect),
  asDoubleSql(right.sql, right, dialect),
]

/** Every value of an exact type is below 10^16 in magnitude. */
const SAFE_DIGITS = 16

/** Two exact operands at the larger of their scales, neither lifted by more than `digits` digits. */
function atOneScale([left, right]: Operands, digits: number, dialect: SqlDialect): [string, string] {
  const scale = Math.max(scaleOf(left), scaleOf(right))
  const lift = (of: Operand): string => {
    const by = Math.min(scale - scaleOf(of), digits)
    return by === 0 ? dialect.toExact(of.sql) : `${dialect.toExact(of.sql)} * ${10n ** BigInt(by)}`
  }
  return [lift(left), lift(right)]
}

const isNumeric = ({ type }: TypeIR): boolean => type !== 'string' && type !== 'bool'

const scaleOf = ({ type, scale }: TypeIR): number => (type === 'decimal' ? (scale ?? 0) : 0)

/** A physical value of a numeric type as fl(physical / 10^s): both are exact doubles for s <= 22. */
function asDoubleSql(physical: string, type: TypeIR, dialect: SqlDialect): string {
  if (type.type === 'double') return physical
  const double = dialect.toDouble(physical)
  const scale = scaleOf(type)
  return scale === 0 ? double : `(${double} / ${dialect.doubleLiteral(Number(`1e${scale}`))})`
}

/** A physical value as delivered: a number of any type as a double, a string or bool unchanged. */
export const deliveredSql = (physical: string, type: TypeIR, dialect: SqlDialect): string =>
  isNumeric(type) ? asDoubleSql(physical, type, dialect) : physical
