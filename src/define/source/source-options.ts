/** What may be said of a source, its schema aside. */
import type { Duration } from '../../base/time.ts'
import type { Columns, RecordOf, RequiredNames, TimeNames } from '../expression/kinds.ts'
import { durationOf } from '../mistake/mistake.ts'

/** What a `map` gives: one record, several, or none. */
export type Mapped<C extends Columns> = RecordOf<C> | readonly RecordOf<C>[] | null

/** How imported history gets its arrival when the file does not say: event time plus a delay. */
export interface After {
  readonly after: number
}
export const after = (delay: Duration): After => Object.freeze({ after: durationOf('after', delay, { zero: true }) })

/** A column that the schema does not have must not be there either. */
type NoOthers<M, Names> = M extends null
  ? unknown
  : M extends readonly (infer One)[]
    ? readonly NoOthers<One, Names>[]
    : { readonly [N in Exclude<keyof M, Names>]?: never }

/** What a source and a table have in common. */
export interface ChangeOptions<C extends Columns, M = unknown> {
  /** The column that tells a retried append from a second event. */
  readonly id?: keyof C & string
  /** Arrival of imported history: a timestamp column, or `after('3m')`; `after('0ms')` unless given. */
  readonly arrives?: TimeNames<C> | After
  /** Beyond this an event is marked late; it still counts. A day unless given. */
  readonly allowedLateness?: Duration
  /** How far a time may be ahead of its arrival. A minute unless given. */
  readonly maxClockSkew?: Duration
  /** For how long ids are remembered. An hour unless given. */
  readonly dedupe?: Duration
  /** A pure function from a raw record to one record, several, or none. */
  // oxlint-disable-next-line typescript/no-explicit-any -- a raw record is whatever the file holds; users may annotate it
  readonly map?: (raw: any) => M & NoOthers<M, keyof C>
  /** Changes whenever `map` gives other records; part of the fingerprint. */
  readonly mapVersion?: string
}

export interface SourceOptions<C extends Columns, M = unknown> extends ChangeOptions<C, M> {
  /** The column by which events are partitioned, and within which ids and identities are compared. */
  readonly key: RequiredNames<C>
  /** Columns whose equality makes a later event a revision of an earlier one; needs `revisable`. */
  readonly identity?: readonly (keyof C & string)[]
  /** How long after the original's arrival a revision is taken. */
  readonly revisable?: Duration
  /** A bool column that marks an event as deleted: it supersedes, does not count, and triggers nothing; needs `identity`. */
  readonly deleted?: keyof C & string
}

/** The options as they are read: names not checked yet. */
export type AnyOptions = SourceOptions<Columns> & { readonly time: unknown }
