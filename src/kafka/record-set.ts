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

/** A record inside the decompressed bytes of its batch. */
export interface TopicRecord {
  readonly offset: number
  /** The time that the producer set, or the broker if the topic says so, UTC ms. */
  readonly timestamp: number
  /** `undefined` for a record without a key. */
  readonly key: Buffer | undefined
  /** `undefined` for a tombstone. */
  readonly value: Buffer | undefined
  readonly headers: readonly TopicHeader[]
}

export interface TopicHeader {
  readonly name: string
  readonly value: Buffer | undefined
}

/** The records of one partition in a fetch answer. */
export interface RecordSet {
  readonly records: readonly TopicRecord[]
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
  const records: TopicRecord[] = []
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
      readBatch(batch, header, from, foreign, records)
    } catch (error) {
      damaged.push({ first: Math.max(from, header.first), end: header.end, problem: (error as Error).message })
    }
  }
  return { records, end, epoch, damaged }
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

function readBatch(batch: Buffer, header: BatchHeader, from: number, foreign: ForeignCodecs, records: TopicRecord[]): void {
  const { attributes, count, first, firstTimestamp, maxTimestamp } = header
  const reader = new VarintReader(decompress(attributes, batch.subarray(HEADER_BYTES), foreign), 0)
  const own: TopicRecord[] = []
  for (let i = 0; i < count; i++) {
    const length = reader.varint()
    const recordEnd = reader.at + length
    reader.skip(1)
    const timestamp = attributes & LOG_APPEND_TIME ? maxTimestamp : firstTimestamp + reader.varint()
    if (attributes & LOG_APPEND_TIME) reader.varint()
    const offset = first + reader.varint()
    const [key, value] = [reader.bytes(), reader.bytes()]
    const headers = Array.from({ length: reader.varint() }, (): TopicHeader => {
      const name = reader.bytes()
      return { name: name ? String(name) : '', value: reader.bytes() }
    })
    if (reader.at !== recordEnd)
      throw new RangeError(`record ${offset} has ${length} bytes, but ends after ${reader.at - recordEnd + length}`)
    if (offset >= from) own.push({ offset, timestamp, key, value, headers })
  }
  // All of a batch or none: a batch that turns out damaged is one place.
  for (const record of own) records.push(record)
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

  /** Bytes behind their length; `undefined` for the length −1. */
  bytes(): Buffer | undefined {
    const length = this.varint()
    if (length < 0) return undefined
    const end = this.at + length
    if (end > this.#bytes.length) throw new RangeError('the batch is cut off')
    const bytes = this.#bytes.subarray(this.at, end)
    this.at = end
    return bytes
  }
}
