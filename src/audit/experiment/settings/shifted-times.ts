/** Times of all cases, shifted or rounded up by a setting. */
import { sharedFloats } from '../../../columns/index.ts'

/** The times shifted by `by` ms. A loop, since a callback for millions of numbers allocates each of them on the heap. */
export function shiftTimes(moments: Float64Array, by: number): Float64Array {
  const result = sharedFloats(moments.length)
  for (let i = 0; i < result.length; i++) result[i] = moments[i] + by
  return result
}

/** The first multiple of a period at or after each time. */
export function roundUpTimes(moments: Float64Array, every: number): Float64Array {
  const result = sharedFloats(moments.length)
  for (let i = 0; i < result.length; i++) result[i] = Math.ceil(moments[i] / every) * every + 0
  return result
}
