/**
 * Encodes state as bytes: a header, a stream of doubles and a stream of counts.
 *
 * Layout, little-endian: ten Int32 (magic, `STATE_VERSION`, two of the group's layout, first slot, end slot, all slots, doubles,
 * counts, 0), the sequence as a double, the doubles, the counts, and zeros up to a multiple of eight bytes, so that slices can be
 * concatenated. There is no checksum: the caller has one. A reader never reads past its streams and throws `SPILL_STATE` for damaged
 * or foreign bytes.
 */
import { endianness } from 'node:os'
import { SpillwayError } from '../base/index.ts'
import { ensureCapacity } from '../columns/index.ts'

/** Version of the saved format. Raise it by hand whenever the format changes. */
export const STATE_VERSION = 3

const MAGIC = 0x4b4c5053
const HEADER_INTS = 10
const HEADER_BYTES = HEADER_INTS * 4 + 8
/** Index in the header of the number of doubles; the number of counts follows it. */
const NUMBERS_AT = 7

const bytesOf = (numbers: number, counts: number): number => HEADER_BYTES + numbers * 8 + Math.ceil(counts / 2) * 8

/** Header of a slice. */
export interface SliceHeader {
  /** Two numbers of a digest of everything that shapes the state of the group. */
  readonly layout: readonly [number, number]
  /** Slots [from, to). */
  readonly from: number
  readonly to: number
  /** Slots of the kernel when the slice was saved. */
  readonly slots: number
  /** The log sequence up to which the slots are complete, inclusive. */
  readonly sequence: number
}

/** An error for state that cannot be restored. */
export const restoreError = (problem: string): SpillwayError =>
  new SpillwayError('SPILL_STATE', `saved state cannot be restored: ${problem}`)

/** Writes a slice as doubles and counts. */
export class StateWriter {
  #numbers = new Float64Array(1024)
  #counts = new Int32Array(1024)
  #numbersUsed = 0
  #countsUsed = 0
  #bytes = new Uint8Array(0)

  number(value: number): void {
    this.#numbers = ensureCapacity(this.#numbers, this.#numbersUsed + 1)
    this.#numbers[this.#numbersUsed++] = value
  }

  count(value: number): void {
    this.#counts = ensureCapacity(this.#counts, this.#countsUsed + 1)
    this.#counts[this.#countsUsed++] = value
  }

  /** Writes the numbers [at, at + length) of an array. */
  numbers(of: Float64Array, at: number, length: number): void {
    this.#numbers = ensureCapacity(this.#numbers, this.#numbersUsed + length)
    for (let i = 0; i < length; i++) this.#numbers[this.#numbersUsed + i] = of[at + i]
    this.#numbersUsed += length
  }

  /** Returns the slice and starts an empty one. The bytes are valid until the next `finish`: reusing them avoids garbage collection. */
  finish({ layout, from, to, slots, sequence }: SliceHeader): Uint8Array {
    const [numbers, counts] = [this.#numbersUsed, this.#countsUsed]
    const bytes = this.#bytesFor(bytesOf(numbers, counts))
    new Int32Array(bytes.buffer, 0, HEADER_INTS).set([MAGIC, STATE_VERSION, ...layout, from, to, slots, numbers, counts])
    new Float64Array(bytes.buffer, HEADER_BYTES - 8, 1)[0] = sequence
    new Float64Array(bytes.buffer, HEADER_BYTES, numbers).set(this.#numbers.subarray(0, numbers))
    new Int32Array(bytes.buffer, HEADER_BYTES + numbers * 8, counts).set(this.#counts.subarray(0, counts))
    if (counts % 2 === 1) bytes.fill(0, bytes.length - 4)
    this.#numbersUsed = this.#countsUsed = 0
    return bytes
  }

  #bytesFor(length: number): Uint8Array<ArrayBuffer> {
    if (length > this.#bytes.length) this.#bytes = new Uint8Array(Math.ceil(length * 1.25))
    return this.#bytes.subarray(0, length)
  }
}

/** Splits concatenated slices into views. Throws `SPILL_STATE` if the bytes do not end with a whole slice. */
export function splitSlices(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const slices: Uint8Array[] = []
  for (let at = 0; at < bytes.length;) {
    if (at + HEADER_BYTES > bytes.length) throw restoreError(`a slice of ${bytes.length - at} bytes is shorter than a header`)
    const [numbers, counts] = [NUMBERS_AT, NUMBERS_AT + 1].map(int => view.getInt32(at + int * 4, true))
    const length = numbers < 0 || counts < 0 ? Infinity : bytesOf(numbers, counts)
    if (at + length > bytes.length) throw restoreError(`a slice is longer than the ${bytes.length} available bytes`)
    slices.push(bytes.subarray(at, at + length))
    at += length
  }
  return slices
}

/** Reads a slice, with checks that no count or stream exceeds its bounds. */
export class StateReader {
  readonly header: SliceHeader
  readonly #numbers: Float64Array
  readonly #counts: Int32Array
  #numbersUsed = 0
  #countsUsed = 0

  readonly #ids: Int32Array | undefined

  /** `ids` maps the slice's string ids to the ids here. Throws `SPILL_STATE` unless the bytes are a whole slice of this version. */
  constructor(slice: Uint8Array, ids?: Int32Array) {
    this.#ids = ids
    if (endianness() !== 'LE') throw new SpillwayError('SPILL_UNSUPPORTED', 'state is saved and restored on little-endian machines only')
    if (slice.length < HEADER_BYTES) throw restoreError(`a slice of ${slice.length} bytes is shorter than a header`)
    const { buffer, byteOffset } = slice.byteOffset % 8 === 0 ? slice : new Uint8Array(slice)
    const [magic, version, first, second, from, to, slots, numbers, counts] = new Int32Array(buffer, byteOffset, HEADER_INTS)
    if (magic !== MAGIC) throw restoreError('the bytes are not a slice')
    if (version !== STATE_VERSION) throw restoreError(`its version is ${version}, but only version ${STATE_VERSION} can be read`)
    if (numbers < 0 || counts < 0 || slice.length !== bytesOf(numbers, counts))
      throw restoreError(`a slice of ${slice.length} bytes is not as long as its header says`)
    const [sequence] = new Float64Array(buffer, byteOffset + HEADER_BYTES - 8, 1)
    // A slot has at least one number, so the bytes bound the memory that is allocated.
    if (!(0 <= from && from <= to && to <= slots && to - from <= numbers) || Number.isNaN(sequence))
      throw restoreError(`slots ${from} to ${to} of ${slots} at sequence ${sequence} are invalid`)
    this.header = { layout: [first, second], from, to, slots, sequence }
    this.#numbers = new Float64Array(buffer, byteOffset + HEADER_BYTES, numbers)
    this.#counts = new Int32Array(buffer, byteOffset + HEADER_BYTES + numbers * 8, counts)
  }

  number(): number {
    this.#need(1)
    return this.#numbers[this.#numbersUsed++]
  }

  /** Reads a count from 0 to `max`. */
  count(max: number): number {
    const value = this.#countsUsed < this.#counts.length ? this.#counts[this.#countsUsed++] : NaN
    if (!(value >= 0 && value <= max)) throw restoreError(`a count of ${value} is not between 0 and ${max}`)
    return value
  }

  /** Do string ids of the slice differ from those here? */
  get translates(): boolean {
    return this.#ids !== undefined
  }

  /** The id here of a string id of the slice. */
  idOf(id: number): number {
    const own = this.#ids![id]
    if (own === undefined) throw restoreError(`text ${id} does not exist`)
    return own
  }

  /** Translates the string ids at offset `at` of the arena entries [from, to). A number that is not finite is no id. */
  translate(data: Float64Array, width: number, from: number, to: number, at: number): void {
    for (let i = from * width + at; i < to * width; i += width) if (Number.isFinite(data[i])) data[i] = this.idOf(data[i])
  }

  /** The largest number of entries of `width` numbers that can follow. */
  maxEntriesLeft(width: number): number {
    return Math.floor((this.#numbers.length - this.#numbersUsed) / width)
  }

  /** Reads numbers into [at, at + length) of an array. */
  numbers(into: Float64Array, at: number, length: number): void {
    this.#need(length)
    for (let i = 0; i < length; i++) into[at + i] = this.#numbers[this.#numbersUsed + i]
    this.#numbersUsed += length
  }

  /** Throws `SPILL_STATE` unless everything was read. */
  end(): void {
    if (this.#numbersUsed !== this.#numbers.length || this.#countsUsed !== this.#counts.length)
      throw restoreError('a slice has data after its last slot')
  }

  #need(length: number): void {
    if (this.#numbersUsed + length > this.#numbers.length) throw restoreError('a slice ends in the middle of its slots')
  }
}
