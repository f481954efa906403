/** What operators share: settings that mean nothing to them, and moments that are later. */
import { SpillwayError } from '../../../base/errors.ts'
import { sharedFloats } from '../../../columns/shared.ts'
import type { Setting } from '../../domain/element.ts'

/** For what an element cannot be. */
export function notThis(what: string, { kind }: Setting, instead: string): never {
  throw new SpillwayError('SPILL_UNSUPPORTED', `${what} cannot be set to '${kind}'; ${instead}`)
}

export function unsupported(message: string): never {
  throw new SpillwayError('SPILL_UNSUPPORTED', message)
}

/** Throws `SPILL_INPUT` for a span that is none. */
export function spanOf(what: string, ms: number, { zero = false }: { readonly zero?: boolean } = {}): number {
  if (!Number.isSafeInteger(ms) || ms < 0 || (ms === 0 && !zero))
    throw new SpillwayError('SPILL_INPUT', `${what} is a whole number of ms${zero ? '' : ' above 0'}, got ${ms}`)
  return ms
}

/** Each moment so much later. A loop, as below: a function that is called for each of millions makes as many numbers on the heap. */
export function later(moments: Float64Array, by: number): Float64Array {
  const result = sharedFloats(moments.length)
  for (let i = 0; i < result.length; i++) result[i] = moments[i] + by
  return result
}

/** Of each moment the first multiple of a period at or after it. */
export function multiplesFrom(moments: Float64Array, every: number): Float64Array {
  const result = sharedFloats(moments.length)
  for (let i = 0; i < result.length; i++) result[i] = Math.ceil(moments[i] / every) * every + 0
  return result
}
