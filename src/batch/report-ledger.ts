/** The ledger of reports: time, cut, definition, state and result of each report, as named values of the log's store. */
import { definitionOf } from '../base/index.ts'
import { createHash } from 'node:crypto'
import { isAbsolute, join } from 'node:path'
import { canonicalJson, withoutNotes, type PipelineIR, type ReportIR } from '../define/ir/index.ts'
import { groupReads, reportModel } from '../decision/index.ts'
import { jobRecordsIn, type JobRecord } from '../jobs/index.ts'
import type { NamedValues } from '../log/index.ts'
import { championAfter, promotionsOf } from '../training/registry/index.ts'
import { groupCode } from './group-definition.ts'
import { lastSwapBy, type BatchRunRecord } from './ledger.ts'

/** Result of a report. */
export interface ReportResult {
  /** Live keys, and rows: some or all of them. */
  readonly live: number
  readonly rows: number
  /** Was a group older than the freshness that the report accepts? */
  readonly stale: boolean
  /** SHA-256 of the rows, independent of the file format, hex. */
  readonly hash: string
  /** Size of the file, and its SHA-256, hex. */
  readonly bytes: number
  readonly sha256: string
  readonly seconds: number
}

/** One report run. */
export interface ReportRun extends JobRecord {
  readonly report: string
  /** Started by its schedule or on demand. */
  readonly why: 'schedule' | 'demand'
  /** As-of time, UTC ms: the report sees every event that had arrived by then. */
  readonly s: number
  /** The cut, a sequence number: no entry from it on had arrived by `s`. */
  readonly cut: number
  /** As-of time of the batch run behind each group placed batch; NULL before the first swap. */
  readonly runs: Readonly<Record<string, number | null>>
  /** Version that scored, of a trained model; absent if the definition's own score did. */
  readonly version?: number
  /** Fingerprint of the report and all that it reads, its model included: different codes may mean different rows. */
  readonly code: string
  readonly done?: ReportResult
  /** Path of the file, relative to the data folder unless absolute. */
  readonly file: string
}

/** Input of a report. With the log and the user functions it reproduces the report. */
export interface ReportJob extends Pick<ReportRun, 's' | 'cut' | 'runs' | 'version'> {
  readonly ir: PipelineIR
  readonly report: ReportIR
}

/** The part of a report run that reproduces it. */
export const reproducibleJob = ({ s, cut, runs, version }: ReportRun): Pick<ReportJob, 's' | 'cut' | 'runs' | 'version'> => ({
  s,
  cut,
  runs,
  ...(version !== undefined && { version }),
})

/** Report runs are stored under names that begin so. */
export const REPORT_RUNS = 'report/'

/** Report runs in the store, oldest first. */
export const reportRunsIn = (store: Pick<NamedValues, 'named'>): ReportRun[] => jobRecordsIn(store, REPORT_RUNS)

/** The path of a report file. */
export const reportRunPath = (data: string, { file }: Pick<ReportRun, 'file'>): string => (isAbsolute(file) ? file : join(data, file))

/** Fingerprint of a report: differs for definitions that could give other rows. Schedule, name and file do not enter it. */
export function reportCode(ir: PipelineIR, report: ReportIR): string {
  const { of, column, live, freshness, where, orderBy, limit } = report
  const model = reportModel(ir, report)
  const groups = groupReads(ir, model).map(({ group }) => group)
  const sources = ir.sources.filter(({ name }) => groups.some(({ source }) => source === name))
  const rows = { of, column, live, freshness, where, orderBy, limit }
  return createHash('sha256')
    .update(canonicalJson([rows, model.inputs, model.score, groups.map(withoutNotes), sources]))
    .digest('hex')
    .slice(0, 16)
}

/** The version that scored at `s`: the last usable version that was promoted by then. */
export function versionAt(values: NamedValues, ir: PipelineIR, { of }: ReportIR, s: number): { readonly version?: number } {
  const model = of.kind === 'model' ? ir.models.find(({ name }) => name === of.model) : undefined
  if (!model?.train) return {}
  const promotions = promotionsOf(values, model.name).filter(({ at }) => at <= s)
  const { champion } = championAfter(values, ir, model, promotions)
  return champion ? { version: champion.version } : {}
}

/**
 * By group placed batch that the report reads: the as-of time of the last run swapped in by `s`. NULL if that run is of another definition.
 */
export function batchRunsAt(ir: PipelineIR, report: ReportIR, runs: readonly BatchRunRecord[], s: number): Record<string, number | null> {
  const batch = new Set(
    groupReads(ir, reportModel(ir, report)).flatMap(({ group: { name, place } }) => (place.kind === 'batch' ? name : [])),
  )
  const used = [...batch].map((name): [string, number | null] => {
    const group = definitionOf(ir.groups, name)
    const source = definitionOf(ir.sources, group.source)
    const last = lastSwapBy(runs, name, s)
    return [name, last?.code === groupCode(group, source) ? last.s : null]
  })
  return Object.fromEntries(used)
}
