/** Options of a source and of a table, except for the schema. */
import type { Duration } from '../../base/index.ts'
import type { ColumnSpecs, RecordOf, RequiredNames, TimeNames } from '../expression/kinds.ts'
import { durationOf } from '../mistake/mistake.ts'

/** Result of a `map`: one record, several, or none. */
export type Mapped<C extends ColumnSpecs> = RecordOf<C> | readonly RecordOf<C>[] | null

/** Ingestion time of imported history as a delay after the event time, made by `after`. */
export interface After {
  readonly after: number
}
/**
 * Ingestion time of imported history where the file has none: event time plus `delay`.
 *
 * @throws SpillwayError `SPILL_DEFINITION` for a delay that is no duration.
 * @example
 * source('readings', {
 *   schema: { at: t.timestamp(), sensor: t.string(), value: t.double() },
 *   key: 'sensor',
 *   time: 'at',
 *   arrives: after('3m'),
 * })
 */
export const after = (delay: Duration): After => Object.freeze({ after: durationOf('after', delay, { zero: true }) })

/** Rejects, in types, a field that the schema does not have. */
type NoOthers<M, Names> = M extends null
  ? unknown
  : M extends readonly (infer One)[]
    ? readonly NoOthers<One, Names>[]
    : { readonly [N in Exclude<keyof M, Names>]?: never }

/** Options that a source and a table share. */
export interface ChangeOptions<C extends ColumnSpecs, M = unknown> {
  /** Column of the event id. Within `dedupe` an event with the id of an accepted event is a duplicate and is not stored again. */
  readonly id?: keyof C & string
  /** Ingestion time of imported history: a timestamp column, or `after('3m')`. Default `after('0ms')`. */
  readonly arrives?: TimeNames<C> | After
  /** Lateness (ingestion time − event time) from which an event is flagged late. It still counts. Default 1 day. */
  readonly allowedLateness?: Duration
  /** Greatest lead of an event time over the ingestion time; an event beyond it is rejected as `future`. Default 1 minute. */
  readonly maxClockSkew?: Duration
  /** Deduplication window of ids, by ingestion time. Default 1 hour. */
  readonly dedupe?: Duration
  /** Turns a raw record into one record of the schema, several, or none (`null`). It must be pure. Needs `mapVersion`. */
  // oxlint-disable-next-line typescript/no-explicit-any -- a raw record is whatever the file holds; users may annotate it
  readonly map?: (raw: any) => M & NoOthers<M, keyof C>
  /** Version of `map`, part of the fingerprint. Change it whenever `map` returns different records. */
  readonly mapVersion?: string
}

/** Options of `source`, except for the schema. */
export interface SourceOptions<C extends ColumnSpecs, M = unknown> extends ChangeOptions<C, M> {
  /** Column by which events are partitioned. Ids and identities are compared within one key. */
  readonly key: RequiredNames<C>
  /**
   * Columns that identify an event: a later event with equal values is a revision and replaces the earlier event. Needs
   * `revisable`.
   */
  readonly identity?: readonly (keyof C & string)[]
  /** Time after the ingestion of the original within which a revision is accepted. */
  readonly revisable?: Duration
  /** Bool column that marks an event as deleted: it replaces the original, does not count and triggers nothing. Needs `identity`. */
  readonly deleted?: keyof C & string
}

/** Options before their column names are checked. */
export type AnyOptions = SourceOptions<ColumnSpecs> & { readonly time: unknown }
