/** Texts as the bytes by which `Strings` keeps them: UTF-8, or what stands for it. */

/** Units of a text beyond which the engine's encoder is faster than a loop. */
export const SHORT = 64
/** Stands before the UTF-16 of a text that has no UTF-8, half a surrogate pair being in it: no UTF-8 begins so. Only definitions may have such texts. */
export const NO_UTF8 = 0xff

const encoder = new TextEncoder()

export const encoded = (text: string): Uint8Array =>
  text.isWellFormed() ? encoder.encode(text) : Buffer.concat([Buffer.of(NO_UTF8), Buffer.from(text, 'utf16le')])

export const decoded = (bytes: Buffer, start: number, end = bytes.length): string =>
  bytes[start] === NO_UTF8 && end > start ? bytes.toString('utf16le', start + 1, end) : bytes.toString('utf8', start, end)

/** A call into the engine costs more than a short text. */
export function copyBytes(bytes: Uint8Array, from: number, to: number, target: Uint8Array, at: number): void {
  if (to - from > SHORT) target.set(bytes.subarray(from, to), at)
  else for (let i = from, j = at; i < to; i++, j++) target[j] = bytes[i]!
}
