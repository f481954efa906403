/** The score from which on an action follows from a decision, where its condition is a threshold. */
import type { ActionIR, ExprIR } from '../ir/ir.ts'

/** The least score at which `when` is true, where it is true exactly from there on; `undefined` for any other condition. */
export function thresholdOf({ when }: Pick<ActionIR, 'when'>): number | undefined {
  if (!('left' in when) || !isScore(when.left) || when.right.op !== 'literal' || typeof when.right.value !== 'number') return undefined
  if (when.op === 'gte') return when.right.value
  return when.op === 'gt' ? nextUp(when.right.value) : undefined
}

const isScore = (expr: ExprIR): boolean => expr.op === 'column' && expr.name === 'score'

/** The next double above a finite one. */
function nextUp(value: number): number {
  if (value === 0) return Number.MIN_VALUE
  const bits = new BigInt64Array(1)
  const double = new Float64Array(bits.buffer)
  double[0] = value
  bits[0] += value > 0 ? 1n : -1n
  return double[0]
}
