/**
 * NULL masks. No mask means no NULLs; that is kept wherever possible, since loops without a mask are faster.
 *
 * Columns may share a mask, so nobody writes to a mask of another node.
 */
import type { Scratch } from './scratch.ts'

/** A mask of NULLs, or `undefined` without NULLs. */
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
