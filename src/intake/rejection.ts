/** A rejected record: its reason, its place and its raw text, so that it can be repaired and replayed. */
export const rejectionReasons = ['schema', 'key', 'time', 'future', 'conflict', 'stale-revision', 'map', 'limit'] as const

/**
 * Reasons for a rejection: those of the semantics (rejected never guessed), `map` (the source's function threw) and `limit` (a run has
 * no room for a new text). A record that cannot be decoded has the reason `schema`.
 */
export type RejectionReason = (typeof rejectionReasons)[number]

/** Format of the raw text, for sending it again; absent for a record of the source as JSON. */
export interface RawForm {
  /** A row of a CSV file; its field names are in the file's header. */
  readonly csv?: true
  /** A row with the file's columns, of which the source names some. */
  readonly tabular?: true
  /** As in `RecordOrigin`. */
  readonly zoneless?: readonly string[]
  /** Index of the rejected row among the rows that the source's `map` made of the record; the others were validated by themselves. */
  readonly row?: number
  /** A row of the source's own columns, made by its `map`. */
  readonly mapped?: true
}

export interface Rejection {
  readonly reason: RejectionReason
  /** The problem, with the field and the value. */
  readonly detail: string
  /** `file.ndjson:12`, or `file.parquet row 12`. */
  readonly place: string
  /**
   * The source that rejected it. Absent while only the file's reader has rejected it, which does not know the sources that the file feeds.
   */
  readonly source?: string
  /** The original record: text, or bytes that are not UTF-8. A row of columns is JSON. */
  readonly raw: string | Uint8Array
  readonly form?: RawForm
}

/** A rejection by a source, which a run keeps as a dead letter. An undecodable record has one for each source that its file feeds. */
export interface SourceRejection extends Rejection {
  readonly source: string
}

/** The reason why a value, a row or a record is rejected. With a place and the raw text it becomes a `Rejection`. */
export class Fault {
  readonly reason: RejectionReason
  readonly detail: string

  constructor(detail: string, reason: RejectionReason = 'schema') {
    this.detail = detail
    this.reason = reason
  }

  /** The rejection of the record at a place. */
  at(place: string, raw: string | Uint8Array): Rejection {
    return { reason: this.reason, detail: this.detail, place, raw }
  }
}
