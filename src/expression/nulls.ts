/**
 * NULL masks. No mask means no NULLs, and that is kept wherever it can be: loops without a mask are faster.
 *
 * A mask may be shared between columns, so nobody writes to one that it did not make.
 */
import type { Scratch } from './scratch.ts'

export type Nulls = Uint8Array | undefined

/** NULL where either is. */
export function either(left: Nulls, right: Nulls, scratch: Scratch, length: number): Nulls {
  if (!left || !right) return left ?? right
  const nulls = scratch.nulls(length)
  for (let i = 0; i < length; i++) nulls[i] = left[i] | right[i]
  return nulls
}

/** NULL where `before` is, and where a value is outside ±limit or not a number. */
export function orOutside(before: Nulls, values: Float64Array, limit: number, scratch: Scratch, length: number): Nulls {
  const nulls = scratch.nulls(length)
  for (let i = 0; i < length; i++) nulls[i] = Math.abs(values[i]) <= limit && !before?.[i] ? 0 : 1
  return nulls
}
