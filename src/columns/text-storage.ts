/** The storage of `Strings`: bytes of texts, their hashes and limits, and long texts apart. */
import { SpillwayError, limits } from '../base/index.ts'
import { HASH_MULTIPLIER, HASH_START } from './hash-seed.ts'

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

/** UTF-16 units of a text beyond which the engine's encoder is faster than a loop. */
export const SHORT_TEXT_UNITS = 64
/**
 * First byte of a text with half a surrogate pair, which has no UTF-8 and is stored as UTF-16. No UTF-8 begins with it. Only
 * definitions may have such texts.
 */
export const NO_UTF8 = 0xff

/** Constants of this module, which the compiler folds as it does no import. */
const [START, MULTIPLIER] = [HASH_START, HASH_MULTIPLIER]

const encoder = new TextEncoder()

/** Bytes of a text: UTF-8, or UTF-16 for a text that has no UTF-8. */
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

/**
 * Hash of the text whose UTF-8 is `bytes[from, to)`, one multiplication per four bytes. Its lowest bits, which select slots, depend on all
 * bytes. It is one of this process and thread: never store it.
 */
export function hashOfBytes(bytes: Uint8Array, from: number, to: number): number {
  let hash = START ^ (to - from)
  let i = from
  for (; i + 4 <= to; i += 4) hash = mix(hash, bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24))
  for (; i < to; i++) hash = mix(hash, bytes[i])
  return finish(hash)
}

/** Hash of an ASCII text, equal to that of its bytes; `undefined` for any other text. */
export function hashOfAscii(text: string): number | undefined {
  const { length } = text
  let hash = START ^ length
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
  const product = Math.imul(hash ^ word, MULTIPLIER)
  return product ^ (product >>> 15)
}

function finish(hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}

/** Bytes of UTF-8 beyond which a text is long. Keys and ids are short unless their columns have `maxBytes`. */
export const LONG_TEXT_BYTES = 1 << 10
/** First byte of a reference to a long text: no UTF-8 begins with it. */
export const LONG_TEXT = 0xfe
/** Length of a reference, bytes. */
export const REFERENCE_BYTES = 5

/**
 * Texts of more than `LONG_TEXT_BYTES`, each in memory of its own, outside the table of short texts, which is copied when it grows. In
 * the table a long text is a reference of five bytes: `LONG_TEXT`, and its number here, in the order of addition.
 */
export class LongTexts {
  readonly #texts: Buffer[] = []
  #bytes = 0

  /** Bytes of all long texts. */
  get bytes(): number {
    return this.#bytes
  }

  /** Stores a copy of `bytes[from, to)` and writes its reference to `table` at `at`. */
  add(bytes: Uint8Array, from: number, to: number, table: Buffer, at: number): void {
    table[at] = LONG_TEXT
    table.writeUInt32LE(this.#texts.length, at + 1)
    const text = Buffer.allocUnsafeSlow(to - from)
    text.set(bytes.subarray(from, to))
    this.#texts.push(text)
    this.#bytes += text.length
  }

  /** The text whose reference is at `at`. */
  at(table: Buffer, at: number): Buffer {
    return this.#texts[table.readUInt32LE(at + 1)]
  }

  /** Removes the newest text. */
  forgetLast(): void {
    this.#bytes -= this.#texts.pop()!.length
  }

  clear(): void {
    this.#texts.length = 0
    this.#bytes = 0
  }
}
