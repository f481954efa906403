/**
 * The fetch request of Kafka's protocol, versions 12 to 17, with an answer whose records stay bytes. The client's own parser decompresses and
 * decodes them on the spot, without a bound, and turns the error of one partition into an error of the whole answer.
 */
import * as client from '@platformatic/kafka'
import type { AbortedTransaction } from '../records/record-set.ts'

const FETCH_KEY = 1
const [OLDEST, NEWEST] = [12, 17]
/** Version from which topics are named by their ids. */
const TOPIC_IDS = 13
/** Neither a session nor an incremental answer. */
const [NO_SESSION, FINAL_EPOCH] = [0, -1]
const DIVERGING_EPOCH = 0

const requests = new Map([
  [12, client.fetchV12.createRequest],
  [13, client.fetchV13.createRequest],
  [14, client.fetchV14.createRequest],
  [15, client.fetchV15.createRequest],
  [16, client.fetchV16.createRequest],
  [17, client.fetchV17.createRequest],
])

export interface PartitionRequest {
  readonly partition: number
  readonly offset: number
  /** The epoch of the leader, as far as we know: one that is not it answers so. */
  readonly leaderEpoch: number
  /** The epoch of the record before the offset: the leader compares. −1 if unknown. */
  readonly lastEpoch: number
}

/** The records of a partition in an answer. */
export interface PartitionRecords {
  readonly highWatermark: number
  readonly lastStableOffset: number
  readonly aborted: readonly AbortedTransaction[]
  /** Record batches; the last may be cut off. */
  readonly records: Buffer
}

export interface PartitionAnswer extends PartitionRecords {
  readonly partition: number
  /** Error code of Kafka; 0 without one. */
  readonly errorCode: number
  /** Where the log of the leader leaves the one that was read, if it does: the offset of the first record that is another. */
  readonly divergence: number | undefined
}

interface FetchAnswer {
  readonly errorCode: number
  readonly partitions: readonly PartitionAnswer[]
}

/** A fetch of partitions of one topic from one broker. */
export interface FetchRequest {
  readonly topic: { readonly name: string; readonly id: string }
  readonly partitions: readonly PartitionRequest[]
  readonly isCommittedOnly: boolean
  /** Greatest time to wait at the end of all partitions, ms. */
  readonly waitMs: number
  readonly partitionBytes: number
  readonly totalBytes: number
}

/** The newest version that this file and a broker have. Throws for a broker that is too old. */
export function fetchVersion(apis: readonly { readonly apiKey: number; readonly maxVersion: number }[]): number {
  const version = Math.min(NEWEST, apis.find(({ apiKey }) => apiKey === FETCH_KEY)?.maxVersion ?? 0)
  if (version < OLDEST) throw new RangeError(`the broker has version ${version} of fetch, and ${OLDEST} (Kafka 2.7) is needed`)
  return version
}

/** Sends a fetch, and resolves to its answer. */
export function sendFetch(connection: client.Connection, version: number, request: FetchRequest): Promise<FetchAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<FetchAnswer>()
  connection.send(
    FETCH_KEY,
    version,
    () => requestOf(version, request),
    (_correlation, _key, _version, reader) => readAnswer(reader, version),
    true,
    true,
    (error, answer) => (error ? reject(error) : resolve(answer!)),
  )
  return promise
}

function requestOf(version: number, request: FetchRequest): client.Writer {
  const { topic, partitions, isCommittedOnly, waitMs, partitionBytes, totalBytes } = request
  const entries = partitions.map(({ partition, offset, leaderEpoch, lastEpoch }) => ({
    partition,
    currentLeaderEpoch: leaderEpoch,
    fetchOffset: BigInt(offset),
    lastFetchedEpoch: lastEpoch,
    partitionMaxBytes: partitionBytes,
  }))
  const topicId = version >= TOPIC_IDS ? topic.id : topic.name
  const isolation = isCommittedOnly ? 1 : 0
  return requests.get(version)!(waitMs, 1, totalBytes, isolation, NO_SESSION, FINAL_EPOCH, [{ topicId, partitions: entries }], [], '')
}

function readAnswer(reader: client.Reader, version: number): FetchAnswer {
  reader.readInt32()
  const errorCode = reader.readInt16()
  reader.readInt32()
  const topics = reader.readArray(topic => {
    if (version >= TOPIC_IDS) topic.readUUID()
    else topic.readString()
    return topic.readArray(partition => readPartition(partition), true, false)
  })
  return { errorCode, partitions: topics.flat() }
}

function readPartition(reader: client.Reader): PartitionAnswer {
  const [partition, errorCode] = [reader.readInt32(), reader.readInt16()]
  const [highWatermark, lastStableOffset] = [Number(reader.readInt64()), Number(reader.readInt64())]
  reader.readInt64()
  const aborted = reader.readNullableArray(each => ({ producerId: each.readInt64(), firstOffset: each.readInt64() }))
  reader.readInt32()
  const records = reader.readNullableBytes() ?? Buffer.alloc(0)
  const divergence = readDivergence(reader)
  return { partition, errorCode, highWatermark, lastStableOffset, aborted: aborted ?? [], divergence, records }
}

/** Reads the tagged fields of a partition, of which one tells that the logs of leader and reader differ (KIP-595). */
function readDivergence(reader: client.Reader): number | undefined {
  let divergence: number | undefined
  for (let count = reader.readUnsignedVarInt(); count > 0; count--) {
    const [tag, size] = [reader.readUnsignedVarInt(), reader.readUnsignedVarInt()]
    const end = reader.position + size
    if (tag === DIVERGING_EPOCH) {
      const epoch = reader.readInt32()
      const offset = Number(reader.readInt64())
      if (epoch >= 0 || offset >= 0) divergence = Math.max(0, offset)
    }
    reader.position = end
  }
  return divergence
}
