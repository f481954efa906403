/** How much room `Strings` have, and the error where there is none. */
import { SpillwayError } from '../base/errors.ts'
import { limits } from '../base/limits.ts'

/** How many texts there may be, and bytes of UTF-8 of all of them. */
export interface TextBounds {
  readonly texts: number
  readonly bytes: number
}

/** As many as ids and memory allow. */
export const most: TextBounds = { texts: limits.STRINGS_MAX, bytes: limits.STRINGS_BYTES_MAX }

/** There is no room for one more text. Nothing was added. */
export class NoRoomForText extends SpillwayError {
  constructor({ texts, bytes }: TextBounds) {
    super(
      'SPILL_LIMIT',
      `more than ${texts} distinct strings in keys and features (STRINGS_MAX), or ${bytes} bytes of them (STRINGS_BYTES_MAX)`,
    )
  }
}
