/**
 * Numbers, texts and arrays as bytes, one behind the other, and back.
 *
 * Little-endian, as every machine that Node runs on; arrays of wider numbers start at a multiple of their width, so that they are read as
 * typed arrays without a look at each number. A reader never reads past its end: what says that it is longer than it is, is damaged.
 */
import { isUtf8 } from 'node:buffer'
import { SpillwayError } from '../base/errors.ts'
import type { Strings } from '../columns/strings.ts'
import { NO_UTF8 } from '../columns/text-bytes.ts'

const FIRST_CAPACITY = 256
/** Characters of a text whose length is one byte. */
const SHORT = 0x7f
/** So few bytes are copied sooner one by one than through a view of them. */
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

  /** A whole number from 0 to 2^53 − 1, seven bits a byte. */
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

  /** As `text` does, a text by its id. */
  textOf(strings: Strings, id: number): void {
    const length = strings.lengthOf(id)
    this.varint(length)
    this.#reserve(length)
    strings.copy(id, this.#bytes, this.#length)
    this.#length += length
  }

  /** Bytes with their number before them. */
  raw(bytes: Uint8Array): void {
    this.varint(bytes.length)
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  /** As `raw` does, what another has written, which begins anew. */
  rawOf(other: ByteWriter): void {
    const length = other.#length
    if (length > FEW) return this.raw(other.view())
    this.varint(length)
    this.#reserve(length)
    const [from, to] = [other.#bytes, this.#bytes]
    for (let i = 0, at = this.#length; i < length; i++, at++) to[at] = from[i]
    this.#length += length
    other.#length = 0
  }

  /** The numbers of an array whose length the reader knows. */
  array(numbers: NumberArray): void {
    const width = numbers.BYTES_PER_ELEMENT
    this.#reserve(numbers.byteLength + width)
    this.#length = Math.ceil(this.#length / width) * width
    this.#bytes.set(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength), this.#length)
    this.#length += numbers.byteLength
  }

  /** The first so many of some numbers as doubles, as `array` writes them. */
  doubles(values: ArrayLike<number>, length: number): void {
    this.#reserve(8 * length + 8)
    let at = Math.ceil(this.#length / 8) * 8
    for (let i = 0; i < length; i++, at += 8) this.#view.setFloat64(at, values[i], true)
    this.#length = at
  }

  /** A number as `doubles` writes it. */
  alignedDouble(value: number): void {
    this.#reserve(16)
    this.#length = Math.ceil(this.#length / 8) * 8
    this.double(value)
  }

  /** What was written, in a buffer of its own that starts with it. The writer begins anew. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.view().slice()
  }

  /** What was written, until more is. The writer begins anew. */
  view(): Uint8Array<ArrayBuffer> {
    const bytes = this.#bytes.subarray(0, this.#length)
    this.#length = 0
    return bytes
  }

  /** Most texts are short and ASCII, and a call into the encoder costs more than they do. Writes nothing if this one is not. */
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
    const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2))
    larger.set(this.#bytes)
    this.#bytes = larger
    this.#view = new DataView(larger.buffer)
  }
}

export class ByteReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #what: string
  #at = 0

  /** `what` names the bytes in an error. Bytes that do not start at a multiple of eight are copied. */
  constructor(bytes: Uint8Array, what: string) {
    this.#bytes = bytes.byteOffset % 8 === 0 ? bytes : new Uint8Array(bytes)
    this.#view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.byteLength)
    this.#what = what
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length
  }

  varint(): number {
    let value = 0
    for (let factor = 1; factor <= 2 ** 49; factor *= 0x80) {
      const byte = this.#bytes[this.#take(1)]
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return Number.isSafeInteger(value) ? value : this.damaged('has a number beyond 2^53')
    }
    return this.damaged('has a number without an end')
  }

  double(): number {
    return this.#view.getFloat64(this.#take(8), true)
  }

  text(): string {
    const bytes = this.raw()
    try {
      return decoder.decode(bytes)
    } catch {
      return this.damaged('has a text that is no UTF-8')
    }
  }

  /** The id that a text has in `strings`. */
  textIn(strings: Strings): number {
    const length = this.varint()
    const from = this.#take(length)
    const to = from + length
    for (let i = from; i < to; i++)
      if (this.#bytes[i] >= 0x80) {
        if (this.#bytes[from] !== NO_UTF8 && !isUtf8(this.#bytes.subarray(from, to))) this.damaged('has a text that is no UTF-8')
        break
      }
    return strings.idOfBytes(this.#bytes, from, to)
  }

  /** A view, not a copy. */
  raw(): Uint8Array {
    const length = this.varint()
    const at = this.#take(length)
    return this.#bytes.subarray(at, at + length)
  }

  /** `length` numbers, as a view and not a copy. */
  array<A extends NumberArray>(type: new (buffer: ArrayBufferLike, at: number, length: number) => A, length: number): A {
    const width = (type as unknown as { readonly BYTES_PER_ELEMENT: number }).BYTES_PER_ELEMENT
    this.#take((width - (this.#at % width)) % width)
    const at = this.#take(length * width)
    return new type(this.#bytes.buffer, this.#bytes.byteOffset + at, length)
  }

  /** Throws `SPILL_DATA`. */
  damaged(how: string): never {
    throw new SpillwayError('SPILL_DATA', `${this.#what} is damaged: it ${how} (at byte ${this.#at} of ${this.#bytes.length})`)
  }

  #take(count: number): number {
    const at = this.#at
    if (at + count > this.#bytes.length) return this.damaged(`ends within ${count} bytes`)
    this.#at = at + count
    return at
  }
}
