/** What became of the records of one request, and the text of its answer. */
import { limits } from '../../base/limits.ts'
import type { Refusal } from '../../intake/refusal.ts'
import type { Receipt } from '../../run/ingest/appender.ts'
import { ServeError } from '../http/serve-error.ts'

export interface RefusedRecord {
  /** In an array, from 0. */
  readonly index?: number
  /** In NDJSON, from 1. */
  readonly line?: number
  readonly reason: string
  readonly detail: string
}

export class Outcome {
  #accepted = 0
  #duplicates = 0
  #refused = 0
  /** Where the log stood behind the last record that is durable. */
  #position: number
  readonly #numbered: 'index' | 'line' | 'alone'
  readonly #errors: RefusedRecord[] = []
  #repeats: number | undefined

  /** `position`: of the log, in case that there are no records. */
  constructor(numbered: 'index' | 'line' | 'alone', position: number) {
    this.#numbered = numbered
    this.#position = position
  }

  /** Keeps what is wrong with the first records that are refused. */
  readonly onRefused = ({ reason, detail, place }: Refusal): void => {
    if (this.#errors.length >= limits.HTTP_ERRORS_MAX) return
    // Places of HTTP end in the number of the record.
    const number = Number(/\d+$/.exec(place)?.[0])
    this.#errors.push({
      ...(this.#numbered === 'alone' ? {} : this.#numbered === 'index' ? { index: number - 1 } : { line: number }),
      reason,
      detail,
    })
  }

  add({ accepted, duplicates, refused, sequence, repeated }: Receipt): void {
    this.#accepted += accepted
    this.#duplicates += duplicates
    this.#refused += refused
    this.#position = sequence
    this.#repeats ??= repeated?.[0]
  }

  /** The entry of the log that the first duplicate repeats; where decisions were waited for. */
  get repeats(): number | undefined {
    return this.#repeats
  }

  /** Were there no records, as far as is known? */
  get isEmpty(): boolean {
    return this.#accepted + this.#duplicates + this.#refused === 0
  }

  /** Was all of it refused? */
  get isRefused(): boolean {
    return this.#refused > 0 && this.#accepted + this.#duplicates === 0
  }

  get firstError(): RefusedRecord | undefined {
    return this.#errors[0]
  }

  fields(): Record<string, unknown> {
    return {
      accepted: this.#accepted,
      duplicates: this.#duplicates,
      refused: this.#refused,
      position: this.#position,
      ...(this.#errors.length > 0 && { errors: this.#errors.toSorted((a, b) => placeIn(a) - placeIn(b)) }),
    }
  }

  text(): string {
    return JSON.stringify(this.fields())
  }
}

const placeIn = ({ index, line }: RefusedRecord): number => index ?? line ?? 0

/** What a client is told whose one record was refused. */
export function refused(outcome: Outcome): ServeError {
  const { reason, detail } = outcome.firstError!
  return new ServeError('SPILL_REFUSED', `refused as '${reason}': ${detail}; it is kept among the dead letters`, { more: outcome.fields() })
}
