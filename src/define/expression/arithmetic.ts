/** Result types of arithmetic, by the rules at `ExprIR`. */
import { limits } from '../../base/index.ts'
import type { ColumnType, TypeIR } from '../ir/ir.ts'

/** Operator of arithmetic, as in the IR. */
export type Operation = 'add' | 'sub' | 'mul' | 'div'

/** True for types that add up as numbers; a duration is a quantity, not a number. */
export const isNumber = (type: ColumnType): boolean => type === 'int' || type === 'decimal' || type === 'double'
/** True for types that are delivered as JavaScript numbers. */
export const isNumeric = (type: ColumnType): boolean => type !== 'string' && type !== 'bool'

/** Type of the result, or `undefined` for a combination without a meaning. */
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

/** A type as text: `decimal(2)`. */
export const typeText = (type: TypeIR): string => (type.type === 'decimal' ? `decimal(${type.scale})` : type.type)

/** A type without what else is known of its values. */
export const bareType = ({ type, scale }: TypeIR): TypeIR => (scale === undefined ? { type } : { type, scale })
