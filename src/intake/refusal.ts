/** A record that was not accepted: why, where it stood, and what it was, so that it can be edited and sent again. */
export const refusalReasons = ['schema', 'key', 'time', 'future', 'conflict', 'stale-revision', 'map', 'limit'] as const

/**
 * The reasons of semantics §7, and `map`: the source's function threw; `limit`: a run has no room for one more text. What cannot be decoded at all is `schema`, as there.
 */
export type RefusalReason = (typeof refusalReasons)[number]

/** What raw text is, for whoever sends it again, where it is not simply a record of its source as JSON. */
export interface RawForm {
  /** A row of a CSV file as it stood there; what its fields are stands in the file's header. */
  readonly csv?: true
  /** A row of a file's columns, of which a source may name some. */
  readonly tabular?: true
  /** As in `Origin`. */
  readonly zoneless?: readonly string[]
  /** Which of the rows that the source's `map` made of the record was refused: the others were judged by themselves. */
  readonly row?: number
  /** A row of the source's own columns, that its `map` has made. */
  readonly mapped?: true
}

export interface Refusal {
  readonly reason: RefusalReason
  /** What is wrong, naming the field and the value. */
  readonly detail: string
  /** `file.ndjson:12`, or `file.parquet row 12`. */
  readonly place: string
  /** The source that refused; absent if the record could not be decoded, so that no source saw it. */
  readonly source?: string
  /** The record as it stood: text, or bytes where they are no text. A row of columns is given as JSON. */
  readonly raw: string | Uint8Array
  readonly form?: RawForm
}

/** Why a value or row is refused, before anyone says where it stood. */
export class Fault {
  readonly reason: RefusalReason
  readonly detail: string

  constructor(detail: string, reason: RefusalReason = 'schema') {
    this.detail = detail
    this.reason = reason
  }

  at(place: string, raw: string | Uint8Array, source?: string): Refusal {
    const { reason, detail } = this
    return source === undefined ? { reason, detail, place, raw } : { reason, detail, place, raw, source }
  }
}
