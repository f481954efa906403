/**
 * A data folder, opened for reading: the use cases over it, grouped by subject. A run may hold the folder.
 *
 * Results are plain data. A query sees what is committed when it is made, so two queries may see different states of a live folder.
 */
import type { PipelineIR } from '../define/ir/index.ts'
import { readDataFolder, withFolderReader, type SqliteReader } from '../log/sqlite/index.ts'
import { reconcile, type ReconcileOptions, type ReconcileReport } from '../reconcile/index.ts'
import { FolderBatchRuns } from './batch-runs.ts'
import { FolderDeadLetters } from './dead-letters.ts'
import { FolderDecisions } from './decisions.ts'
import { FolderEffects } from './effects.ts'
import { featuresAsOf, type FeaturesAsOfQuery } from './features.ts'
import type { FolderLog } from './folder-log.ts'
import { folderHealth, type FolderHealth, type FolderHealthOptions } from './health.ts'
import { lastPipeline, type StoredPipeline } from './last-pipeline.ts'
import { driftOfModels, type DriftRequest, type ModelDrift } from './model-drift.ts'
import { RegisteredModels } from './models.ts'
import { readObjectiveReports, type ObjectiveReports } from './objectives.ts'
import { FolderReconciliations } from './reconciliations.ts'
import { FolderReports } from './reports.ts'
import type { FeaturesAt } from '../run/history/index.ts'

/**
 * The use cases over one data folder.
 *
 * @example
 * ```ts
 * const folder = openFolder('.spillway')
 * const { decisions } = await folder.decisions.find({ model: 'fraud', last: 10 })
 * folder.close()
 * ```
 */
export class FolderView {
  readonly path: string
  /** The committed log, for use cases that read events or all decisions of a model. */
  readonly log: FolderLog
  readonly decisions: FolderDecisions
  readonly deadLetters: FolderDeadLetters
  readonly effects: FolderEffects
  readonly batchRuns: FolderBatchRuns
  readonly models: RegisteredModels
  readonly reports: FolderReports
  readonly reconciliations: FolderReconciliations
  readonly #reader: SqliteReader

  /** Wraps a reader, which `close` closes. */
  constructor(path: string, reader: SqliteReader) {
    this.path = path
    this.#reader = reader
    this.log = reader
    this.decisions = new FolderDecisions(reader)
    this.deadLetters = new FolderDeadLetters(reader)
    this.effects = new FolderEffects(reader)
    this.batchRuns = new FolderBatchRuns(reader, path)
    this.models = new RegisteredModels(reader)
    this.reports = new FolderReports(reader, path)
    this.reconciliations = new FolderReconciliations(reader)
  }

  /** The pipeline that ran last in the folder; `undefined` if none has. */
  pipeline(): StoredPipeline | undefined {
    return lastPipeline(this.log)
  }

  /** Features of a key, as of now or of a past time. Throws like `featuresAsOf`. */
  features(ir: PipelineIR, query: FeaturesAsOfQuery): FeaturesAt[] {
    return featuresAsOf(ir, this.log, query)
  }

  /** Drift of the models that have decisions. Cost: reads all recorded decisions of each model. Throws like `driftOfModels`. */
  drift(ir: PipelineIR, request: DriftRequest): Promise<ModelDrift[]> {
    return driftOfModels(ir, this.log, request)
  }

  /** Recomputes recorded decisions in SQL over the same log, and explains every mismatch. Throws like `reconcile`. */
  reconcile(pipeline: { readonly ir: PipelineIR; readonly fingerprint: string }, options: ReconcileOptions = {}): Promise<ReconcileReport> {
    return reconcile(pipeline, this.log, options)
  }

  /** Freshness objectives, with the recent decisions that met them. */
  objectives(): ObjectiveReports {
    return readObjectiveReports(this.path, this.log)
  }

  /** The contents of the folder, and its damage. Cost: two segments and the counts of the store; with `verify` the whole log. */
  health(options: FolderHealthOptions = {}): FolderHealth {
    return folderHealth(this.path, this.log, options)
  }

  /** Releases the folder's files. No query may follow. */
  close(): void {
    this.#reader.close()
  }
}

/**
 * Opens a data folder for reading. Call `close` at the end.
 *
 * @throws `SPILL_STORE` for a path that is no data folder; `SPILL_DATA` for an unreadable log.
 */
export const openFolder = (path: string): FolderView => new FolderView(path, readDataFolder(path))

/** Calls `use` with an open folder, and closes it. Throws as `openFolder` does, and `SPILL_DATA` if a query finds the file unreadable. */
export const withFolder = <T>(path: string, use: (folder: FolderView) => T | Promise<T>): Promise<T> =>
  withFolderReader(path, reader => use(new FolderView(path, reader)))
