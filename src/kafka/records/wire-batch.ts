/**
 * A record batch as a broker sends it, format version 2 (Kafka 0.11 and later): its header, and the check that its bytes are those that were
 * written. Source: Kafka's documentation, "Message Format".
 *
 * The checksum covers everything from the attributes on. The broker sets the bytes before it: offset, length and leader epoch. A wrong length
 * fails the checksum; a wrong offset is noticed where offsets fall. Java's consumer checks no more.
 */

/** The CRC32C (Castagnoli) of bytes. Node has none. */
export type Crc32c = (bytes: Buffer) => number

export interface BatchHeader {
  readonly first: number
  /** Offset behind the last record. Compaction keeps it when it removes records. */
  readonly end: number
  readonly epoch: number
  readonly attributes: number
  readonly firstTimestamp: number
  readonly maxTimestamp: number
  readonly producerId: bigint
  readonly count: number
}

/** A whole batch whose checksum is right. */
export interface WireBatch {
  readonly header: BatchHeader
  readonly bytes: Buffer
}

/** The bytes of a batch are not those that were written, or not of a format that can be read. To be read again, never passed over. */
export class CorruptBatch extends Error {}

export const HEADER_BYTES = 61
const [LENGTH_AT, MAGIC_AT, CRC_AT, ATTRIBUTES_AT] = [8, 16, 17, 21]
const LENGTH_END = LENGTH_AT + 4

/** The batch that begins at a byte; `undefined` if the bytes end before it does. Throws `CorruptBatch`. */
export function batchAt(bytes: Buffer, at: number, crc32c: Crc32c): WireBatch | undefined {
  if (at + LENGTH_END > bytes.length) return undefined
  const size = LENGTH_END + bytes.readInt32BE(at + LENGTH_AT)
  if (size <= MAGIC_AT) throw new CorruptBatch(`its length is ${size - LENGTH_END}`)
  if (at + size > bytes.length) return undefined
  const batch = bytes.subarray(at, at + size)
  const version = batch[MAGIC_AT]
  if (version !== 2) throw new CorruptBatch(`it has format version ${version}; only version 2 (Kafka 0.11 and later) can be read`)
  if (size < HEADER_BYTES) throw new CorruptBatch(`its length is ${size - LENGTH_END}`)
  const [stated, actual] = [batch.readUInt32BE(CRC_AT), crc32c(batch.subarray(ATTRIBUTES_AT))]
  if (stated !== actual) throw new CorruptBatch(`its checksum is ${hex(stated)}, and that of its bytes ${hex(actual)}`)
  const header = headerOf(batch)
  if (header.first < 0 || !Number.isSafeInteger(header.end)) throw new CorruptBatch(`its first offset is ${batch.readBigInt64BE(0)}`)
  return { header, bytes: batch }
}

const hex = (sum: number): string => sum.toString(16).padStart(8, '0')

function headerOf(batch: Buffer): BatchHeader {
  const first = Number(batch.readBigInt64BE(0))
  return {
    first,
    end: first + batch.readInt32BE(23) + 1,
    epoch: batch.readInt32BE(12),
    attributes: batch.readInt16BE(ATTRIBUTES_AT),
    firstTimestamp: Number(batch.readBigInt64BE(27)),
    maxTimestamp: Number(batch.readBigInt64BE(35)),
    producerId: batch.readBigInt64BE(43),
    count: batch.readInt32BE(57),
  }
}
