/** Report of a comparison of a source's events with the records of its topic. */
import type { Value } from '../define/ir/index.ts'
import type { RejectionReason } from '../intake/index.ts'

/**
 * Differences without an explanation.
 *
 * - `missing`: a record that is no event of the log, and no dead letter.
 * - `doubled`: an event beyond the record that it comes from.
 * - `different`: a record whose event has other values.
 */
export type TopicFault = 'missing' | 'doubled' | 'different'

/**
 * Explained differences.
 *
 * - `rejected`: a record that is a dead letter.
 * - `replayed`: a record whose dead letter was edited and replayed.
 * - `duplicate`: a record with the id of an earlier one and its values.
 * - `skipped`: a record of which the source's `map` makes no row.
 * - `unrecorded`: a record before the first that the log has of its partition: the run began behind it, or the log has deleted its event.
 * - `elsewhere`: an event without a record: from another place, or its record is outside of the range.
 */
export type TopicExplanation = 'rejected' | 'replayed' | 'duplicate' | 'skipped' | 'unrecorded' | 'elsewhere'

/** A column whose values differ. Values are physical: decimals are scaled integers, times UTC ms. */
export interface ColumnDifference {
  readonly column: string
  readonly record: Value
  readonly event: Value
}

/** One difference between a topic and a log. */
export interface TopicExample {
  readonly kind: TopicFault | TopicExplanation
  /** The record: `kafka:payments#0 offset 17`; absent for an event without one. */
  readonly place?: string
  /** Key of the row; absent for a record that is no row. */
  readonly key?: Value
  /** Event time as the record states it, UTC ms. */
  readonly time?: Value
  /** Ingestion times of the events, UTC ms. */
  readonly arrivals?: readonly number[]
  readonly differences?: readonly ColumnDifference[]
  /** The reason of the rejection, then or today. */
  readonly detail?: string
}

/** Offsets [from, to) of a partition that were compared, markers of transactions included. */
export interface ComparedPartition {
  readonly partition: number
  readonly from: number
  readonly to: number
}

/** Report of one comparison. */
export interface TopicReport {
  readonly source: string
  /** `kafka:payments` */
  readonly topic: string
  /** True if the run has positions in the topic, up to which it was compared; otherwise all of its range was. */
  readonly hasPositions: boolean
  /** Partitions with records. */
  readonly partitions: readonly ComparedPartition[]
  readonly records: number
  readonly events: number
  /** Rows of records whose event has the same values. */
  readonly recorded: number
  readonly faults: Readonly<Record<TopicFault, number>>
  readonly explained: Readonly<Record<TopicExplanation, number>>
  /** Rejected records by reason. */
  readonly reasons: Readonly<Partial<Record<RejectionReason, number>>>
  readonly examples: readonly TopicExample[]
  /** True without a fault. */
  readonly sound: boolean
}
