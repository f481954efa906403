import type { AppendIds } from '../../log/append-ids.ts'

/** What the log has accepted, by source: append ids where it has ids, identities of originals where its events can be revised. */
export interface Remembered {
  readonly ids: ReadonlyMap<string, AppendIds>
  readonly originals: ReadonlyMap<string, AppendIds>
  /** Events up to this time, UTC ms, may have originals that the log has forgotten when they arrive at `arrival`. */
  readonly forgotten: (arrival: number) => number
}
