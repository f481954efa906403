/**
 * Hashes of texts for the table of `Strings`: one multiplication per four bytes. The lowest bits, which select slots, depend on
 * all bytes.
 */

/** Hash of the text whose UTF-8 is `bytes[from, to)`. */
export function hashOfBytes(bytes: Uint8Array, from: number, to: number): number {
  let hash = to - from
  let i = from
  for (; i + 4 <= to; i += 4) hash = mix(hash, bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24))
  for (; i < to; i++) hash = mix(hash, bytes[i])
  return finish(hash)
}

/** Hash of an ASCII text, equal to that of its bytes; `undefined` for any other text. */
export function hashOfAscii(text: string): number | undefined {
  const { length } = text
  let hash = length
  let all = 0
  let i = 0
  for (; i + 4 <= length; i += 4) {
    const [first, second, third, fourth] = [text.charCodeAt(i), text.charCodeAt(i + 1), text.charCodeAt(i + 2), text.charCodeAt(i + 3)]
    all |= first | second | third | fourth
    hash = mix(hash, first | (second << 8) | (third << 16) | (fourth << 24))
  }
  for (; i < length; i++) {
    const unit = text.charCodeAt(i)
    all |= unit
    hash = mix(hash, unit)
  }
  return all < 0x80 ? finish(hash) : undefined
}

function mix(hash: number, word: number): number {
  const product = Math.imul(hash ^ word, 0x9e3779b1)
  return product ^ (product >>> 15)
}

function finish(hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}
