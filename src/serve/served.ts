/** What the server needs of a run. `Run` is one; tests may have a smaller. */
import type { FeatureValue } from '../decision/feature-value.ts'
import type { RecordBatch } from '../intake/batch.ts'
import type { Receipt } from '../run/appender.ts'
import type { Counts } from '../run/counts.ts'
import type { RecordedDecision } from '../run/recorded.ts'

export interface FeaturesAsk {
  readonly group: string
  /** A text for each key column. */
  readonly key: readonly string[]
}

/** The features of one key as a run has them now. */
export interface LiveFeatures {
  readonly group: string
  readonly key: Readonly<Record<string, string>> | readonly string[]
  /** When they were asked for, UTC ms. */
  readonly t: number
  /** The clock that the values are of; NULL before the first run of a schedule. */
  readonly clock: number | null
  /** How many events of the group's source are known there. */
  readonly known: number
  readonly layer: string
  /** `t − clock`. */
  readonly ageMs: number | null
  /** Why the values are not what the definition promises, if they are not. */
  readonly degraded?: string
  readonly features: Readonly<Record<string, FeatureValue>>
}

export interface ServedRun {
  /** Resolves when what became of the records is durable; rejects if the run fails. */
  submit(source: string, batch: RecordBatch): Promise<Receipt>
  /** Resolves when there is room for more records. */
  room(): Promise<void>
  /** Resolves with the decision when it is durable. Rejects with `SPILL_INPUT` for fields that are not the request's. */
  request(model: string, fields: unknown): Promise<RecordedDecision>
  /** Throws `SPILL_INPUT` for a key that is none of its columns' types. */
  features?(asks: readonly FeaturesAsk[]): readonly LiveFeatures[]
  /** The sequence number of the log's next entry. */
  readonly end: number
  /** Records that wait for their turn. */
  readonly waiting: number
  readonly isHeldBack: boolean
  readonly counts: Counts
  /** Resolves when the run has stopped, rejects if it has failed. */
  readonly ended: Promise<void>
}
