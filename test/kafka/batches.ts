/** Record batches as the client library writes them, and what the reader of batches makes of them. */
import * as client from '@platformatic/kafka'
import { random } from '../../src/base/random.ts'
import { clientCodecs } from '../../src/kafka/platformatic/codecs.ts'
import { type AbortedTransaction, headersOf, readRecordSet, type RecordColumns } from '../../src/kafka/records/record-set.ts'

/** Whole numbers below a bound, from a seed. */
export type Draw = (below: number) => number

export function drawOf(seed: number): Draw {
  const next = random(seed)
  return below => Math.floor(next() * below)
}

export interface Message {
  readonly offset: number
  readonly timestamp: number
  readonly key: string | undefined
  readonly value: string | undefined
  readonly headers: readonly (readonly [string, string])[]
}

interface BatchOptions {
  readonly codec?: client.CompressionAlgorithmValue
  readonly producerId?: bigint
  readonly isTransactional?: boolean
}

/** A batch as the client writes it, at its offset. */
export function batchOf(
  messages: readonly Message[],
  { codec = 'none', producerId = -1n, isTransactional = false }: BatchOptions = {},
): Buffer {
  const records = messages.map(({ timestamp, key, value, headers }) => ({
    topic: 't',
    timestamp: BigInt(timestamp),
    ...(key !== undefined && { key: Buffer.from(key) }),
    value: (value === undefined ? undefined : Buffer.from(value))!,
    headers: new Map(headers.map(([name, text]) => [Buffer.from(name), Buffer.from(text)])),
  }))
  const transaction = isTransactional ? { transactionalId: 'x' } : {}
  const { buffer } = client.createRecordsBatch(records, { compression: codec, producerId, ...transaction })
  const bytes = Buffer.from(buffer)
  bytes.writeBigInt64BE(BigInt(messages[0].offset), 0)
  return bytes
}

/** A marker that ends a transaction: attributes transactional and control, a key of version and type. */
export function markerOf(offset: number, producerId: bigint, type: 'abort' | 'commit'): Buffer {
  const key = Buffer.from([0, 0, 0, type === 'abort' ? 0 : 1]).toString('latin1')
  const marker = batchOf([{ offset, timestamp: 0, key, value: '', headers: [] }], { producerId, isTransactional: true })
  marker.writeInt16BE(marker.readInt16BE(21) | 0x20, 21)
  return sealed(marker)
}

/** Writes the checksum of a batch whose bytes a test has changed. */
export function sealed(batch: Buffer): Buffer {
  batch.writeUInt32BE(client.jsCRC32C(batch.subarray(21)), 17)
  return batch
}

/** Reads batches, with each record as a message. */
export function readBatches(bytes: Buffer, from = 0, aborted: readonly AbortedTransaction[] = []) {
  const { records, ...rest } = readRecordSet(bytes, from, aborted, clientCodecs)
  return { messages: messagesIn(records), ...rest }
}

/** Records, each as a message. */
export function messagesIn(records: RecordColumns): Message[] {
  const textAt = (ranges: Int32Array, index: number): string | undefined =>
    ranges[2 * index] < 0 ? undefined : records.bytes.toString('utf8', ranges[2 * index], ranges[2 * index + 1])
  return Array.from({ length: records.count }, (_, i): Message => {
    const headers = headersOf(records, i).map(({ name, value }) => [name, String(value)] as const)
    const { offsets, timestamps, keys, values } = records
    return { offset: offsets[i], timestamp: timestamps[i], key: textAt(keys, i), value: textAt(values, i), headers }
  })
}

const texts = (draw: Draw): string => 'abcde…'.repeat(draw(4)) + String(draw(1000))

export function randomMessages(draw: Draw, first: number): Message[] {
  return Array.from({ length: 1 + draw(5) }, (_, i) => ({
    offset: first + i,
    timestamp: 1_700_000_000_000 + draw(100_000) - 50_000,
    key: draw(3) === 0 ? undefined : texts(draw),
    value: texts(draw),
    headers: Array.from({ length: draw(3) }, (__, at) => [`h${at}`, texts(draw)] as const),
  }))
}
