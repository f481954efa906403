/**
 * Reads the parts of one binary value of at most LINE_BYTES_MAX bytes: integers of variable length, floats, texts.
 *
 * Nothing is allocated by a length that the value states before it is known that the value has that many bytes. Depth and the number of
 * parts are bounded, since a few bytes may state a list of 2^60 items that take no byte. Every method throws `MalformedValue` with the
 * field and the byte at which reading ended.
 */
import { isUtf8 } from 'node:buffer'
import { limits } from '../../base/index.ts'
import { MalformedValue } from '../records/malformed-value.ts'

/** In a decoded text it may stand for bytes that are no UTF-8. */
const REPLACEMENT = '\ufffd'
const TWO_28 = 2 ** 28
const TWO_53 = 2 ** 53
const TWO_56 = 2 ** 56
const BITS_64 = 64

export class BinaryCursor {
  readonly bytes: Buffer
  at: number
  /** Byte behind the last of the value, or of the message in it that is read. */
  end: number
  /** Field that is read, for messages: `Payment.amount`. */
  field = ''
  #start: number
  #depth = 0
  #parts = 0

  constructor(bytes: Buffer, start: number, end: number) {
    this.bytes = bytes
    this.at = start
    this.end = end
    this.#start = start
  }

  /** Begins another value in the same bytes. */
  reset(start: number, end: number): void {
    this.#start = start
    this.at = start
    this.end = end
    this.field = ''
    this.#depth = 0
    this.#parts = 0
  }

  get remaining(): number {
    return this.end - this.at
  }

  fail(problem: string): never {
    const field = this.field === '' ? '' : `'${this.field}': `
    throw new MalformedValue(`${field}${problem} (at byte ${this.at - this.#start})`)
  }

  /** Counts parts of the value: fields, items. */
  spend(parts: number): void {
    this.#parts += parts
    if (this.#parts > limits.LINE_BYTES_MAX) this.fail(`more than ${limits.LINE_BYTES_MAX} parts (LINE_BYTES_MAX)`)
  }

  /** Begins a part that may contain parts; `ascend` ends it. */
  descend(): void {
    if (++this.#depth > limits.JSON_DEPTH_MAX) this.fail(`nested more than ${limits.JSON_DEPTH_MAX} deep (JSON_DEPTH_MAX)`)
  }

  ascend(): void {
    this.#depth--
  }

  /** Passes `count` bytes and returns the first. */
  advance(count: number): number {
    if (!(count <= this.end - this.at)) this.fail(`cut off: ${count} bytes are stated, and ${this.end - this.at} are left`)
    const start = this.at
    this.at += count
    return start
  }

  byte(): number {
    return this.bytes[this.advance(1)]
  }

  /** An unsigned integer of up to 64 bits, seven a byte, the lowest first: a number within 2^53, otherwise a bigint. */
  unsigned(): number | bigint {
    const { bytes, end } = this
    const first = bytes[this.at]
    if (first < 0x80 && this.at < end) {
      this.at++
      return first
    }
    let [low, middle, high, shift] = [0, 0, 0, 0]
    for (; ; shift += 7) {
      if (this.at >= end) this.fail('cut off in an integer')
      if (shift === 70) this.fail('an integer has more than ten bytes')
      const byte = bytes[this.at++]
      const bits = byte & 0x7f
      if (shift < 28) low += bits * 2 ** shift
      else if (shift < 56) middle += bits * 2 ** (shift - 28)
      else high += bits * 2 ** (shift - 56)
      if (byte < 0x80) break
    }
    if (high >= 2 ** 8) this.fail('an integer has more than 64 bits')
    const value = high * TWO_56 + middle * TWO_28 + low
    return value < TWO_53 ? value : (BigInt(high) << 56n) + (BigInt(middle) << 28n) + BigInt(low)
  }

  /** A signed integer of 64 bits in zigzag: 0, −1, 1, −2, … */
  zigzag(): number | bigint {
    const value = this.unsigned()
    if (typeof value === 'number') return value % 2 === 0 ? value / 2 : -(value + 1) / 2
    return inSafeRange((value & 1n) === 0n ? value >> 1n : -((value + 1n) >> 1n))
  }

  /** A signed integer of 64 bits in two's complement. */
  signed(): number | bigint {
    const value = this.unsigned()
    return typeof value === 'number' ? value : inSafeRange(BigInt.asIntN(BITS_64, value))
  }

  /** A length or count: a bigint would exceed every value. */
  size(value: number | bigint): number {
    if (typeof value !== 'number' || value < 0) this.fail(`${value} is no length`)
    return value
  }

  fixed32(): number {
    return this.bytes.readUInt32LE(this.advance(4))
  }

  fixed64(): number | bigint {
    return inSafeRange(this.bytes.readBigUInt64LE(this.advance(8)))
  }

  signedFixed64(): number | bigint {
    return inSafeRange(this.bytes.readBigInt64LE(this.advance(8)))
  }

  float(): number {
    return this.bytes.readFloatLE(this.advance(4))
  }

  double(): number {
    return this.bytes.readDoubleLE(this.advance(8))
  }

  /** Text of `length` bytes of UTF-8. */
  text(length: number): string {
    const start = this.advance(length)
    const text = this.bytes.toString('utf8', start, start + length)
    if (text.includes(REPLACEMENT) && !isUtf8(this.bytes.subarray(start, start + length))) this.fail('the text is not UTF-8')
    return text
  }

  /** A view of `length` bytes. */
  view(length: number): Buffer {
    const start = this.advance(length)
    return this.bytes.subarray(start, start + length)
  }
}

const inSafeRange = (value: bigint): number | bigint => {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

/** Sets a field of a record, also one with the name of the prototype. */
export function setOwn(record: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== '__proto__') record[name] = value
  else Object.defineProperty(record, name, { value, enumerable: true, configurable: true, writable: true })
}
