import type { AppendIds } from '../../log/append-ids.ts'

/**
 * Ids of the events that the log accepted, by source: append ids if the source has ids, identities of original events if its events can be
 * revised.
 */
export interface Remembered {
  readonly ids: ReadonlyMap<string, AppendIds>
  readonly originals: ReadonlyMap<string, AppendIds>
  /** Latest event time, UTC ms, of which the log may have forgotten the original when a revision arrives at `arrival`. */
  readonly forgotten: (arrival: number) => number
}
