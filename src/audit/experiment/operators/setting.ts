/** What operators share: settings that mean nothing to them, and multiples of a period. */
import { SpillwayError } from '../../../base/errors.ts'
import type { Setting } from '../../element.ts'

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

/** The first multiple of a period at or after a moment. */
export const multipleFrom = (moment: number, every: number): number => Math.ceil(moment / every) * every + 0
