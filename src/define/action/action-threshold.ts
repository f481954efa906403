/** The score threshold of an action, where its condition is one. */
import type { ActionIR, ExprIR } from '../ir/ir.ts'

/** Least score at which `when` is true, if `when` is `score >= x` or `score > x`; `undefined` for any other condition. */
export function thresholdOf({ when }: Pick<ActionIR, 'when'>): number | undefined {
  if (!('left' in when) || !isScore(when.left) || when.right.op !== 'literal' || typeof when.right.value !== 'number') return undefined
  if (when.op === 'gte') return when.right.value
  return when.op === 'gt' ? nextUp(when.right.value) : undefined
}

const isScore = (expr: ExprIR): boolean => expr.op === 'column' && expr.name === 'score'

/** The next double above a finite value. */
function nextUp(value: number): number {
  if (value === 0) return Number.MIN_VALUE
  const bits = new BigInt64Array(1)
  const double = new Float64Array(bits.buffer)
  double[0] = value
  bits[0] += value > 0 ? 1n : -1n
  return double[0]
}
