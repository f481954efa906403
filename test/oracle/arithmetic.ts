/**
 * Values and expressions of the oracle, exactly as `src/define/ir/ir.ts` describes them. Exact numbers are BigInt with a scale, so nothing
 * is lost; a plain `number` here is always a double.
 */
import type { ColumnType, ExprIR, TypeIR, Value } from '../../src/define/ir/ir.ts'

/** An exact number: `int / 10^scale`. */
export interface Exact {
  readonly int: bigint
  readonly scale: number
}

export type Operand = Exact | number | string | boolean | null

const SAFE = BigInt(Number.MAX_SAFE_INTEGER)

export const isExactType = (type: ColumnType): boolean =>
  type === 'int' || type === 'decimal' || type === 'timestamp' || type === 'duration'

export const isExact = (value: Operand): value is Exact => typeof value === 'object' && value !== null

/** 10^s, rounded once to a double (exact up to 10^22). */
export const power10 = (s: number): number => Number(`1e${s}`)

/** The operand of a physical value. */
export function operand(value: Value, { type, scale = 0 }: TypeIR): Operand {
  if (typeof value !== 'number') return value
  return isExactType(type) ? { int: BigInt(value), scale } : withoutNegativeZero(value)
}

/** The physical value of an operand. */
export const physical = (value: Operand): Value => (isExact(value) ? Number(value.int) : value)

/** The delivered value: decimals as fl(int) / 10^s. */
export const delivered = (value: Operand): Value => (isExact(value) ? Number(value.int) / power10(value.scale) : value)

/** A double, or NULL if it is not finite; −0 is 0. */
export const finite = (value: number): number | null => (Number.isFinite(value) ? withoutNegativeZero(value) : null)

const withoutNegativeZero = (value: number): number => (value === 0 ? 0 : value)

/** The value of an expression over the physical values of a row, physical itself. */
export const evaluate = (expr: ExprIR, row: Readonly<Record<string, Value>>): Value => physical(compute(expr, rowReader(row)))

export type Leaf = Extract<ExprIR, { op: 'column' | 'trigger' | 'feature' }>

/** Leaves of an expression inside an aggregate: columns of one row. */
export const rowReader =
  (row: Readonly<Record<string, Value>>) =>
  (leaf: Leaf): Operand =>
    operand(row[leaf.name], leaf)

export function compute(expr: ExprIR, read: (leaf: Leaf) => Operand): Operand {
  switch (expr.op) {
    case 'column':
    case 'trigger':
    case 'feature':
      return read(expr)
    case 'literal':
      return operand(expr.value, expr)
    case 'isNull':
      return compute(expr.of, read) === null
    case 'not': {
      const of = compute(expr.of, read)
      return of === null ? null : !of
    }
    default:
      return binary(expr.op, compute(expr.left, read), compute(expr.right, read))
  }
}

type BinaryOp = Extract<ExprIR, { left: ExprIR }>['op']

function binary(op: BinaryOp, left: Operand, right: Operand): Operand {
  if (op === 'and') return left === false || right === false ? false : left === null || right === null ? null : true
  if (op === 'or') return left === true || right === true ? true : left === null || right === null ? null : false
  if (left === null || right === null) return null
  switch (op) {
    case 'eq':
      return order(left, right) === 0
    case 'ne':
      return order(left, right) !== 0
    case 'lt':
      return order(left, right) < 0
    case 'lte':
      return order(left, right) <= 0
    case 'gt':
      return order(left, right) > 0
    case 'gte':
      return order(left, right) >= 0
    default:
      return isExact(left) && isExact(right) && op !== 'div' ? exactArithmetic(op, left, right) : doubleArithmetic(op, left, right)
  }
}

function exactArithmetic(op: 'add' | 'sub' | 'mul', left: Exact, right: Exact): Exact | null {
  const scale = op === 'mul' ? left.scale + right.scale : Math.max(left.scale, right.scale)
  const [a, b] = op === 'mul' ? [left.int, right.int] : [rescale(left, scale), rescale(right, scale)]
  const int = op === 'mul' ? a * b : op === 'add' ? a + b : a - b
  return int > SAFE || int < -SAFE ? null : { int, scale }
}

function doubleArithmetic(op: 'add' | 'sub' | 'mul' | 'div', left: Operand, right: Operand): number | null {
  const a = asDouble(left)
  const b = asDouble(right)
  if (op === 'div' && b === 0) return null
  return finite(op === 'add' ? a + b : op === 'sub' ? a - b : op === 'mul' ? a * b : a / b)
}

const rescale = ({ int, scale }: Exact, to: number): bigint => int * 10n ** BigInt(to - scale)

const asDouble = (value: Operand): number => Number(delivered(value))

/** Negative, 0 or positive if `left` is below, equal to or above `right`; neither is NULL, and both have one type. */
export function order(left: Operand, right: Operand): number {
  if (typeof left === 'string' && typeof right === 'string') return Buffer.compare(Buffer.from(left), Buffer.from(right))
  if (isExact(left) && isExact(right)) {
    const scale = Math.max(left.scale, right.scale)
    const difference = rescale(left, scale) - rescale(right, scale)
    return difference < 0n ? -1 : difference > 0n ? 1 : 0
  }
  const [a, b] = [asDouble(left), asDouble(right)]
  return a < b ? -1 : a > b ? 1 : 0
}
