/** What the server needs of a run. `Run` is one; tests may have a smaller. */
import type { RunRecord } from '../../batch/ledger.ts'
import type { MadeReport } from '../../batch/report-ledger.ts'
import type { RecordBatch } from '../../intake/batch.ts'
import type { Receipt } from '../../run/ingest/appender.ts'
import type { Counts } from '../../run/loop/run-counters.ts'
import type { LiveAsk, LiveRow } from '../../run/groups/feature-reader.ts'
import type { RecordedDecision } from '../../run/decide/recorded-decision.ts'
import type { Stages } from '../../run/decide/stage-recorder.ts'
import type { Version } from '../../training/registry/version.ts'

export interface ServedRun {
  /** Resolves when what became of the records is durable; rejects if the run fails. */
  submit(source: string, batch: RecordBatch): Promise<Receipt>
  /** Resolves when there is room for more records. */
  room(): Promise<void>
  /** The decisions on records as soon as they are made, and what became of the records when that is durable. */
  decide(source: string, batch: RecordBatch): { decided: Promise<readonly RecordedDecision[]>; receipt: Promise<Receipt> }
  /** A decision as soon as it is made, and when it is durable. Throws `SPILL_INPUT` for fields that are not the request's. */
  ask(model: string, fields: unknown): { decided: Promise<RecordedDecision>; durable: Promise<RecordedDecision> }
  /** What `make` makes of the features of each key. Throws `SPILL_INPUT` for a key that is none of its columns' types. */
  features?<T>(asks: readonly LiveAsk[], make: (row: LiveRow) => T): T[]
  /** Makes a batch run of a group; resolves with what it did once its result is in use. */
  readonly batch?: (group: string) => Promise<RunRecord>
  /** Trains a model; resolves with the version that came of it. */
  readonly train?: (model: string) => Promise<Version>
  /** Lets a version score, 0 for the score of the definition; resolves when that is in the log. */
  readonly promote?: (model: string, version: number, why: string) => Promise<void>
  /** Makes a report now; resolves with what was made once it is written. */
  readonly report?: (name: string) => Promise<MadeReport>
  /** The sequence number of the log's next entry. */
  readonly end: number
  /** Records that wait for their turn. */
  readonly waiting: number
  readonly isHeldBack: boolean
  readonly counts: Counts
  /** What was measured of decisions and is not in the store yet. */
  readonly stages?: Pick<Stages, 'gathered'>
  /** Resolves when the run has stopped, rejects if it has failed. */
  readonly ended: Promise<void>
}
