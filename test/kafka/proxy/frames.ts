/** Frames of Kafka's protocol: a request or an answer is its length in 4 bytes, and so many bytes behind it. */

/** Keys of the requests that Spillway's clients send, by name. */
export const kafkaApis = {
  Produce: 0,
  Fetch: 1,
  ListOffsets: 2,
  Metadata: 3,
  OffsetCommit: 8,
  OffsetFetch: 9,
  FindCoordinator: 10,
  JoinGroup: 11,
  Heartbeat: 12,
  LeaveGroup: 13,
  SyncGroup: 14,
  ApiVersions: 18,
  InitProducerId: 22,
  AddPartitionsToTxn: 24,
  EndTxn: 26,
  DescribeTransactions: 65,
  ConsumerGroupHeartbeat: 68,
} as const

export type KafkaApi = keyof typeof kafkaApis

/** The head of a request, which is the same in all versions. */
export interface RequestHead {
  readonly apiKey: number
  readonly apiVersion: number
  readonly correlationId: number
}

const LENGTH_BYTES = 4

export const requestHeadOf = (frame: Buffer): RequestHead => ({
  apiKey: frame.readInt16BE(LENGTH_BYTES),
  apiVersion: frame.readInt16BE(LENGTH_BYTES + 2),
  correlationId: frame.readInt32BE(LENGTH_BYTES + 4),
})

/** The correlation id of an answer: that of its request. */
export const answerIdOf = (frame: Buffer): number => frame.readInt32BE(LENGTH_BYTES)

/** The error code at the end of an answer of EndTxn, before a byte for its tagged fields (versions 3 and 4); 0 for none. */
export const endTxnErrorOf = (frame: Buffer): number => frame.readInt16BE(frame.length - 3)

/** Splits a stream of bytes into frames. */
export class FrameSplitter {
  #chunks: Buffer[] = []
  #bytes = 0
  #needed = LENGTH_BYTES

  /** The frames that end in a chunk, each with its length. */
  add(chunk: Buffer): Buffer[] {
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
    // A large frame comes in many chunks, which are joined once.
    if (this.#bytes < this.#needed) return []
    const frames: Buffer[] = []
    let rest = Buffer.concat(this.#chunks)
    for (;;) {
      this.#needed = rest.length < LENGTH_BYTES ? LENGTH_BYTES : LENGTH_BYTES + rest.readInt32BE(0)
      if (rest.length < this.#needed) break
      frames.push(rest.subarray(0, this.#needed))
      rest = rest.subarray(this.#needed)
    }
    this.#chunks = [rest]
    this.#bytes = rest.length
    return frames
  }
}
