/** Shared code of the operators: rejected settings, and shifted times. */
import { SpillwayError } from '../../../base/index.ts'
import { sharedFloats } from '../../../columns/index.ts'
import type { ElementSetting } from '../../domain/element.ts'

/** Rejects a setting that the element cannot have. */
export function rejectSetting(subject: string, { kind }: ElementSetting, settings: string): never {
  throw new SpillwayError('SPILL_UNSUPPORTED', `${subject} cannot be set to '${kind}'; ${settings}`)
}

/** Rejects a request that this history cannot answer. */
export function throwUnsupported(message: string): never {
  throw new SpillwayError('SPILL_UNSUPPORTED', message)
}

/**
 * The validated span, ms.
 *
 * @throws `SPILL_INPUT` unless it is a whole number in range
 */
export function checkedSpan(subject: string, ms: number, { zero = false }: { readonly zero?: boolean } = {}): number {
  if (!Number.isSafeInteger(ms) || ms < 0 || (ms === 0 && !zero))
    throw new SpillwayError('SPILL_INPUT', `${subject} must be a whole number of ms${zero ? ' from 0' : ' above 0'}; got ${ms}`)
  return ms
}

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
