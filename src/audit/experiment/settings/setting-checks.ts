/** Checks of settings: the kinds that an element can have, valid spans, and settings that a history cannot show. */
import { SpillwayError } from '../../../base/index.ts'
import type { ElementSetting } from '../../domain/element.ts'

/** Rejects a setting that the element cannot have. */
export function rejectSetting(subject: string, { kind }: ElementSetting, advice: string): never {
  throw new SpillwayError('SPILL_UNSUPPORTED', `${subject} cannot be set to '${kind}'; ${advice}`)
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
