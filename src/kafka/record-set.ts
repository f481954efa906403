/**
 * Reads the record batches of a fetch answer, format version 2 (Kafka 0.11 and later). Source: Kafka's documentation, "Message Format".
 *
 * With `read_committed` a broker still sends the records of aborted transactions, with a list of their producers; the reader leaves them out.
 * The rule is that of Java's consumer: a producer is aborted from the first offset of its transaction until its abort marker.
 */
import { decompress, type ForeignCodecs } from './compression.ts'

/** An aborted transaction in a fetch answer. */
export interface AbortedTransaction {
  readonly producerId: bigint
  readonly firstOffset: bigint
}

/**
 * Records of one partition, in columns, so that a thread hands them over without an object for each. Ranges are pairs of first byte and byte
 * behind the last in `bytes`; the first is −1 for nothing.
 */
export interface RecordColumns {
  readonly count: number
  readonly offsets: Float64Array<ArrayBuffer>
  /** The time that the producer set, or the broker if the topic says so, UTC ms. */
  readonly timestamps: Float64Array<ArrayBuffer>
  readonly keys: Int32Array<ArrayBuffer>
  /** A value that is nothing is a tombstone. */
  readonly values: Int32Array<ArrayBuffer>
  /** Number of headers, then name and value of each behind their lengths, as in the batch. `headersOf` reads them. */
  readonly headers: Int32Array<ArrayBuffer>
  readonly bytes: Buffer<ArrayBuffer>
}

export interface TopicHeader {
  readonly name: string
  readonly value: Buffer | undefined
}

/** The records of one partition in a fetch answer. */
export interface RecordSet {
  readonly records: RecordColumns
  /** The offset behind the last whole batch, control batches included: the next fetch begins here. `from` without a whole batch. */
  readonly end: number
  /** Leader epoch of the last batch; −1 if the broker told none. */
  readonly epoch: number
  /** Batches that could not be read: where they are, and why. Reading goes on behind them. */
  readonly damaged: readonly DamagedBatch[]
}

export interface DamagedBatch {
  /** Offsets of its records: from `first` to before `end`. */
  readonly first: number
  readonly end: number
  readonly problem: string
}

const HEADER_BYTES = 61
const LENGTH_AT = 8
const CRC_END = 21
const TRANSACTIONAL = 0x10
const CONTROL = 0x20
const LOG_APPEND_TIME = 0x08
const ABORT_MARKER = 0

interface BatchHeader {
  readonly first: number
  readonly end: number
  readonly epoch: number
  readonly attributes: number
  readonly firstTimestamp: number
  readonly maxTimestamp: number
  readonly producerId: bigint
  readonly count: number
}

/** Reads the records from the offset `from` on. `aborted` as in the answer; pass none to read uncommitted. */
export function readRecordSet(bytes: Buffer, from: number, aborted: readonly AbortedTransaction[], foreign: ForeignCodecs): RecordSet {
  const abortedProducers = new AbortedProducers(aborted)
  const records = new ColumnBuilder()
  const damaged: DamagedBatch[] = []
  let [end, epoch] = [from, -1]
  for (let at = 0; at + CRC_END <= bytes.length;) {
    const size = LENGTH_AT + 4 + bytes.readInt32BE(at + LENGTH_AT)
    // A broker cuts the last batch off where the answer is full.
    if (at + size > bytes.length) break
    const batch = bytes.subarray(at, at + size)
    at += size
    const header = headerOf(batch)
    if (header.end <= from) continue
    end = header.end
    epoch = header.epoch
    try {
      if (abortedProducers.isLeftOut(header, batch)) continue
      records.add(decompress(header.attributes, batch.subarray(HEADER_BYTES), foreign), header, from)
    } catch (error) {
      damaged.push({ first: Math.max(from, header.first), end: header.end, problem: (error as Error).message })
    }
  }
  return { records: records.columns(), end, epoch, damaged }
}

/** The headers of a record. */
export function headersOf({ bytes, headers }: Pick<RecordColumns, 'bytes' | 'headers'>, index: number): readonly TopicHeader[] {
  const start = headers[2 * index]
  if (start < 0) return []
  const reader = new VarintReader(bytes, start)
  return Array.from({ length: reader.varint() }, () => {
    const name = reader.bytes()
    return { name: name ? String(name) : '', value: reader.bytes() }
  })
}

/** @throws RangeError for a batch of a format before version 2. */
function headerOf(batch: Buffer): BatchHeader {
  const version = batch[16]
  if (version !== 2 || batch.length < HEADER_BYTES)
    throw new RangeError(`a batch has format version ${version}; only version 2 (Kafka 0.11 and later) can be read`)
  const first = Number(batch.readBigInt64BE(0))
  return {
    first,
    end: first + batch.readInt32BE(23) + 1,
    epoch: batch.readInt32BE(12),
    attributes: batch.readInt16BE(CRC_END),
    firstTimestamp: Number(batch.readBigInt64BE(27)),
    maxTimestamp: Number(batch.readBigInt64BE(35)),
    producerId: batch.readBigInt64BE(43),
    count: batch.readInt32BE(57),
  }
}

/** Producers whose transaction is aborted, while batches are read in order. */
class AbortedProducers {
  readonly #waiting: AbortedTransaction[]
  readonly #current = new Set<bigint>()

  constructor(aborted: readonly AbortedTransaction[]) {
    this.#waiting = aborted.toSorted((a, b) => Number(a.firstOffset - b.firstOffset))
  }

  /** Is the batch a marker, or of an aborted transaction? */
  isLeftOut({ end, attributes, producerId }: BatchHeader, batch: Buffer): boolean {
    while (this.#waiting.length > 0 && this.#waiting[0].firstOffset < BigInt(end)) this.#current.add(this.#waiting.shift()!.producerId)
    if (attributes & CONTROL) {
      if (markerType(batch) === ABORT_MARKER) this.#current.delete(producerId)
      return true
    }
    return (attributes & TRANSACTIONAL) !== 0 && this.#current.has(producerId)
  }
}

/** The type of a control record: 0 abort, 1 commit. Its key is a version and the type. */
function markerType(batch: Buffer): number {
  const reader = new VarintReader(batch, HEADER_BYTES)
  reader.varint()
  reader.skip(1)
  reader.varint()
  reader.varint()
  const key = reader.bytes()
  return key && key.length >= 4 ? key.readInt16BE(2) : -1
}

/** Collects the records of batches. */
class ColumnBuilder {
  readonly #sections: Buffer[] = []
  #bytes = 0
  readonly #offsets: number[] = []
  readonly #timestamps: number[] = []
  readonly #keys: number[] = []
  readonly #values: number[] = []
  readonly #headers: number[] = []

  /** Adds the records of a decompressed batch from the offset `from` on: all of them or, if one is damaged, none. */
  add(section: Buffer, header: BatchHeader, from: number): void {
    const before = this.#offsets.length
    try {
      this.#read(section, header, from)
    } catch (error) {
      for (const column of [this.#offsets, this.#timestamps]) column.length = before
      for (const column of [this.#keys, this.#values, this.#headers]) column.length = 2 * before
      throw error
    }
    this.#sections.push(section)
    this.#bytes += section.length
  }

  #read(section: Buffer, { attributes, count, first, firstTimestamp, maxTimestamp }: BatchHeader, from: number): void {
    const reader = new VarintReader(section, 0)
    for (let i = 0; i < count; i++) {
      const length = reader.varint()
      const end = reader.at + length
      reader.skip(1)
      const delta = reader.varint()
      const offset = first + reader.varint()
      const [key, value] = [this.#range(reader), this.#range(reader)]
      const headersStart = reader.at
      const headerCount = reader.varint()
      for (let part = 0; part < 2 * headerCount; part++) reader.range()
      if (reader.at !== end) throw new RangeError(`record ${offset} has ${length} bytes, but ends after ${length + reader.at - end}`)
      if (offset < from) continue
      this.#offsets.push(offset)
      this.#timestamps.push(attributes & LOG_APPEND_TIME ? maxTimestamp : firstTimestamp + delta)
      this.#keys.push(...key)
      this.#values.push(...value)
      if (headerCount > 0) this.#headers.push(this.#bytes + headersStart, this.#bytes + end)
      else this.#headers.push(-1, -1)
    }
  }

  #range(reader: VarintReader): readonly [number, number] {
    const { start, end } = reader.range()
    return start < 0 ? [-1, -1] : [this.#bytes + start, this.#bytes + end]
  }

  columns(): RecordColumns {
    return {
      count: this.#offsets.length,
      offsets: Float64Array.from(this.#offsets),
      timestamps: Float64Array.from(this.#timestamps),
      keys: Int32Array.from(this.#keys),
      values: Int32Array.from(this.#values),
      headers: Int32Array.from(this.#headers),
      // A buffer of its own, which a thread may hand over.
      bytes: copyOf(this.#sections, this.#bytes),
    }
  }
}

function copyOf(sections: readonly Buffer[], length: number): Buffer<ArrayBuffer> {
  const bytes = Buffer.from(new ArrayBuffer(length))
  let at = 0
  for (const section of sections) at += section.copy(bytes, at)
  return bytes
}

/** Reads zigzag varints and byte strings behind them. */
class VarintReader {
  readonly #bytes: Buffer
  at: number

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes
    this.at = at
  }

  skip(count: number): void {
    this.at += count
  }

  /** A signed number of up to 64 bits; exact within 2^53. */
  varint(): number {
    let value = 0
    for (let shift = 1; ; shift *= 128) {
      const byte = this.#bytes[this.at++]
      if (byte === undefined) throw new RangeError('the batch is cut off')
      value += (byte & 0x7f) * shift
      if (byte < 0x80) break
      if (shift > 2 ** 63) throw new RangeError('a number has more than ten bytes')
    }
    // Zigzag: 0, −1, 1, −2, …
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }

  /** Passes bytes behind their length. The start is −1 for the length −1, which is nothing. */
  range(): { readonly start: number; readonly end: number } {
    const length = this.varint()
    if (length < 0) return { start: -1, end: -1 }
    const start = this.at
    if (start + length > this.#bytes.length) throw new RangeError('the batch is cut off')
    this.at = start + length
    return { start, end: this.at }
  }

  bytes(): Buffer | undefined {
    const { start, end } = this.range()
    return start < 0 ? undefined : this.#bytes.subarray(start, end)
  }
}
