/** The part of a run that the server uses. `Run` implements it; tests may use a smaller object. */
import type { BatchRunRecord, ReportRun } from '../../batch/index.ts'
import type { TraceContext } from '../../base/index.ts'
import type { RecordBatch } from '../../intake/index.ts'
import type { IngestReceipt, IdRoom, RunCounters, FeatureQuery, ServedFeatureRow } from '../../run/index.ts'
import type { RecordedDecision, StageRecorder } from '../../run/decide/index.ts'
import type { ModelVersion } from '../../training/registry/index.ts'

/** The counts of records that are durable. A gate has no log, and so no sequence number. */
export type IngestCounts = Pick<IngestReceipt, 'accepted' | 'duplicates' | 'rejected'> &
  Partial<Pick<IngestReceipt, 'sequence' | 'repeated'>>

/** The part of a run, or of a gate, that takes events. */
export interface IngestTarget extends Pick<ServedRun, 'whenRoom' | 'waiting' | 'isHeldBack' | 'idRooms'> {
  submit(source: string, batch: RecordBatch): Promise<IngestCounts>
  readonly end?: number
}

/** The operations and counts of a run that the server uses. */
export interface ServedRun {
  /** Appends records to a source. Resolves when their receipt is durable; rejects if the run fails. */
  submit(source: string, batch: RecordBatch): Promise<IngestReceipt>
  /** Resolves when there is room for more records. */
  whenRoom(): Promise<void>
  /** As `submit`, with the decisions on the records as soon as they are made. */
  decide(source: string, batch: RecordBatch): { decided: Promise<readonly RecordedDecision[]>; receipt: Promise<IngestReceipt> }
  /** Requests a decision: as soon as it is made, and when it is durable. Throws `SPILL_INPUT` for invalid fields. */
  requestDecision(
    model: string,
    fields: unknown,
    trace?: TraceContext,
  ): { decided: Promise<RecordedDecision>; durable: Promise<RecordedDecision> }
  /** Reads the features of keys, each mapped by `make`. Throws `SPILL_KEY` for a key of the wrong type. */
  features?<T>(queries: readonly FeatureQuery[], make: (row: ServedFeatureRow) => T): T[]
  /** Runs a batch run of a group. Resolves with its record once its result is in use. */
  readonly batch?: (group: string) => Promise<BatchRunRecord>
  /** Trains a model. Resolves with the new version. */
  readonly train?: (model: string) => Promise<ModelVersion>
  /** Makes a report now. Resolves with its record once the file is written. */
  readonly report?: (name: string) => Promise<ReportRun>
  /** The sequence number of the log's next entry. */
  readonly end: number
  /** Records that wait for their turn. */
  readonly waiting: number
  /** Room for more ids of a source: one for each index of its ids; empty if its events have none. */
  idRooms(source: string): readonly IdRoom[]
  /** The run accepts no records: as many ids as it can remember are within `dedupe`. */
  readonly isHeldBack: boolean
  readonly counts: RunCounters
  /** Stage times of decisions that are not in the store yet. */
  readonly stages?: Pick<StageRecorder, 'gathered'>
  /** The newest event of each source. */
  readonly freshness?: { readonly ingestion: readonly { readonly source: string; readonly arrival: number }[] }
  /** Resolves when the run has stopped, rejects if it has failed. */
  readonly ended: Promise<void>
}
