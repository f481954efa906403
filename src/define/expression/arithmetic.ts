/** What type arithmetic gives: the rules stated at `ExprIR`, and which combinations mean nothing. */
import { limits } from '../../base/limits.ts'
import type { ColumnType, TypeIR } from '../ir/ir.ts'

export type Operation = 'add' | 'sub' | 'mul' | 'div'

export const isNumber = (type: ColumnType): boolean => type === 'int' || type === 'decimal' || type === 'double'
/** Delivered as a JavaScript number. */
export const isNumeric = (type: ColumnType): boolean => type !== 'string' && type !== 'bool'

/** The type of the result, or `undefined` where the combination means nothing. */
export function arithmeticType(op: Operation, left: TypeIR, right: TypeIR): TypeIR | undefined {
  if (isNumber(left.type) && isNumber(right.type)) return numberType(op, left, right)
  const [a, b] = [left.type, right.type]
  if (op === 'div') return a === 'duration' && b === 'duration' ? { type: 'double' } : undefined
  if (op === 'mul') return a === 'duration' && b === 'int' ? { type: 'duration' } : undefined
  if (b === 'duration' && (a === 'duration' || a === 'timestamp')) return { type: a }
  return op === 'sub' && a === 'timestamp' && b === 'timestamp' ? { type: 'duration' } : undefined
}

function numberType(op: Operation, left: TypeIR, right: TypeIR): TypeIR | undefined {
  if (op === 'div' || left.type === 'double' || right.type === 'double') return { type: 'double' }
  if (left.type === 'int' && right.type === 'int') return { type: 'int' }
  const [a, b] = [left.scale ?? 0, right.scale ?? 0]
  const scale = op === 'mul' ? a + b : Math.max(a, b)
  return scale <= limits.DECIMAL_SCALE_MAX ? { type: 'decimal', scale } : undefined
}

/** A type in a user's words: `decimal(2)`. */
export const typeText = (type: TypeIR): string => (type.type === 'decimal' ? `decimal(${type.scale})` : type.type)
