import type { DeduplicationIndex } from '../../log/index.ts'

/** Room of an index for more ids. */
export interface IdRoom {
  /** Number of further ids that it can hold at `at`. */
  readonly free: number
  /** Each id is held for this long, ms; Infinity for ever. */
  readonly keptMs: number
  /** UTC ms. */
  readonly at: number
}

/**
 * Ids of the events that the log accepted, by source: append ids if the source has ids, identities of original events if its events can be
 * revised.
 */
export interface AcceptedIds {
  readonly ids: ReadonlyMap<string, DeduplicationIndex>
  readonly originals: ReadonlyMap<string, DeduplicationIndex>
  /** Latest event time, UTC ms, of which the log may have forgotten the original when a revision arrives at `arrival`. */
  readonly forgottenUpTo: (arrival: number) => number
}
