/**
 * Reads the record batches of a fetch answer.
 *
 * With `read_committed` a broker still sends the records of aborted transactions, with a list of their producers; the reader leaves them out.
 * The rule is that of Java's consumer: a producer is aborted from the first offset of its transaction until its abort marker.
 */
import { limits } from '../../base/index.ts'
import { decompress, type ForeignCodecs } from './compression.ts'
import { VarintReader } from './varint-reader.ts'
import { batchAt, type BatchHeader, CorruptBatch, type Crc32c, HEADER_BYTES, type WireBatch } from './wire-batch.ts'

/** An aborted transaction in a fetch answer. */
export interface AbortedTransaction {
  readonly producerId: bigint
  readonly firstOffset: bigint
}

/**
 * Records of one partition, in columns, so that a thread hands them over without an object for each. Ranges are pairs of first byte and byte
 * behind the last in `bytes`; both are −1 for nothing. In `bytes` records are in order, each with its key, value and headers in this order.
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
  /** Leader epoch of all batches; −1 if the broker told none. */
  readonly epoch: number
  /** Batches that were written so that they cannot be read: where they are, and why. Reading goes on behind them. */
  readonly damaged: readonly DamagedBatch[]
  /** Why the batch at `end` is corrupt: other bytes than were written. Reading does not go past it. */
  readonly corrupt: string | undefined
}

export interface DamagedBatch {
  /** Offsets of its records: from `first` to before `end`. */
  readonly first: number
  readonly end: number
  readonly problem: string
}

const TRANSACTIONAL = 0x10
const CONTROL = 0x20
const LOG_APPEND_TIME = 0x08
const ABORT_MARKER = 0

/** Functions that Node lacks. */
export interface RecordSetCodecs extends ForeignCodecs {
  readonly crc32c: Crc32c
}

/**
 * Reads the records from the offset `from` on, up to the first corrupt batch or that of a different leader epoch, or until they have
 * `KAFKA_FETCHED_BYTES`. `aborted` as in the answer; pass none to read uncommitted.
 */
export function readRecordSet(bytes: Buffer, from: number, aborted: readonly AbortedTransaction[], codecs: RecordSetCodecs): RecordSet {
  const abortedProducers = new AbortedProducers(aborted)
  const records = new ColumnBuilder()
  const damaged: DamagedBatch[] = []
  let [end, epoch, corrupt]: [number, number, string | undefined] = [from, -1, undefined]
  for (const batch of batchesOf(bytes, codecs.crc32c, problem => (corrupt = problem))) {
    const { header } = batch
    if (header.end <= from) continue
    // The rest is fetched once more: a mebibyte of batches may decompress to gigabytes.
    if (records.bytes >= limits.KAFKA_FETCHED_BYTES) break
    // So is that of the next leader: a position behind any record has the epoch of that record.
    if (end > from && header.epoch !== epoch) break
    end = header.end
    epoch = header.epoch
    try {
      if (abortedProducers.isLeftOut(batch)) continue
      records.add(decompress(header.attributes, batch.bytes.subarray(HEADER_BYTES), codecs), header, from)
    } catch (error) {
      damaged.push({ first: Math.max(from, header.first), end: header.end, problem: (error as Error).message })
    }
  }
  return { records: records.columns(), end, epoch, damaged, corrupt }
}

/** The batches of an answer, in order. Ends before a corrupt batch, whose problem it passes on. */
function* batchesOf(bytes: Buffer, crc32c: Crc32c, onCorrupt: (problem: string) => void): Generator<WireBatch> {
  let end = -Infinity
  try {
    for (let at = 0; at < bytes.length;) {
      const batch = batchAt(bytes, at, crc32c)
      // Old brokers cut the last batch off where the answer is full, but none sends a part of the first.
      if (!batch && at === 0) throw new CorruptBatch('it is longer than the answer')
      if (!batch) return
      if (batch.header.first < end)
        throw new CorruptBatch(`its first offset is ${batch.header.first}, after a batch that ends before ${end}`)
      end = batch.header.end
      at += batch.bytes.length
      yield batch
    }
  } catch (error) {
    if (!(error instanceof CorruptBatch)) throw error
    onCorrupt(error.message)
  }
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

/** Producers whose transaction is aborted, while batches are read in order. */
class AbortedProducers {
  readonly #waiting: AbortedTransaction[]
  readonly #current = new Set<bigint>()

  constructor(aborted: readonly AbortedTransaction[]) {
    this.#waiting = aborted.toSorted((a, b) => Number(a.firstOffset - b.firstOffset))
  }

  /** Is the batch a marker, or of an aborted transaction? */
  isLeftOut({ header: { end, attributes, producerId }, bytes }: WireBatch): boolean {
    while (this.#waiting.length > 0 && this.#waiting[0].firstOffset < BigInt(end)) this.#current.add(this.#waiting.shift()!.producerId)
    if (attributes & CONTROL) {
      if (markerType(bytes) === ABORT_MARKER) this.#current.delete(producerId)
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

  /** Bytes of the batches. */
  get bytes(): number {
    return this.#bytes
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
