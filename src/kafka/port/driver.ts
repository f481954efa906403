/**
 * The port of a Kafka client, as far as sources and destinations need it. One client library is behind it; the reader, its positions and its errors do not
 * depend on it.
 *
 * Offsets are numbers: a partition that has 2^53 records takes a century at three million a second.
 */
import type { DamagedBatch, RecordColumns } from '../records/record-set.ts'
import type { KafkaSecurity } from '../security/security.ts'

/** A cluster's addresses, and how to connect. */
export interface KafkaConnection {
  /** `host:port` of some brokers; they tell the others. */
  readonly brokers: readonly string[]
  /** Name of this client in the broker's log and metrics. */
  readonly clientId: string
  /** Timeout of a request, ms; default `KAFKA_REQUEST_MS`. */
  readonly requestMs?: number
  /** Without it connections are not encrypted, and the client is anonymous. */
  readonly security?: KafkaSecurity
}

/** A topic as its cluster describes it. */
export interface TopicDescription {
  /** Id of the cluster: positions of another cluster mean nothing here. */
  readonly cluster: string
  /** Id of the topic. A topic that is deleted and made again has another id. */
  readonly id: string
  readonly partitions: number
}

/**
 * An offset of a partition: its first; the one behind its last; the one behind the last that no open transaction precedes; or the first
 * whose record is at a time or later, UTC ms.
 */
export type OffsetQuery = 'earliest' | 'latest' | 'stable' | number

/** Records of one partition, in order. */
export interface FetchedRecords {
  readonly partition: number
  /** Number of the assignment for which they were fetched. */
  readonly assignment: number
  readonly records: RecordColumns
  /** Offset from which they were fetched. */
  readonly from: number
  /** Offset to continue from. Larger than that of the last record where markers, aborted or compacted records follow it. */
  readonly next: number
  /** Leader epoch in which all of them were written; −1 if unknown. */
  readonly epoch: number
  readonly damaged: readonly DamagedBatch[]
  /** Offset behind the last record that a reader of this isolation may see. */
  readonly end: number
  /** Bytes of the answer, or of its decompressed records if they are more. */
  readonly bytes: number
}

/** Records of a topic as they come. Ends with the error of its cluster; `next` rejects with it then. */
export interface TopicFetch {
  /** The next records of any partition. Resolves to `undefined` after `close`. Fetching stops while `maxBytes` are not taken. */
  next(): Promise<FetchedRecords | undefined>
  /**
   * Reads a partition from a place on, besides the others. Returns the number of this assignment, which its records have: the caller may still
   * hold records of an earlier one.
   */
  assign(partition: number, place: PartitionPlace): number
  /** Stops reading a partition. Records of it that were fetched are not given any more. */
  revoke(partition: number): void
  /** Does not wait for requests in progress. */
  close(): Promise<void>
}

/** A place in a partition: the offset of the next record, and the leader epoch of the record before it. */
export interface PartitionPlace {
  readonly offset: number
  /** Tells whether the record before the offset is still the one that was read. −1 if unknown: then nothing is compared. */
  readonly epoch: number
}

export interface FetchOptions {
  /** The id of the topic: reading ends with `replaced` where another one has its name. Default: that at the first request. */
  readonly topicId?: string
  /** Leave out the records of aborted and open transactions. */
  readonly isCommittedOnly: boolean
  /** Decompressed bytes that wait to be taken, at most; one answer more may pass it. */
  readonly maxBytes: number
}

/** A record to append to a topic. */
export interface NewRecord {
  /**
   * Records of one key are in one partition, that of Java's default partitioner, in the order in which they are sent. Those without a key are
   * in the first partition.
   */
  readonly key: string | undefined
  readonly value: string | Uint8Array
  readonly headers: Readonly<Record<string, string>>
}

/** A record to append to a partition. */
export interface PlacedRecord extends NewRecord {
  readonly topic: string
  readonly partition: number
  /** Time of the record, UTC ms. */
  readonly timestamp: number
}

/** A writer of transactions as the cluster knows it. */
export interface WriterIdentity {
  readonly producerId: string
  readonly epoch: number
  /**
   * Requests for a new writer that got no answer before this one did, 0 by default. Each may still reach the cluster, and takes the next epoch: a
   * writer goes on behind so many epochs that have written nothing.
   */
  readonly unanswered?: number
}

/** A step of opening a writer. */
export interface WriterOpening {
  /** As which the writer goes on: once it is open, until the next step otherwise. */
  readonly identity: WriterIdentity
  readonly isOpen: boolean
}

/** Writes transactions under an id. The newest writer of an id fences those before it. */
export interface TransactionWriter {
  /**
   * A step of opening, which `openWriter` repeats: fences earlier writers of the id. The writer is open once none of their transactions is: none
   * becomes visible afterwards. Until then the next step goes on as the identity of this one. The caller has to know it before, since the answer
   * to the next step may be lost, and the cluster accepts the writer as no other.
   *
   * `previous`: the identity of an earlier writer, or of the step before, as which this one goes on.
   *
   * @throws `fenced` if another writer was opened since.
   */
  open(previous?: WriterIdentity): Promise<WriterOpening>
  /**
   * Writes records in one transaction. Resolves once it is committed for good.
   *
   * @throws `fenced` after another writer was opened. After any other error it is unknown whether the records were committed: open the writer
   * anew, and look.
   */
  write(records: readonly PlacedRecord[]): Promise<void>
  close(): Promise<void>
}

/** Protocols by which a group gives partitions to its members, by the names of `group.protocol` in Kafka's configuration; `consumer` is that of KIP-848. */
export type GroupProtocol = 'classic' | 'consumer'

/** The group and the topic of a member. */
export interface MemberOptions {
  readonly group: string
  readonly topic: string
  readonly protocol: GroupProtocol
}

/** An offset of a group: the place in a partition, and the text that a member has stored beside it. */
export interface StoredOffset {
  readonly place: PartitionPlace
  readonly metadata: string
}

/** A member of a group, which reads one topic. It stays in the group by itself, also while nobody calls. */
export interface GroupMember {
  /**
   * The partitions that the member has, once they are others than the last ones. The first call joins the group. Each later call says that the
   * partitions that were missing in the last answer are given up: only then do others get them. One call at a time.
   * @throws `fenced` for a member that was expelled, which stays out: join with another one.
   */
  partitions(): Promise<readonly number[]>
  /** Offsets that the group has; none of partitions for which it has none. */
  offsets(partitions: readonly number[]): Promise<ReadonlyMap<number, StoredOffset>>
  /** Stores offsets. @throws `fenced` for a member that was expelled: nothing is stored. After any other error they may be stored, or be later. */
  store(offsets: ReadonlyMap<number, StoredOffset>): Promise<void>
  /** Leaves the group, whose other members get the partitions at once. Resolves without an error. */
  leave(): Promise<void>
}

/** A connected client. Errors are `KafkaError`. */
export interface KafkaDriver {
  /** @throws `missing` for a topic that does not exist. */
  describe(topic: string): Promise<TopicDescription>
  /** Offsets of partitions. For a time after the last record: the offset behind it. */
  offsets(topic: string, partitions: readonly number[], query: OffsetQuery): Promise<ReadonlyMap<number, number>>
  fetch(topic: string, options: FetchOptions): TopicFetch
  /**
   * Appends records. Resolves when all in-sync replicas have them; after an error, some of them may be there.
   * @throws `oversized` if the topic takes no batch of this size: a smaller one may do.
   */
  send(topic: string, records: readonly NewRecord[]): Promise<void>
  /** A writer of transactions under an id, which is to be opened. */
  transactions(id: string): TransactionWriter
  /** Stores offsets of a group that has no members, for tools that show its lag. */
  commitOffsets(group: string, topic: string, offsets: ReadonlyMap<number, number>): Promise<void>
  /** A member of a group, which joins it with its first call. */
  member(options: MemberOptions): GroupMember
  /** Offsets that a group has committed; none of partitions for which it has none. */
  groupOffsets(group: string, topic: string, partitions: readonly number[]): Promise<ReadonlyMap<number, number>>
  close(): Promise<void>
}

/** The kinds of errors that a reader tells apart. */
export type KafkaErrorKind =
  /** Nobody answers, or the cluster cannot serve now: wait and try again. */
  | 'unavailable'
  /** The topic does not exist. */
  | 'missing'
  /** The topic was deleted and made again: look at it anew. */
  | 'replaced'
  /** The offset is before the first record or behind the last. */
  | 'out-of-range'
  /** Records before the offset are no longer in the partition: another leader had not received them. */
  | 'truncated'
  /** The bytes of a batch are not those that were written, however often they are read. */
  | 'corrupt'
  /** The cluster rejects who we are or what we may do, or its certificate is not accepted. */
  | 'denied'
  /** The client has no valid login at the moment: the issuer of its tokens gives none, or a file with a secret cannot be read. */
  | 'no-credentials'
  /** The topic takes no batch, or no record, of this size. */
  | 'oversized'
  /** A setting of the topic, or of the brokers, rejects the request: repeating it does not help. */
  | 'rejected'
  /** A newer writer of transactions has taken over, or the group has gone on without this member. */
  | 'fenced'
  /** Anything else: a request or an answer that makes no sense. */
  | 'protocol'

/** Where an error is, for `out-of-range`, `truncated` and `corrupt`. */
export interface KafkaErrorPlace {
  readonly partition: number
  /** The offset that was to be read; for `truncated` the first of those that are gone. */
  readonly offset: number
}

/** Kinds of errors that another client may not have a moment later; a broker that has just started may not know a topic yet. */
export const passingKinds: ReadonlySet<KafkaErrorKind> = new Set(['unavailable', 'no-credentials', 'protocol', 'missing'])

/** An error of a driver. */
export class KafkaError extends Error {
  readonly kind: KafkaErrorKind
  readonly place: KafkaErrorPlace | undefined

  constructor(kind: KafkaErrorKind, message: string, { cause, place }: Partial<Pick<KafkaError, 'cause' | 'place'>> = {}) {
    super(message, { cause })
    this.name = 'KafkaError'
    this.kind = kind
    this.place = place
  }
}
