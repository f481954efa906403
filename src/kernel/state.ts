/**
 * State as bytes: two streams, of doubles and of counts, behind a header that says what they are of.
 *
 * Layout, little-endian: ten Int32 (magic, `STATE_VERSION`, two of the group's layout, first slot, slot behind the last, all slots,
 * doubles, counts, 0), the sequence as a double, the doubles, the counts, and zeros up to a multiple of eight bytes, so that slices can stand one behind the
 * other. There is no checksum: the caller has one. A reader never reads past its streams: what is damaged or foreign is `SPILL_STATE`.
 */
import { endianness } from 'node:os'
import { SpillwayError } from '../base/errors.ts'
import { widened } from './widened.ts'

/** Names the format of a kernel's state. Raised by hand whenever what is written changes. */
export const STATE_VERSION = 2

const MAGIC = 0x4b4c5053
const HEADER_INTS = 10
const HEADER_BYTES = HEADER_INTS * 4 + 8
/** Where a header has how many doubles and counts there are. */
const NUMBERS_AT = 7

const bytesOf = (numbers: number, counts: number): number => HEADER_BYTES + numbers * 8 + Math.ceil(counts / 2) * 8

/** What a slice is of. */
export interface SliceHeader {
  /** Two numbers of a digest of all that shapes the state of the group. */
  readonly layout: readonly [number, number]
  /** Slots [from, to). */
  readonly from: number
  readonly to: number
  /** Slots that there were when it was taken. */
  readonly slots: number
  /** The slots are complete up to this sequence of the log, inclusive. */
  readonly sequence: number
}

export const damaged = (what: string): SpillwayError => new SpillwayError('SPILL_STATE', `saved state cannot be restored: ${what}`)

export class StateWriter {
  #numbers = new Float64Array(1024)
  #counts = new Int32Array(1024)
  #numbersUsed = 0
  #countsUsed = 0
  #bytes = new Uint8Array(0)

  number(value: number): void {
    this.#numbers = widened(this.#numbers, this.#numbersUsed + 1)
    this.#numbers[this.#numbersUsed++] = value
  }

  count(value: number): void {
    this.#counts = widened(this.#counts, this.#countsUsed + 1)
    this.#counts[this.#countsUsed++] = value
  }

  /** The numbers [at, at + length) of an array. */
  numbers(of: Float64Array, at: number, length: number): void {
    this.#numbers = widened(this.#numbers, this.#numbersUsed + length)
    for (let i = 0; i < length; i++) this.#numbers[this.#numbersUsed + i] = of[at + i]!
    this.#numbersUsed += length
  }

  /** What was written. The writer begins anew, and the bytes are good until it is finished again: new ones each time would be collected at each other's cost. */
  finish({ layout, from, to, slots, sequence }: SliceHeader): Uint8Array {
    const [numbers, counts] = [this.#numbersUsed, this.#countsUsed]
    const bytes = this.#room(bytesOf(numbers, counts))
    new Int32Array(bytes.buffer, 0, HEADER_INTS).set([MAGIC, STATE_VERSION, ...layout, from, to, slots, numbers, counts])
    new Float64Array(bytes.buffer, HEADER_BYTES - 8, 1)[0] = sequence
    new Float64Array(bytes.buffer, HEADER_BYTES, numbers).set(this.#numbers.subarray(0, numbers))
    new Int32Array(bytes.buffer, HEADER_BYTES + numbers * 8, counts).set(this.#counts.subarray(0, counts))
    if (counts % 2 === 1) bytes.fill(0, bytes.length - 4)
    this.#numbersUsed = this.#countsUsed = 0
    return bytes
  }

  #room(length: number): Uint8Array<ArrayBuffer> {
    if (length > this.#bytes.length) this.#bytes = new Uint8Array(Math.ceil(length * 1.25))
    return this.#bytes.subarray(0, length)
  }
}

/** Slices that stand one behind the other, each on its own, as views. Throws `SPILL_STATE` where the bytes do not end with one. */
export function slicesIn(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const slices: Uint8Array[] = []
  for (let at = 0; at < bytes.length;) {
    if (at + HEADER_BYTES > bytes.length) throw damaged(`a slice of ${bytes.length - at} bytes has no header`)
    const [numbers, counts] = [NUMBERS_AT, NUMBERS_AT + 1].map(int => view.getInt32(at + int * 4, true))
    const length = numbers < 0 || counts < 0 ? Infinity : bytesOf(numbers, counts)
    if (at + length > bytes.length) throw damaged(`a slice ends behind the ${bytes.length} bytes there are`)
    slices.push(bytes.subarray(at, at + length))
    at += length
  }
  return slices
}

export class StateReader {
  readonly header: SliceHeader
  readonly #numbers: Float64Array
  readonly #counts: Int32Array
  #numbersUsed = 0
  #countsUsed = 0

  readonly #ids: Int32Array | undefined

  /** `ids`: by the ids of strings in the slice, those that the same texts have here. Throws `SPILL_STATE` unless the bytes are a whole slice of this version. */
  constructor(slice: Uint8Array, ids?: Int32Array) {
    this.#ids = ids
    if (endianness() !== 'LE') throw new SpillwayError('SPILL_UNSUPPORTED', 'state is saved and restored on little-endian machines only')
    if (slice.length < HEADER_BYTES) throw damaged(`a slice of ${slice.length} bytes has no header`)
    const { buffer, byteOffset } = slice.byteOffset % 8 === 0 ? slice : new Uint8Array(slice)
    const [magic, version, first, second, from, to, slots, numbers, counts] = new Int32Array(buffer, byteOffset, HEADER_INTS)
    if (magic !== MAGIC) throw damaged('the bytes are no slice of it')
    if (version !== STATE_VERSION) throw damaged(`it has version ${version}, and this is version ${STATE_VERSION}`)
    if (numbers < 0 || counts < 0 || slice.length !== bytesOf(numbers, counts))
      throw damaged(`a slice of ${slice.length} bytes is not as long as its header says`)
    const [sequence] = new Float64Array(buffer, byteOffset + HEADER_BYTES - 8, 1)
    // A slot has a number at least, so that what is made room for is bounded by the bytes there are.
    if (!(0 <= from && from <= to && to <= slots && to - from <= numbers) || Number.isNaN(sequence))
      throw damaged(`a slice of slots ${from} to ${to} of ${slots} at ${sequence} cannot be`)
    this.header = { layout: [first, second], from, to, slots, sequence }
    this.#numbers = new Float64Array(buffer, byteOffset + HEADER_BYTES, numbers)
    this.#counts = new Int32Array(buffer, byteOffset + HEADER_BYTES + numbers * 8, counts)
  }

  number(): number {
    this.#need(1)
    return this.#numbers[this.#numbersUsed++]
  }

  /** A count from 0 to `most`. */
  count(most: number): number {
    const value = this.#countsUsed < this.#counts.length ? this.#counts[this.#countsUsed++] : NaN
    if (!(value >= 0 && value <= most)) throw damaged(`a count of ${value} where at most ${most} can be`)
    return value
  }

  /** Are ids of strings in the slice others than here? */
  get translates(): boolean {
    return this.#ids !== undefined
  }

  /** The id here of a string. */
  idOf(id: number): number {
    const own = this.#ids![id]
    if (own === undefined) throw damaged(`there is no text ${id}`)
    return own
  }

  /** Makes the ids that stand at `at` in each of the entries [from, to) of an arena those of here; what is not finite is none. */
  translate(data: Float64Array, width: number, from: number, to: number, at: number): void {
    for (let i = from * width + at; i < to * width; i += width) if (Number.isFinite(data[i])) data[i] = this.idOf(data[i])
  }

  /** How many entries of `width` numbers can follow at most. */
  entriesLeft(width: number): number {
    return Math.floor((this.#numbers.length - this.#numbersUsed) / width)
  }

  /** Reads numbers to [at, at + length) of an array. */
  numbers(into: Float64Array, at: number, length: number): void {
    this.#need(length)
    for (let i = 0; i < length; i++) into[at + i] = this.#numbers[this.#numbersUsed + i]!
    this.#numbersUsed += length
  }

  /** Throws unless all was read. */
  end(): void {
    if (this.#numbersUsed !== this.#numbers.length || this.#countsUsed !== this.#counts.length)
      throw damaged('a slice holds more than its slots')
  }

  #need(length: number): void {
    if (this.#numbersUsed + length > this.#numbers.length) throw damaged('a slice ends in the middle of its slots')
  }
}
