import type { ExprIR, TypeIR } from '../define/ir.ts'
import { assert } from '../base/assert.ts'
import type { Dialect } from './dialect.ts'

/**
 * Expressions of the IR as SQL of one dialect, with the meaning that `define/ir.ts` gives them.
 *
 * The text is a physical value: an integer for exact types, scaled for decimals. Range and finiteness are checked at each
 * arithmetic node, which names its operands twice: the plan doubles with each level of nested arithmetic.
 */
export type ReferenceSql = (reference: Extract<ExprIR, { op: 'column' | 'trigger' | 'feature' }>) => string

/** Every value of an exact type is below 10^16 in magnitude. */
const SAFE_DIGITS = 16

export function expressionSql(expr: ExprIR, dialect: Dialect, reference: ReferenceSql): string {
  const compile = (of: ExprIR): string => expressionSql(of, dialect, reference)
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
      return arithmeticSql(expr, compile, dialect)
    case 'eq':
    case 'ne':
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte':
      return comparisonSql(expr, compile, dialect)
    case 'and':
    case 'or':
      return `(${compile(expr.left)} ${expr.op.toUpperCase()} ${compile(expr.right)})`
    case 'not':
      return `(NOT ${compile(expr.of)})`
    case 'isNull':
      return `(${compile(expr.of)} IS NULL)`
  }
}

function literalSql({ value, type }: Extract<ExprIR, { op: 'literal' }>, dialect: Dialect): string {
  if (typeof value === 'string') return dialect.text(value)
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE'
  if (type === 'double') return `(${dialect.double(value)})`
  return `(${value})`
}

type Arithmetic = Extract<ExprIR, { op: 'add' | 'sub' | 'mul' | 'div' }>
type Comparison = Extract<ExprIR, { op: 'eq' | 'ne' | 'lt' | 'lte' | 'gt' | 'gte' }>

const symbols = { add: '+', sub: '-', mul: '*', eq: '=', ne: '<>', lt: '<', lte: '<=', gt: '>', gte: '>=' } as const

function arithmeticSql(expr: Arithmetic, compile: (of: ExprIR) => string, dialect: Dialect): string {
  const left = compile(expr.left)
  const right = compile(expr.right)
  if (expr.type === 'double') {
    const a = asDouble(left, expr.left, dialect)
    const b = asDouble(right, expr.right, dialect)
    return dialect.finite(expr.op === 'div' ? `(${dialect.quotient(a, b)})` : `(${a} ${symbols[expr.op]} ${b})`)
  }
  assert(expr.op !== 'div', 'a division is over doubles')
  if (expr.op === 'mul') return dialect.stored(`(${dialect.wide(left)} * ${dialect.wide(right)})`)
  // 17 more digits lift any value but 0 so far out of range that no right operand brings it back.
  const [a, b] = atOneScale([left, expr.left], [right, expr.right], SAFE_DIGITS + 1, dialect)
  return dialect.stored(`(${a} ${symbols[expr.op]} ${b})`)
}

function comparisonSql(expr: Comparison, compile: (of: ExprIR) => string, dialect: Dialect): string {
  const left = compile(expr.left)
  const right = compile(expr.right)
  const symbol = symbols[expr.op]
  if (!isNumeric(expr.left)) return `(${left} ${symbol} ${right})`
  if (expr.left.type === 'double' || expr.right.type === 'double')
    return `(${asDouble(left, expr.left, dialect)} ${symbol} ${asDouble(right, expr.right, dialect)})`
  // 16 more digits lift any value but 0 beyond every other value, which is all that a comparison asks.
  const [a, b] = atOneScale([left, expr.left], [right, expr.right], SAFE_DIGITS, dialect)
  return `(${a} ${symbol} ${b})`
}

const isNumeric = ({ type }: TypeIR): boolean => type !== 'string' && type !== 'bool'

export const scaleOf = ({ type, scale }: TypeIR): number => (type === 'decimal' ? (scale ?? 0) : 0)

/** fl(physical / 10^s): both are exact doubles for s <= 22. */
export function asDouble(physical: string, type: TypeIR, dialect: Dialect): string {
  if (type.type === 'double') return physical
  const scale = scaleOf(type)
  const double = dialect.equalDouble(physical)
  return scale === 0 ? double : `(${double} / ${dialect.double(Number(`1e${scale}`))})`
}

/** Two exact operands at the larger of their scales, neither lifted by more than `digits` digits. */
function atOneScale(left: [string, TypeIR], right: [string, TypeIR], digits: number, dialect: Dialect): [string, string] {
  const scale = Math.max(scaleOf(left[1]), scaleOf(right[1]))
  const lift = ([sql, type]: [string, TypeIR]): string => {
    const by = Math.min(scale - scaleOf(type), digits)
    return by === 0 ? dialect.wide(sql) : `${dialect.wide(sql)} * ${10n ** BigInt(by)}`
  }
  return [lift(left), lift(right)]
}
