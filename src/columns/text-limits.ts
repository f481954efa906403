/** Limits of `Strings`, and the error beyond them. */
import { SpillwayError, limits } from '../base/index.ts'

/** Greatest number of texts, and of bytes of UTF-8 of all texts. */
export interface TextLimits {
  readonly texts: number
  readonly bytes: number
}

/** The limits of ids and memory. */
export const maxTextLimits: TextLimits = { texts: limits.STRINGS_MAX, bytes: limits.STRINGS_BYTES_MAX }

/** A text beyond the limits was rejected. Nothing was added. */
export class TextLimitError extends SpillwayError {
  constructor({ texts, bytes }: TextLimits) {
    super(
      'SPILL_LIMIT',
      `more than ${texts} distinct strings in keys and features (STRINGS_MAX), or ${bytes} bytes of them (STRINGS_BYTES_MAX)`,
    )
  }
}
