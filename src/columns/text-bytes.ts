/** Texts as bytes, as `Strings` stores them: UTF-8, or UTF-16 for a text that has no UTF-8. */

/** UTF-16 units of a text beyond which the engine's encoder is faster than a loop. */
export const SHORT_TEXT_UNITS = 64
/**
 * First byte of a text with half a surrogate pair, which has no UTF-8 and is stored as UTF-16. No UTF-8 begins with it. Only
 * definitions may have such texts.
 */
export const NO_UTF8 = 0xff

const encoder = new TextEncoder()

/** Bytes of a text. */
export const encodeText = (text: string): Uint8Array =>
  text.isWellFormed() ? encoder.encode(text) : Buffer.concat([Buffer.of(NO_UTF8), Buffer.from(text, 'utf16le')])

/** Text of bytes [start, end). */
export const decodeText = (bytes: Buffer, start: number, end = bytes.length): string =>
  bytes[start] === NO_UTF8 && end > start ? bytes.toString('utf16le', start + 1, end) : bytes.toString('utf8', start, end)

/** Copies bytes; by a loop for a short text, where a call into the engine costs more. */
export function copyBytes(bytes: Uint8Array, from: number, to: number, target: Uint8Array, at: number): void {
  if (to - from > SHORT_TEXT_UNITS) target.set(bytes.subarray(from, to), at)
  else for (let i = from, j = at; i < to; i++, j++) target[j] = bytes[i]
}
