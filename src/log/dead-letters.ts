/**
 * Dead letters: rejected records, kept whole so that they can be repaired and replayed (semantics, rejected never guessed).
 *
 * Nothing is ever lost: an edit keeps the original bytes, and a settled dead letter is kept with its outcome.
 */
import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import { SpillwayError } from '../base/index.ts'
import type { RawForm, RejectionReason } from '../intake/index.ts'

export interface DeadLetter {
  /** The source that rejected it. Unknown for some dead letters of older folders: imports did not record it for undecodable records. */
  readonly source: string | undefined
  readonly reason: RejectionReason
  readonly detail: string
  /** Its place in the input, a file with a line or row: `readings.ndjson:12`. */
  readonly place: string
  /** Time of the rejection, UTC ms. */
  readonly at: number
  /** Sequence number of the entry that follows the rejection in the log. The letter itself has none. */
  readonly sequence: number
  readonly raw: string | Uint8Array
  /** Format of `raw`, unless it is a record of the source as JSON. */
  readonly form?: RawForm | undefined
}

/** A dead letter in the store. */
export interface StoredDeadLetter extends DeadLetter {
  /** Numbers all dead letters of the store from 1; never reused. */
  readonly id: number
  /** Failed re-sends since its last edit. */
  readonly attempts: number
  /** The bytes it was rejected with, if an edit replaced them. */
  readonly original: string | Uint8Array | undefined
}

/** Outcome of a settled dead letter: accepted as an event, already in the log, given no row by the source's `map`, or dropped by hand. */
export type DeadLetterOutcome = 'accepted' | 'duplicate' | 'skipped' | 'dropped'

/** A dead letter that is closed. */
export interface SettledDeadLetter extends StoredDeadLetter {
  readonly outcome: DeadLetterOutcome
  /** Reason of the drop. */
  readonly why: string | undefined
  /** Time at which it was closed, UTC ms. */
  readonly settled: number
}

export type AnyDeadLetter = StoredDeadLetter | SettledDeadLetter

/** Change of a stored dead letter; the commit fails if the store does not have it. `source` is stored if the dead letter has none. */
export type DeadLetterChange =
  /** New bytes replace its own; attempts restart at 0. */
  | { readonly kind: 'edited'; readonly id: number; readonly raw: string | Uint8Array; readonly form: RawForm | undefined }
  /** It was replayed and rejected again: one more attempt, with the new reason. */
  | ({ readonly kind: 'rejected'; readonly id: number; readonly source?: string } & Pick<DeadLetter, 'reason' | 'detail' | 'raw' | 'form'>)
  /** It is closed. */
  | {
      readonly kind: 'settled'
      readonly id: number
      readonly outcome: DeadLetterOutcome
      readonly source?: string
      readonly why?: string
      /** UTC ms. */
      readonly at: number
    }

/** Dead letters of a store, for reading. */
export interface DeadLetterLog {
  /** Dead letters that are not settled, in order of their numbers. */
  dead(): Iterable<StoredDeadLetter>
  /** Settled dead letters, in order of their numbers. */
  settled(): Iterable<SettledDeadLetter>
  /** A dead letter by its number, settled or not. */
  byId(id: number): AnyDeadLetter | undefined
}

/**
 * The dead letter after a change. A settled one has an `outcome`.
 *
 * @throws `SPILL_STORE` if there is no such dead letter, or if it is settled.
 */
export function changedDeadLetter(letter: AnyDeadLetter | undefined, change: DeadLetterChange): AnyDeadLetter {
  if (!letter || 'outcome' in letter) throw new SpillwayError('SPILL_STORE', `there is no dead letter ${change.id}`)
  const source = letter.source ?? ('source' in change ? change.source : undefined)
  if (change.kind === 'settled') return { ...letter, source, outcome: change.outcome, why: change.why, settled: change.at }
  const { raw, form } = change
  const original = letter.original ?? (change.kind === 'rejected' && isSameRaw(raw, letter.raw) ? undefined : letter.raw)
  if (change.kind === 'edited') return { ...letter, raw, form, original, attempts: 0 }
  return { ...letter, source, raw, form, original, reason: change.reason, detail: change.detail, attempts: letter.attempts + 1 }
}

const isSameRaw = (a: string | Uint8Array, b: string | Uint8Array): boolean =>
  typeof a === 'string' || typeof b === 'string' ? a === b : Buffer.compare(a, b) === 0

/** A dead letter with all its fields and its version; bytes that are not UTF-8 text are base64. */
export function deadLetterJson(letter: AnyDeadLetter): object {
  const { raw, original, ...rest } = letter
  const version = deadLetterVersion(letter)
  return { ...rest, version, ...deadLetterBytes('raw', raw), ...(original !== undefined && deadLetterBytes('original', original)) }
}

/** Version of a dead letter's record: equal for equal bytes in an equal form. 64 bits of a SHA-256, as hexadecimal text. */
export const deadLetterVersion = ({ raw, form = {} }: Pick<AnyDeadLetter, 'raw' | 'form'>): string =>
  createHash('sha256').update(JSON.stringify(form)).update('\n').update(raw).digest('hex').slice(0, 16)

/** `{ raw: text }`, or `{ rawBase64 }` for bytes that are not UTF-8 text, under another name if it is given one. */
export function deadLetterBytes(name: string, raw: string | Uint8Array): Record<string, string> {
  const text = utf8TextOf(raw)
  return text === undefined ? { [`${name}Base64`]: base64Of(raw) } : { [name]: text }
}

export function utf8TextOf(raw: string | Uint8Array): string | undefined {
  if (typeof raw === 'string') return raw
  return isUtf8(raw) ? Buffer.from(raw).toString('utf8') : undefined
}

export const base64Of = (raw: string | Uint8Array): string => Buffer.from(raw).toString('base64')
