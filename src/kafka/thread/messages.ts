/** Messages between a driver and its thread. */
import type {
  FetchedRecords,
  FetchOptions,
  KafkaErrorKind,
  KafkaErrorPlace,
  MemberOptions,
  NewRecord,
  OffsetQuery,
  PartitionPlace,
  PlacedRecord,
  StoredOffset,
  TopicDescription,
  WriterIdentity,
  WriterOpening,
} from '../port/driver.ts'

/** Calls that have an answer, with their arguments and results. */
export interface DriverCalls {
  readonly describe: (topic: string) => TopicDescription
  readonly offsets: (topic: string, partitions: readonly number[], query: OffsetQuery) => ReadonlyMap<number, number>
  readonly send: (topic: string, records: readonly NewRecord[]) => void
  readonly commitOffsets: (group: string, topic: string, offsets: ReadonlyMap<number, number>) => void
  readonly groupOffsets: (group: string, topic: string, partitions: readonly number[]) => ReadonlyMap<number, number>
  /** Numbers of members, writers and fetches are given by the caller. */
  readonly openWriter: (writer: number, id: string, previous?: WriterIdentity) => WriterOpening
  readonly write: (writer: number, records: readonly PlacedRecord[]) => void
  readonly closeWriter: (writer: number) => void
  readonly memberPartitions: (member: number, options: MemberOptions) => readonly number[]
  readonly memberOffsets: (member: number, partitions: readonly number[]) => ReadonlyMap<number, StoredOffset>
  readonly memberStore: (member: number, offsets: ReadonlyMap<number, StoredOffset>) => void
  readonly leaveGroup: (member: number) => void
  readonly next: (fetch: number) => FetchedRecords | undefined
  readonly closeFetch: (fetch: number) => void
  readonly close: () => void
}

export type DriverCall = {
  readonly [Name in keyof DriverCalls]: { readonly id: number; readonly call: Name; readonly args: Parameters<DriverCalls[Name]> }
}[keyof DriverCalls]

/** Changes of a fetch, which have no answer. */
export type FetchChange =
  | { readonly change: 'open'; readonly fetch: number; readonly topic: string; readonly options: FetchOptions }
  | { readonly change: 'assign'; readonly fetch: number; readonly partition: number; readonly place: PartitionPlace }
  | { readonly change: 'revoke'; readonly fetch: number; readonly partition: number }

export type DriverAnswer = { readonly id: number } & ({ readonly value: unknown } | { readonly error: DriverFailure })

/** A `KafkaError` as it passes between threads. */
export interface DriverFailure {
  readonly kind: KafkaErrorKind
  readonly message: string
  readonly place: KafkaErrorPlace | undefined
}
