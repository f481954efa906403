/**
 * Compiles `eq`, `ne`, `lt`, `lte`, `gt` and `gte`: one pass, 1 for true and 0 for false.
 *
 * Exact values of different scales are compared mathematically: the side of smaller scale is multiplied by 10^k in doubles. A
 * product below 2^53 is exact; any other rounds to at least 2^53, beyond every safe integer on the other side, so its order is
 * right. Strings are equal if their ids are; their order needs the text.
 */
import { assert } from '../base/index.ts'
import type { Strings } from '../columns/index.ts'
import type { ExprIR } from '../define/ir/index.ts'
import { type Evaluate, nullIfEither, Scratch } from './evaluate.ts'
import { toDoubles, commonUnits, operandOf } from './operand.ts'

/** A comparison in the IR. */
export type ComparisonIR = Extract<ExprIR, { op: 'eq' | 'ne' | 'lt' | 'lte' | 'gt' | 'gte' }>

/** Compiles a comparison. */
export function compileComparison(
  { op, left, right }: ComparisonIR,
  leftOf: Evaluate,
  rightOf: Evaluate,
  strings: Pick<Strings, 'compare'>,
): Evaluate {
  // x > y is y < x.
  if (op === 'gt') return compileComparison({ op: 'lt', left: right, right: left, type: 'bool' }, rightOf, leftOf, strings)
  if (op === 'gte') return compileComparison({ op: 'lte', left: right, right: left, type: 'bool' }, rightOf, leftOf, strings)
  const [a, b] = [operandOf(left), operandOf(right)]
  if (a.kind === 'string' || b.kind === 'string') {
    assert(a.kind === b.kind, `'${op}' compares a string with a string`)
    return op === 'eq' || op === 'ne'
      ? ofNumbers(numberLoops[op], [1, 1], leftOf, rightOf)
      : ofStrings(op === 'lt' ? -1 : 0, leftOf, rightOf, strings)
  }
  if (a.kind === 'exact' && b.kind === 'exact') return ofNumbers(numberLoops[op], commonUnits(a, b), leftOf, rightOf)
  return ofNumbers(numberLoops[op], [1, 1], toDoubles(leftOf, a), toDoubles(rightOf, b))
}

type Numbers = Float64Array | Int32Array
type NumberLoop = (left: Numbers, right: Numbers, leftUnit: number, rightUnit: number, out: Float64Array, length: number) => void

const numberLoops: Readonly<Record<'eq' | 'ne' | 'lt' | 'lte', NumberLoop>> = {
  eq(left, right, leftUnit, rightUnit, out, length) {
    for (let i = 0; i < length; i++) out[i] = left[i] * leftUnit === right[i] * rightUnit ? 1 : 0
  },
  ne(left, right, leftUnit, rightUnit, out, length) {
    for (let i = 0; i < length; i++) out[i] = left[i] * leftUnit === right[i] * rightUnit ? 0 : 1
  },
  lt(left, right, leftUnit, rightUnit, out, length) {
    for (let i = 0; i < length; i++) out[i] = left[i] * leftUnit < right[i] * rightUnit ? 1 : 0
  },
  lte(left, right, leftUnit, rightUnit, out, length) {
    for (let i = 0; i < length; i++) out[i] = left[i] * leftUnit <= right[i] * rightUnit ? 1 : 0
  },
}

function ofNumbers(loop: NumberLoop, [leftUnit, rightUnit]: readonly [number, number], left: Evaluate, right: Evaluate): Evaluate {
  const scratch = new Scratch()
  return (leaf, length) => {
    const [l, r] = [left(leaf, length), right(leaf, length)]
    const values = scratch.values(length)
    loop(l.values, r.values, leftUnit, rightUnit, values, length)
    return { values, nulls: nullIfEither(l.nulls, r.nulls, scratch, length) }
  }
}

/** Compares strings by text: `lt` is an order of at most −1, `lte` of at most 0. */
function ofStrings(maxOrder: -1 | 0, left: Evaluate, right: Evaluate, strings: Pick<Strings, 'compare'>): Evaluate {
  const scratch = new Scratch()
  return (leaf, length) => {
    const [l, r] = [left(leaf, length), right(leaf, length)]
    const values = scratch.values(length)
    const nulls = nullIfEither(l.nulls, r.nulls, scratch, length)
    // The id under a NULL may be invalid.
    for (let i = 0; i < length; i++) values[i] = !nulls?.[i] && strings.compare(l.values[i], r.values[i]) <= maxOrder ? 1 : 0
    return { values, nulls }
  }
}
