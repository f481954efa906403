/**
 * Reports of a data folder: the ledger of its runs, the file of each, and their recomputation.
 *
 * A report is a function of the log, so different rows mean a changed log or changed definitions.
 */
import { existsSync } from 'node:fs'
import { unknownNameError, SpillwayError } from '../base/index.ts'
import { runToEnd } from './run-to-end.ts'
import {
  batchRunsIn,
  reportTable,
  batchRunsAt,
  reportCode,
  reportRunPath,
  reportRunsIn,
  reproducibleJob,
  versionAt,
  type ReportJob,
  type ReportResult,
  type ReportRun,
} from '../batch/index.ts'
import { type ScoringDefinitions, reportModel, type ReportTable } from '../decision/index.ts'
import { isExternalScore, type ReportIR } from '../define/ir/index.ts'
import { fileChecksum } from '../files/index.ts'
import { hashReportRows } from '../replay/index.ts'
import type { FolderLog } from './folder-log.ts'
import { lastPipeline } from './last-pipeline.ts'

/** Current state of a report's file. */
export type ReportFileState = 'the same' | 'gone' | 'replaced by a later report' | 'another'

/** A recomputed report: hashes of its rows then and now, and the state of its file. */
export interface RecomputedReport {
  readonly number: number
  readonly was: string
  readonly is: string
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
    if (!pipeline) throw new SpillwayError('SPILL_INPUT', 'no pipeline has run in this folder; name one: --pipeline FILE')
    return { ir: pipeline.ir, scores: new Map() }
  }

  /**
   * Recomputes a report from the log.
   *
   * @throws `SPILL_NOT_FOUND` for an unknown report; `SPILL_CONFLICT` for an unfinished one, and if its definition has changed since.
   */
  async recompute(number: number, definitions: ScoringDefinitions): Promise<RecomputedReport> {
    const all = this.list()
    const record = all.find(candidate => candidate.number === number)
    if (!record) throw new SpillwayError('SPILL_NOT_FOUND', `there is no report ${number}`)
    if (!record.done) throw new SpillwayError('SPILL_CONFLICT', `report ${number} is ${record.state}`)
    const { ir } = definitions
    const report = ir.reports?.find(({ name }) => name === record.report)
    if (!report || reportCode(ir, report) !== record.code)
      throw new SpillwayError('SPILL_CONFLICT', `report '${record.report}' or a definition that it reads has changed since`)
    const is = hashReportRows(this.#tableOf(definitions, { ir, report, ...reproducibleJob(record) }))
    return { number, was: record.done.hash, is, file: await this.#fileState(all, record, record.done) }
  }

  /**
   * Computes a report as of `at`, UTC ms; by default the last ingestion time.
   *
   * @throws `SPILL_NOT_FOUND` for an unknown report, `SPILL_HISTORY` for an empty log.
   */
  compute(name: string, definitions: ScoringDefinitions, at?: number): ComputedReport {
    const { ir } = definitions
    const report = ir.reports?.find(candidate => candidate.name === name)
    if (!report) {
      const names = (ir.reports ?? []).map(candidate => candidate.name)
      throw unknownNameError(ir.name, 'report', name, names)
    }
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
        `report '${job.report.name}' is of model '${name}', whose score is in your own files alone; name the pipeline's: --pipeline FILE`,
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
