/**
 * A data folder, opened for reading: the use cases over it, grouped by subject. A run may hold the folder.
 *
 * Results are plain data. A query sees what is committed when it is made, so two queries may see different states of a live folder.
 */
import type { PipelineIR } from '../define/ir/index.ts'
import type { StoredEffect } from '../log/index.ts'
import { type EffectCount, type EffectFilter, readDataFolder, type SqliteReader, withFolderReader } from '../log/sqlite/index.ts'
import {
  type FinishedReconciliation,
  lastReconciliation,
  reconcile,
  type ReconcileOptions,
  type ReconcileReport,
  reconcileTopic,
  reconciliationReport,
  reconciliationsIn,
  type ReconciliationRecord,
  type TopicReconcileOptions,
  type TopicReport,
} from '../reconcile/index.ts'
import type { FeaturesAt } from '../run/history/index.ts'
import { LOG_NAME } from '../run/index.ts'
import { FolderDeadLetters } from './dead-letters.ts'
import { FolderDecisions } from './decisions.ts'
import { featuresAsOf, type FeaturesAsOfQuery } from './search/features.ts'
import { type FolderLog, lastPipeline, type StoredPipeline } from './folder-log.ts'
import { FolderBackups } from './folder-backups.ts'
import { folderHealth, type FolderHealth, type FolderHealthOptions, type ObjectiveReports, readObjectiveReports } from './health.ts'
import { FolderBatchRuns, FolderReports } from './ledger-runs.ts'
import { driftOfModels, type DriftRequest, type ModelDrift } from './model-drift.ts'
import { RegisteredModels } from './models.ts'
import { FolderSeries } from './series.ts'
import { FolderAlerts } from './alerts.ts'

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
  readonly series: FolderSeries
  readonly backups: FolderBackups
  readonly alerts: FolderAlerts
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
    this.series = new FolderSeries(reader)
    this.backups = new FolderBackups(reader)
    this.alerts = new FolderAlerts(reader)
  }

  /** The pipeline that ran last in the folder; `undefined` if none has. */
  pipeline(): StoredPipeline | undefined {
    return lastPipeline(this.log)
  }

  /** The name of the log in ids of effects; `undefined` for a log that has none. */
  logName(): string | undefined {
    return this.log.get(LOG_NAME)
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

  /** Compares the recorded events of a source with its topic. Throws like `reconcileTopic`. */
  reconcileTopic(pipeline: Parameters<typeof reconcileTopic>[0], options: TopicReconcileOptions): Promise<TopicReport> {
    return reconcileTopic(pipeline, this.log, options)
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

/** The newest effects that match a filter, oldest first, and the numbers of all that match, by action and state. */
export interface EffectPage {
  readonly effects: readonly StoredEffect[]
  readonly counts: readonly EffectCount[]
}

/** The effects of one folder. */
class FolderEffects {
  readonly #effects: FolderLog['effects']

  constructor({ effects }: Pick<FolderLog, 'effects'>) {
    this.#effects = effects
  }

  /** Numbers of effects by action and state. Cost: a read of a maintained count. */
  counts({ action, state }: EffectFilter = {}): EffectCount[] {
    const isCounted = (count: EffectCount): boolean =>
      (action === undefined || count.action === action) && (state === undefined || count.state === state)
    return this.#effects.counts().filter(isCounted)
  }

  /** The newest `last` effects of an action or in a state. */
  newest({ action, state, last }: EffectFilter & { readonly last: number }): EffectPage {
    const counts = this.counts({ action, state })
    const effects: StoredEffect[] = []
    for (const effect of this.#effects.newestFirst({ action, state }, Math.min(last, PAGE_MAX))) if (effects.push(effect) >= last) break
    return { effects: effects.reverse(), counts }
  }

  /** The numbers of all effects of an action or in a state, oldest first. */
  numbers(filter: EffectFilter): number[] {
    return Array.from(this.#effects.newestFirst(filter, PAGE_MAX), ({ number }) => number).reverse()
  }

  /** An effect by its number. */
  byNumber(number: number): StoredEffect | undefined {
    return this.#effects.byNumber(number)
  }

  /** Number of the newest effect; 0 if there is none. */
  lastNumber(): number {
    return this.#effects.lastNumber()
  }
}

/** Most effects that are read from the store at once. */
const PAGE_MAX = 1000

/** A reconciliation with its report, if it has finished and the report is still stored. */
export interface ReportedReconciliation extends ReconciliationRecord {
  readonly report?: ReconcileReport
}

/** The reconciliations of one folder. */
class FolderReconciliations {
  readonly #log: Pick<FolderLog, 'get' | 'named'>

  constructor(log: Pick<FolderLog, 'get' | 'named'>) {
    this.#log = log
  }

  /** All stored reconciliations, oldest first. */
  list(): ReconciliationRecord[] {
    return reconciliationsIn(this.#log)
  }

  /** The last finished reconciliation. */
  last(): FinishedReconciliation | undefined {
    return lastReconciliation(this.#log)
  }

  /** A reconciliation by its number. */
  byNumber(number: number): ReportedReconciliation | undefined {
    const record = this.list().find(candidate => candidate.number === number)
    const report = record && reconciliationReport(this.#log, number)
    return record && { ...record, ...(report && { report }) }
  }
}
