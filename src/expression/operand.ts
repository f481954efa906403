/** Representation of a node's values in its column, which decides its loop; and conversions to a common representation. */
import { assert } from '../base/index.ts'
import type { ExprIR, TypeIR } from '../define/ir/index.ts'
import { type Evaluate, Scratch } from './evaluate.ts'

/** Representation of values. An exact value is its physical integer over `unit`, which is 10^scale; bools are exact 0 and 1. */
export type Operand = Exact | { readonly kind: 'double' } | { readonly kind: 'string' }
/** Exact values of one scale. */
export interface Exact {
  readonly kind: 'exact'
  readonly unit: number
}

/** Representation of a node. `trigger` and `feature` leaves of a model are delivered: numbers of every type are doubles in them. */
export function operandOf(expr: ExprIR): Operand {
  if (expr.type === 'string') return { kind: 'string' }
  if (expr.type === 'bool') return { kind: 'exact', unit: 1 }
  if (expr.type === 'double' || expr.op === 'trigger' || expr.op === 'feature') return { kind: 'double' }
  return { kind: 'exact', unit: scaleUnit(expr) }
}

/** Largest power of ten that a double holds exactly: 10^22 = 2^22 · 5^22, since 5^22 < 2^53 < 5^23. */
const SCALE_MAX = 22

/** 10^scale, exactly. */
export function scaleUnit(type: TypeIR): number {
  const scale = type.type === 'decimal' ? (type.scale ?? 0) : 0
  assert(
    Number.isInteger(scale) && scale >= 0 && scale <= SCALE_MAX,
    `a decimal has 0 to ${SCALE_MAX} digits after the point, not ${scale}`,
  )
  return Number(`1e${scale}`)
}

/** Factors that bring both sides to the larger scale; one of them is 1. */
export const commonUnits = (left: Exact, right: Exact): readonly [number, number] =>
  left.unit < right.unit ? [right.unit / left.unit, 1] : [1, left.unit / right.unit]

/** Converts an operand to doubles, fl(physical / 10^s), unless the physical value is already that double. */
export function toDoubles(evaluate: Evaluate, operand: Operand): Evaluate {
  if (operand.kind !== 'exact' || operand.unit === 1) return evaluate
  const { unit } = operand
  const scratch = new Scratch()
  return (leaf, length) => {
    const { values, nulls } = evaluate(leaf, length)
    const doubles = scratch.values(length)
    for (let i = 0; i < length; i++) doubles[i] = values[i] / unit
    return { values: doubles, nulls }
  }
}
