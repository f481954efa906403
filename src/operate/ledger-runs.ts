/**
 * Batch runs and reports of a data folder, from the ledgers beside its log, and their recomputation.
 *
 * A batch run and a report are functions of the log, so a different hash means a changed log or changed definitions.
 */
import { existsSync } from 'node:fs'
import { definitionOf, didYouMean, requireDefinition, SpillwayError } from '../base/index.ts'
import {
  type BatchRunDue,
  batchRunDueOf,
  batchRunsAt,
  batchRunsIn,
  type BatchRunRecord,
  computeParts,
  groupCode,
  partsIn,
  reportCode,
  type ReportJob,
  type ReportResult,
  type ReportRun,
  reportRunPath,
  reportRunsIn,
  reportTable,
  reproducibleJob,
  totalsOf,
  versionAt,
} from '../batch/index.ts'
import { reportModel, type ReportTable, type ScoringDefinitions } from '../decision/index.ts'
import { type GroupIR, isExternalScore, type ReportIR, type SourceIR } from '../define/ir/index.ts'
import { fileChecksum } from '../files/index.ts'
import { isFolderHeld } from '../log/sqlite/index.ts'
import { hashReportRows } from '../replay/index.ts'
import { type FolderLog, lastPipeline } from './folder-log.ts'

/** A batch run as it stands. */
export interface ListedBatchRun {
  readonly record: BatchRunRecord
  /** Computed parts, and the number of parts that the run needs; absent without a computed part. */
  readonly parts?: { readonly done: number; readonly of: number }
  /** True if the run is unfinished and no process holds the folder: the next process resumes it. */
  readonly isInterrupted: boolean
}

/** A recomputed batch run: hashes of its values then and now. */
export interface RecomputedBatchRun {
  readonly number: number
  readonly recordedHash: string
  readonly recomputedHash: string
}

/** The batch runs of one folder. */
export class FolderBatchRuns {
  readonly #log: FolderLog
  readonly #path: string
  /** The schedules of groups: an object of them continues where it was last asked. */
  readonly #dueOf = new WeakMap<GroupIR, ReturnType<typeof batchRunDueOf>>()

  constructor(log: FolderLog, path: string) {
    this.#log = log
    this.#path = path
  }

  /** All batch runs in the ledger, oldest first; of one group if it is given. */
  list(group?: string): BatchRunRecord[] {
    return batchRunsIn(this.#log).filter(record => group === undefined || record.group === group)
  }

  /** The newest `last` batch runs with their progress. Throws `SPILL_NOT_FOUND` for a group without batch runs. */
  newest({ group, last }: { readonly group?: string | undefined; readonly last: number }): ListedBatchRun[] {
    const records = this.list(group)
    if (group !== undefined && records.length === 0) this.#checkGroup(group)
    const isHeld = isFolderHeld(this.#path)
    return records.slice(-last).map(record => {
      const parts = partsIn(this.#log, record.number)
      const [part] = parts.values()
      const isInterrupted = record.state === 'running' && !isHeld
      return { record, ...(part && { parts: { done: parts.size, of: part.of } }), isInterrupted }
    })
  }

  /** When the batch runs of these groups are due, by the ledger and `now`, UTC ms. Groups without batch runs are left out. */
  dueTimes(groups: readonly GroupIR[], sources: readonly SourceIR[], now: number): BatchRunDue[] {
    const runs = this.list()
    return groups.flatMap(group => {
      const dueOf = this.#dueOf.get(group) ?? batchRunDueOf(group, definitionOf(sources, group.source))
      this.#dueOf.set(group, dueOf)
      return dueOf ? [dueOf(runs, now)] : []
    })
  }

  /** Names of the feature groups with batch runs, in the pipeline that ran last. */
  groups(): string[] {
    const groups = lastPipeline(this.#log)?.ir.groups ?? []
    return groups.filter(({ place: { kind } }) => kind === 'batch' || kind === 'hybrid').map(({ name }) => name)
  }

  /**
   * Recomputes a batch run from the log. A batch run is a function of the log, so a different hash means a changed log.
   *
   * @throws `SPILL_NOT_FOUND` for an unknown run; `SPILL_PRECONDITION` for an unfinished one, and if the group's definition has changed since.
   */
  recompute(number: number): RecomputedBatchRun {
    const record = this.list().find(candidate => candidate.number === number)
    if (!record) throw new SpillwayError('SPILL_NOT_FOUND', `there is no batch run ${number}; spillway runs lists them`)
    const { done } = record
    if (!done) throw new SpillwayError('SPILL_PRECONDITION', `run ${number} is ${record.state}: there is nothing to compare with`)
    return { number, recordedHash: done.hash, recomputedHash: this.#recomputedHash(record, done.partitions) }
  }

  #recomputedHash({ group: name, code, s: asOf, cut }: BatchRunRecord, partitions: number): string {
    const { ir } = lastPipeline(this.#log)!
    const group = ir.groups.find(candidate => candidate.name === name)
    const source = group && ir.sources.find(candidate => candidate.name === group.source)
    if (!group || !source || groupCode(group, source) !== code)
      throw new SpillwayError('SPILL_PRECONDITION', `the definition of group '${name}' has changed since that run`)
    return totalsOf(runToEnd(computeParts(this.#log, { group, source, sources: ir.sources, asOf, cut, partitions }))).hash
  }

  #checkGroup(group: string): void {
    const groups = this.groups()
    if (!groups.includes(group))
      throw new SpillwayError('SPILL_NOT_FOUND', `there are no batch runs of a group '${group}'${didYouMean(group, groups)}`)
  }
}

/** Current state of a report's file. */
export type ReportFileState = 'the same' | 'gone' | 'replaced by a later report' | 'another'

/** A recomputed report: hashes of its rows then and now, and the state of its file. */
export interface RecomputedReport {
  readonly number: number
  readonly recordedHash: string
  readonly recomputedHash: string
  readonly file: ReportFileState
}

/** A report that was computed on request, without a record in the ledger. */
export interface ComputedReport {
  readonly report: ReportIR
  readonly table: ReportTable
  /** As-of time, UTC ms. */
  readonly s: number
  /** Last ingestion time of the log, UTC ms; events up to `s` may still arrive if it is earlier. */
  readonly lastArrival: number
}

/** The newest finished run of a report. */
export interface LatestReport {
  readonly record: ReportRun
  readonly path: string
  /** False if the file was deleted. */
  readonly exists: boolean
}

/** The reports of one folder. */
export class FolderReports {
  readonly #log: FolderLog
  readonly #path: string

  constructor(log: FolderLog, path: string) {
    this.#log = log
    this.#path = path
  }

  /** All report runs in the ledger, oldest first; of one report if it is given. */
  list(report?: string): ReportRun[] {
    return reportRunsIn(this.#log).filter(record => report === undefined || record.report === report)
  }

  /** The newest finished run of a report. */
  latest(report: string): LatestReport | undefined {
    const record = this.list(report).findLast(({ state }) => state === 'done')
    if (!record) return undefined
    const path = reportRunPath(this.#path, record)
    return { record, path, exists: existsSync(path) }
  }

  /** The definitions of the pipeline that ran last, without the functions of the user. Throws `SPILL_INPUT` if none has run. */
  definitions(): ScoringDefinitions {
    const pipeline = lastPipeline(this.#log)
    if (!pipeline) throw new SpillwayError('SPILL_INPUT', 'no pipeline has run in this folder; name one: spillway reports PIPELINE …')
    return { ir: pipeline.ir, scores: new Map() }
  }

  /**
   * Recomputes a report from the log.
   *
   * @throws `SPILL_NOT_FOUND` for an unknown report; `SPILL_PRECONDITION` for an unfinished one, and if its definition has changed since.
   */
  async recompute(number: number, definitions: ScoringDefinitions): Promise<RecomputedReport> {
    const all = this.list()
    const record = all.find(candidate => candidate.number === number)
    if (!record) throw new SpillwayError('SPILL_NOT_FOUND', `there is no report ${number}`)
    if (!record.done) throw new SpillwayError('SPILL_PRECONDITION', `report ${number} is ${record.state}`)
    const { ir } = definitions
    const report = ir.reports?.find(({ name }) => name === record.report)
    if (!report || reportCode(ir, report) !== record.code)
      throw new SpillwayError('SPILL_PRECONDITION', `report '${record.report}' or a definition that it reads has changed since`)
    const recomputedHash = hashReportRows(this.#tableOf(definitions, { ir, report, ...reproducibleJob(record) }))
    return { number, recordedHash: record.done.hash, recomputedHash, file: await this.#fileState(all, record, record.done) }
  }

  /**
   * Computes a report as of `at`, UTC ms; by default the last ingestion time.
   *
   * @throws `SPILL_NOT_FOUND` for an unknown report, `SPILL_HISTORY` for an empty log.
   */
  compute(name: string, definitions: ScoringDefinitions, at?: number): ComputedReport {
    const { ir } = definitions
    const report = requireDefinition(ir.name, 'report', ir.reports ?? [], name)
    const last = this.#log.lastSegment()
    if (!last) throw new SpillwayError('SPILL_HISTORY', 'the log is empty, and there is nothing to report')
    const s = at ?? last.arrival
    const runs = batchRunsIn(this.#log)
    const used = Object.entries(batchRunsAt(ir, report, runs, s)).filter(([group]) => runs.some(run => run.group === group))
    const job = { s, cut: last.first + last.entries, runs: Object.fromEntries(used), ...versionAt(this.#log, ir, report, s) }
    return { report, table: this.#tableOf(definitions, { ir, report, ...job }), s, lastArrival: last.arrival }
  }

  /** Throws `SPILL_INPUT` if the score is a function of the user that the definitions lack. */
  #tableOf({ ir, scores }: ScoringDefinitions, job: ReportJob): ReportTable {
    const { name, score } = reportModel(ir, job.report)
    if (isExternalScore(score) && job.version === undefined && !scores.has(name))
      throw new SpillwayError(
        'SPILL_INPUT',
        `report '${job.report.name}' is of model '${name}', whose score is in your own files alone; name the file of the pipeline: spillway reports PIPELINE …`,
      )
    return runToEnd(reportTable(this.#log, job, scores))
  }

  async #fileState(all: readonly ReportRun[], record: ReportRun, { sha256 }: ReportResult): Promise<ReportFileState> {
    const path = reportRunPath(this.#path, record)
    if (!existsSync(path)) return 'gone'
    if ((await fileChecksum(path)).sha256 === sha256) return 'the same'
    return all.some(other => other.number > record.number && other.done && reportRunPath(this.#path, other) === path)
      ? 'replaced by a later report'
      : 'another'
  }
}

/** Runs a generator to its end at once, and returns its result; what it yields is dropped. */
function runToEnd<R>(steps: Generator<unknown, R>): R {
  for (let next = steps.next(); ; next = steps.next()) if (next.done) return next.value
}
