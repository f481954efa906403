/**
 * Binary writer and reader for numbers, texts and arrays.
 *
 * Little-endian, like every machine that Node runs on. Arrays of wider numbers are aligned to their width, so that the reader returns
 * typed-array views without decoding each number. The reader never reads past its end: a length that exceeds the rest of the bytes means
 * damage.
 */
import { isUtf8 } from 'node:buffer'
import { SpillwayError } from '../base/index.ts'
import { growArray, NO_UTF8, type Strings } from '../columns/index.ts'

const FIRST_CAPACITY = 256
/** Longest text, in characters, whose length takes one byte. */
const SHORT = 0x7f
/** Up to this many bytes, a loop copies faster than `set` with a view. */
const FEW = 64
const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true })

export type NumberArray = Float64Array | Int32Array | Uint32Array | Uint16Array | Uint8Array

export class ByteWriter {
  #bytes = new Uint8Array(FIRST_CAPACITY)
  #view = new DataView(this.#bytes.buffer)
  #length = 0

  get length(): number {
    return this.#length
  }

  /** Writes a whole number from 0 to 2^53 − 1, seven bits a byte. */
  varint(value: number): void {
    this.#reserve(8)
    let rest = value
    while (rest >= 0x80) {
      this.#bytes[this.#length++] = (rest % 0x80) | 0x80
      rest = Math.floor(rest / 0x80)
    }
    this.#bytes[this.#length++] = rest
  }

  double(value: number): void {
    this.#reserve(8)
    this.#view.setFloat64(this.#length, value, true)
    this.#length += 8
  }

  text(text: string): void {
    if (text.length > SHORT || !this.#ascii(text)) this.raw(encoder.encode(text))
  }

  /** Writes the text with this id, in the format of `text`. */
  textById(strings: Strings, id: number): void {
    const length = strings.lengthOf(id)
    this.varint(length)
    this.#reserve(length)
    strings.copy(id, this.#bytes, this.#length)
    this.#length += length
  }

  /** Writes bytes, preceded by their count. */
  raw(bytes: Uint8Array): void {
    this.varint(bytes.length)
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  /** Moves the bytes of another writer into this one, in the format of `raw`; the other writer is then empty. */
  appendWriter(other: ByteWriter): void {
    const length = other.#length
    if (length > FEW) return this.raw(other.view())
    this.varint(length)
    this.#reserve(length)
    const [from, to] = [other.#bytes, this.#bytes]
    for (let i = 0, at = this.#length; i < length; i++, at++) to[at] = from[i]
    this.#length += length
    other.#length = 0
  }

  /** Writes the numbers of an array, aligned; the reader must know the length. */
  array(numbers: NumberArray): void {
    const width = numbers.BYTES_PER_ELEMENT
    this.#reserve(numbers.byteLength + width)
    this.#length = Math.ceil(this.#length / width) * width
    this.#bytes.set(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength), this.#length)
    this.#length += numbers.byteLength
  }

  /** Writes the first `length` values as doubles, in the format of `array`. */
  doubles(values: ArrayLike<number>, length: number): void {
    this.#reserve(8 * length + 8)
    let at = Math.ceil(this.#length / 8) * 8
    for (let i = 0; i < length; i++, at += 8) this.#view.setFloat64(at, values[i], true)
    this.#length = at
  }

  /** Writes one double in the format of `doubles`. */
  alignedDouble(value: number): void {
    this.#reserve(16)
    this.#length = Math.ceil(this.#length / 8) * 8
    this.double(value)
  }

  /** Returns the written bytes as a copy in a buffer of its own, and empties the writer. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.view().slice()
  }

  /** Returns a view of the written bytes, valid until the next write, and empties the writer. */
  view(): Uint8Array<ArrayBuffer> {
    const bytes = this.#bytes.subarray(0, this.#length)
    this.#length = 0
    return bytes
  }

  /**
   * Writes a short ASCII text, or nothing and returns false. Most texts are short ASCII, and a call into the encoder costs more than the
   * loop.
   */
  #ascii(text: string): boolean {
    const { length } = text
    this.#reserve(length + 1)
    const bytes = this.#bytes
    const at = this.#length
    bytes[at] = length
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i)
      if (code >= 0x80) return false
      bytes[at + 1 + i] = code
    }
    this.#length = at + 1 + length
    return true
  }

  #reserve(more: number): void {
    const needed = this.#length + more
    if (needed <= this.#bytes.length) return
    this.#bytes = growArray(this.#bytes, Math.max(needed, this.#bytes.length * 2))
    this.#view = new DataView(this.#bytes.buffer)
  }
}

export class ByteReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #label: string
  #at = 0

  /** `label` names the bytes in error messages. Bytes that are not aligned to eight are copied. */
  constructor(bytes: Uint8Array, label: string) {
    this.#bytes = bytes.byteOffset % 8 === 0 ? bytes : new Uint8Array(bytes)
    this.#view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.byteLength)
    this.#label = label
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length
  }

  varint(): number {
    let value = 0
    for (let factor = 1; factor <= 2 ** 49; factor *= 0x80) {
      const byte = this.#bytes[this.#take(1)]
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return Number.isSafeInteger(value) ? value : this.failDamaged('has a number beyond 2^53')
    }
    return this.failDamaged('has a number without an end')
  }

  double(): number {
    return this.#view.getFloat64(this.#take(8), true)
  }

  text(): string {
    const bytes = this.raw()
    try {
      return decoder.decode(bytes)
    } catch {
      return this.failDamaged('has a text that is not UTF-8')
    }
  }

  /** Reads a text and returns its id in `strings`. */
  textId(strings: Strings): number {
    const length = this.varint()
    const from = this.#take(length)
    const to = from + length
    for (let i = from; i < to; i++)
      if (this.#bytes[i] >= 0x80) {
        if (this.#bytes[from] !== NO_UTF8 && !isUtf8(this.#bytes.subarray(from, to))) this.failDamaged('has a text that is not UTF-8')
        break
      }
    return strings.idOfBytes(this.#bytes, from, to)
  }

  /** Reads bytes preceded by their count; a view, not a copy. */
  raw(): Uint8Array {
    const length = this.varint()
    const at = this.#take(length)
    return this.#bytes.subarray(at, at + length)
  }

  /** Reads `length` numbers; a view, not a copy. */
  array<A extends NumberArray>(type: new (buffer: ArrayBufferLike, at: number, length: number) => A, length: number): A {
    const width = (type as unknown as { readonly BYTES_PER_ELEMENT: number }).BYTES_PER_ELEMENT
    this.#take((width - (this.#at % width)) % width)
    const at = this.#take(length * width)
    return new type(this.#bytes.buffer, this.#bytes.byteOffset + at, length)
  }

  /**
   * @throws `SPILL_DATA`, always.
   */
  failDamaged(how: string): never {
    throw new SpillwayError('SPILL_DATA', `${this.#label} is damaged: it ${how} (at byte ${this.#at} of ${this.#bytes.length})`)
  }

  #take(count: number): number {
    const at = this.#at
    if (at + count > this.#bytes.length) return this.failDamaged(`ends within ${count} bytes`)
    this.#at = at + count
    return at
  }
}
