/** The result of a request that sends records: counts, rejected records, and the fields of its answer. */
import { limits } from '../../base/index.ts'
import { logStartOf, type NamedValues } from '../../log/index.ts'
import type { Rejection } from '../../intake/index.ts'
import type { IngestCounts } from '../http/served-run.ts'
import { ServeError } from '../http/serve-error.ts'

/** A rejected record of a request. */
export interface RejectedRecord {
  /** Index in an array, from 0. */
  readonly index?: number
  /** Line of NDJSON, from 1. */
  readonly line?: number
  readonly reason: string
  readonly detail: string
}

/** Counts of one request, over several receipts. */
export class IngestResult {
  #accepted = 0
  #duplicates = 0
  #rejected = 0
  /** Sequence number of the next entry of the log, after the last durable record. */
  #sequence: number | undefined
  readonly #numbered: 'index' | 'line' | 'alone'
  readonly #errors: RejectedRecord[] = []
  #original: number | undefined

  /** `sequence` is that of the log, for a request without records; undefined without a log. */
  constructor(numbered: 'index' | 'line' | 'alone', sequence: number | undefined) {
    this.#numbered = numbered
    this.#sequence = sequence
  }

  /** Keeps the reasons of the first rejected records. */
  readonly onRejected = ({ reason, detail, place }: Rejection): void => {
    if (this.#errors.length >= limits.HTTP_ERRORS_MAX) return
    // A place in an HTTP body ends with the number of its record.
    const number = Number(/\d+$/.exec(place)?.[0])
    this.#errors.push({
      ...(this.#numbered === 'alone' ? {} : this.#numbered === 'index' ? { index: number - 1 } : { line: number }),
      reason,
      detail,
    })
  }

  add({ accepted, duplicates, rejected, sequence, repeated }: IngestCounts): void {
    this.#accepted += accepted
    this.#duplicates += duplicates
    this.#rejected += rejected
    this.#sequence = sequence
    this.#original ??= repeated?.[0]
  }

  /** The log entry of which the first duplicate is a copy; for requests that wait for decisions. */
  get originalEntry(): number | undefined {
    return this.#original
  }

  /** Has no record been counted yet? */
  get isEmpty(): boolean {
    return this.#accepted + this.#duplicates + this.#rejected === 0
  }

  /** Were all records rejected? */
  get isRejected(): boolean {
    return this.#rejected > 0 && this.#accepted + this.#duplicates === 0
  }

  get firstError(): RejectedRecord | undefined {
    return this.#errors[0]
  }

  fields(): Record<string, unknown> {
    return {
      accepted: this.#accepted,
      duplicates: this.#duplicates,
      rejected: this.#rejected,
      sequence: this.#sequence,
      ...(this.#errors.length > 0 && { errors: this.#errors.toSorted((a, b) => placeIn(a) - placeIn(b)) }),
    }
  }

  toJson(): string {
    return JSON.stringify(this.fields())
  }
}

const placeIn = ({ index, line }: RejectedRecord): number => index ?? line ?? 0

/** The error for a client whose only record was rejected. */
export function rejectedRecordError(outcome: IngestResult): ServeError {
  const { reason, detail } = outcome.firstError!
  return new ServeError('SPILL_REJECTED', `rejected as '${reason}': ${detail}; it is kept among the dead letters`, {
    more: outcome.fields(),
  })
}

/** Fields of an answer for a duplicate event: the log entry of the original, and why no decision on it is recorded, if none is. */
export interface DuplicateFields {
  readonly repeats?: number
  readonly undecided?: string
}

/** The fields for a duplicate of `entry`, of which `decided` decisions are recorded; empty if `entry` is undefined. */
export function duplicateFields(entry: number | undefined, decided: number, log: Pick<NamedValues, 'get'>): DuplicateFields {
  if (entry === undefined || decided > 0) return entry === undefined ? {} : { repeats: entry }
  const isForgotten = entry < logStartOf(log).entry
  const undecided = isForgotten
    ? 'the original event was forgotten (--keep), with the decisions on it'
    : 'no decision was made on the original event'
  return { repeats: entry, undecided }
}
