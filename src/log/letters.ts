/**
 * Dead letters: records that were refused, kept whole so that they can be mended and sent again (semantics §7).
 *
 * Nothing of one is ever lost: what an edit replaces is kept beside it, and a letter that was sent again with success, or dropped, is kept with what
 * became of it.
 */
import type { RawForm, RefusalReason, SourceRefusal } from '../intake/refusal.ts'

export interface DeadLetter {
  /** The source that refused it. Unknown of some in older folders: imports did not keep it of records that could not be decoded. */
  readonly source: string | undefined
  readonly reason: RefusalReason
  readonly detail: string
  /** Where it came from: `readings.ndjson:12`. */
  readonly place: string
  /** When it was refused, UTC ms. */
  readonly at: number
  /** The log's next sequence number when its batch was taken. */
  readonly sequence: number
  readonly raw: string | Uint8Array
  /** What the raw text is, where it is not simply a record of the source as JSON. */
  readonly form?: RawForm | undefined
}

/** A refusal as a letter: refused at `at`, UTC ms, when the log's next entry was `sequence`. */
export function letterOf({ reason, detail, place, source, raw, form }: SourceRefusal, sequence: number, at: number): DeadLetter {
  return { source, reason, detail, place, at, sequence, raw, ...(form && { form }) }
}

/** A dead letter as it stands in the store. */
export interface StoredDeadLetter extends DeadLetter {
  /** Counts all letters of the store from 1; never given twice. */
  readonly id: number
  /** How often it was sent again since it was edited last. */
  readonly attempts: number
  /** The bytes that it was refused with, where others have taken their place. */
  readonly original: string | Uint8Array | undefined
}

/** What became of a letter: an event, nothing since the event was there already, nothing since the source's `map` gave no row, or dropped by hand. */
export type LetterOutcome = 'accepted' | 'duplicate' | 'skipped' | 'dropped'

/** A letter that is none any more. */
export interface SettledLetter extends StoredDeadLetter {
  readonly outcome: LetterOutcome
  /** Why it was dropped. */
  readonly why: string | undefined
  /** When, UTC ms. */
  readonly settled: number
}

/** A change to a stored dead letter; the commit fails if the store does not have the letter. `source` is stored if the letter has none. */
export type LetterChange =
  /** Other bytes take the place of its own. Its attempts begin anew. */
  | { readonly kind: 'edited'; readonly id: number; readonly raw: string | Uint8Array; readonly form: RawForm | undefined }
  /** It was sent again and refused again: one attempt more, and the reason of now. */
  | ({ readonly kind: 'refused'; readonly id: number; readonly source?: string } & Pick<DeadLetter, 'reason' | 'detail' | 'raw' | 'form'>)
  /** It is none any more. */
  | {
      readonly kind: 'settled'
      readonly id: number
      readonly outcome: LetterOutcome
      readonly source?: string
      readonly why?: string
      /** UTC ms. */
      readonly at: number
    }
