/**
 * Compiles `add`, `sub`, `mul` and `div`: one pass, and a second pass only if a result must become NULL.
 *
 * One loop serves doubles (units 1; a result beyond the largest double is not finite) and exact values (limit 2^53 − 1).
 * Doubles suffice for exact arithmetic whose result must be a safe integer:
 * - A product or sum of integers below 2^53 in magnitude is computed exactly. Any other rounds to at least 2^53, since rounding is
 *   monotonic and 2^53 is a double. So the test against the limit is right for both.
 * - `add` and `sub` bring the side of smaller scale to the larger: x·10^k with k ≥ 1. That is even, hence exact up to 2^54. So the
 *   result is exact wherever it can be safe; and from 2^54 on no other operand brings it back below 2^53.
 */
import { assert, limits } from '../base/index.ts'
import type { ExprIR } from '../define/ir/index.ts'
import { type Evaluate, nullIfEither, nullIfOutside, Scratch } from './evaluate.ts'
import { toDoubles, commonUnits, operandOf, scaleUnit } from './operand.ts'

/** Arithmetic in the IR. */
export type ArithmeticIR = Extract<ExprIR, { op: 'add' | 'sub' | 'mul' | 'div' }>

/** Compiles an arithmetic node. */
export function compileArithmetic(expr: ArithmeticIR, left: Evaluate, right: Evaluate): Evaluate {
  const { op } = expr
  const [a, b] = [operandOf(expr.left), operandOf(expr.right)]
  assert(a.kind !== 'string' && b.kind !== 'string', `'${op}' calculates with numbers`)
  if (op === 'div' || a.kind !== 'exact' || b.kind !== 'exact') {
    assert(expr.type === 'double', `'${op}' over doubles is a double`)
    return calculate(loops[op], [1, 1], Number.MAX_VALUE, toDoubles(left, a), toDoubles(right, b))
  }
  const unit = op === 'mul' ? a.unit * b.unit : Math.max(a.unit, b.unit)
  assert(expr.type !== 'double' && scaleUnit(expr) === unit, `'${op}' over exact operands has the scale that they give`)
  return calculate(loops[op], commonUnits(a, b), limits.EXACT_MAX, left, right)
}

function calculate(loop: Loop, [leftUnit, rightUnit]: readonly [number, number], limit: number, left: Evaluate, right: Evaluate): Evaluate {
  const scratch = new Scratch()
  return (leaf, length) => {
    const [l, r] = [left(leaf, length), right(leaf, length)]
    const values = scratch.values(length)
    const outside = loop(l.values as Float64Array, r.values as Float64Array, leftUnit, rightUnit, limit, values, length)
    const nulls = nullIfEither(l.nulls, r.nulls, scratch, length)
    return { values, nulls: outside ? nullIfOutside(nulls, values, limit, scratch, length) : nulls }
  }
}

/** Returns true if a result is outside ±limit or not a number. Units bring `add` and `sub` to one scale; `mul` and `div` need none. */
type Loop = (
  left: Float64Array,
  right: Float64Array,
  leftUnit: number,
  rightUnit: number,
  limit: number,
  out: Float64Array,
  length: number,
) => boolean

// `+ 0` turns −0 into 0 where it can occur. A sum or difference of values that are not −0 never is −0.
const loops: Readonly<Record<ArithmeticIR['op'], Loop>> = {
  add(left, right, leftUnit, rightUnit, limit, out, length) {
    let outside = 0
    for (let i = 0; i < length; i++) {
      const result = left[i] * leftUnit + right[i] * rightUnit
      if (!(Math.abs(result) <= limit)) outside++
      out[i] = result
    }
    return outside > 0
  },
  sub(left, right, leftUnit, rightUnit, limit, out, length) {
    let outside = 0
    for (let i = 0; i < length; i++) {
      const result = left[i] * leftUnit - right[i] * rightUnit
      if (!(Math.abs(result) <= limit)) outside++
      out[i] = result
    }
    return outside > 0
  },
  mul(left, right, _leftUnit, _rightUnit, limit, out, length) {
    let outside = 0
    for (let i = 0; i < length; i++) {
      const result = left[i] * right[i] + 0
      if (!(Math.abs(result) <= limit)) outside++
      out[i] = result
    }
    return outside > 0
  },
  div(left, right, _leftUnit, _rightUnit, limit, out, length) {
    let outside = 0
    for (let i = 0; i < length; i++) {
      const result = left[i] / right[i] + 0
      if (!(Math.abs(result) <= limit)) outside++
      out[i] = result
    }
    return outside > 0
  },
}
