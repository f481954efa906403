/** A compiled expression: its type, its buffers, and its masks of NULLs. No mask means no NULLs, since loops without one are faster. */
import type { ColumnData } from '../columns/index.ts'
import type { LeafIR } from '../define/ir/index.ts'

/** Returns the column of a leaf, with at least `length` values. Called for each leaf at each evaluation. */
export type Leaves = (leaf: LeafIR) => ColumnData

/**
 * Evaluates an expression over the first `length` rows.
 *
 * The result has physical values of the expression's type; bools are 0 or 1. It may be a leaf's own column, share a leaf's NULL
 * mask, or be scratch that the next call of the same function overwrites: read it before that, and never write to it. It may be
 * longer than `length`; values beyond `length` and under a NULL are meaningless. There is a mask only if a leaf has a mask, or
 * a result is NULL.
 */
export type Evaluate = (leaf: Leaves, length: number) => ColumnData

/** A mask of NULLs, or `undefined` without NULLs. Columns may share a mask, so nobody writes to a mask of another node. */
export type NullMask = Uint8Array | undefined

/** NULL where either side is NULL. */
export function nullIfEither(left: NullMask, right: NullMask, scratch: Scratch, length: number): NullMask {
  if (!left || !right) return left ?? right
  const nulls = scratch.nulls(length)
  for (let i = 0; i < length; i++) nulls[i] = left[i] | right[i]
  return nulls
}

/** NULL where `before` is NULL, and where a value is outside ±limit or not a number. */
export function nullIfOutside(before: NullMask, values: Float64Array, limit: number, scratch: Scratch, length: number): NullMask {
  const nulls = scratch.nulls(length)
  for (let i = 0; i < length; i++) nulls[i] = Math.abs(values[i]) <= limit && !before?.[i] ? 0 : 1
  return nulls
}

/**
 * Buffers of one node of an expression, kept from call to call, so that nothing is allocated in a steady state.
 *
 * They grow to the largest length and may be longer than requested; the values beyond it, and those of an earlier call, are
 * garbage.
 */
export class Scratch {
  #values = new Float64Array(0)
  #nulls = new Uint8Array(0)

  values(length: number): Float64Array {
    if (this.#values.length < length) this.#values = new Float64Array(roomFor(length))
    return this.#values
  }

  nulls(length: number): Uint8Array {
    if (this.#nulls.length < length) this.#nulls = new Uint8Array(roomFor(length))
    return this.#nulls
  }
}

/** The next power of two, so that growing lengths cost a few allocations. */
const roomFor = (length: number): number => 2 ** Math.ceil(Math.log2(length))
