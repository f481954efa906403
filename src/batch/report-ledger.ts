/**
 * The ledger of reports: what was made, of which time, on which cut, with which code, and what came of it. Each is a named value of the log's store.
 */
import { createHash } from 'node:crypto'
import { isAbsolute, join } from 'node:path'
import { canonicalJson, withoutNotes } from '../define/ir/fingerprint.ts'
import { groupReads } from '../decision/reads.ts'
import { reportModel } from '../decision/report-model.ts'
import type { PipelineIR, ReportIR } from '../define/ir/ir.ts'
import type { StoredLog } from '../log/store.ts'
import { scorerAfter } from '../training/registry/champion.ts'
import { promotionsOf, type NamedValues } from '../training/registry/registry.ts'
import { codeOf } from './code.ts'
import { swappedBy, type RunRecord } from './ledger.ts'

/** What making a report gave. */
export interface ReportDone {
  /** Keys that were live, and rows, which are some of them or all. */
  readonly live: number
  readonly rows: number
  /** Was what was known of a group older than the report accepts? */
  readonly stale: boolean
  /** SHA-256 of the rows, whatever file they stand in, hex. */
  readonly hash: string
  /** Of the file, and its SHA-256, hex. */
  readonly bytes: number
  readonly sha256: string
  readonly seconds: number
}

export interface MadeReport {
  /** Counts all reports from 1. */
  readonly number: number
  readonly report: string
  /** On its schedule, or since somebody asked. */
  readonly why: 'schedule' | 'demand'
  /** The time that it is of, UTC ms: everything that had arrived by then. */
  readonly s: number
  /** The cut: no entry of the log from here on had arrived by `s`. */
  readonly cut: number
  /** Of each group placed batch, the time of the run that it was read as of; NULL where none had been swapped in. */
  readonly runs: Readonly<Record<string, number | null>>
  /** Of a model that is trained, the version that scored at that time; absent where the score was that of its definition. */
  readonly version?: number
  /** Of the definitions of the report and of what it reads, its model among it: two of other codes may have other rows. */
  readonly code: string
  /** When it was begun and when it was done, UTC ms by the wall clock. */
  readonly began: number
  readonly ended?: number
  /** One that is `running` in a log that nobody runs was broken off. */
  readonly state: 'running' | 'done' | 'failed' | 'broken off'
  readonly error?: string
  readonly done?: ReportDone
  /** Where it was written: a path, from the data folder unless it begins at the root. */
  readonly file: string
}

/** What makes a report again: with the log and the user's functions that is enough. */
export interface ReportJob extends Pick<MadeReport, 's' | 'cut' | 'runs' | 'version'> {
  readonly ir: PipelineIR
  readonly report: ReportIR
}

/** What of a report makes it again. */
export const jobOf = ({ s, cut, runs, version }: MadeReport): Pick<ReportJob, 's' | 'cut' | 'runs' | 'version'> => ({
  s,
  cut,
  runs,
  ...(version !== undefined && { version }),
})

const PREFIX = 'report/'
const DIGITS = 10

export const reportEntry = (number: number): string => `${PREFIX}${String(number).padStart(DIGITS, '0')}`

/** All that are kept, the oldest first. */
export const reportsIn = (store: Pick<StoredLog, 'named'>): MadeReport[] =>
  store.named(PREFIX).map(([, text]) => JSON.parse(text) as MadeReport)

export const fileOf = (data: string, { file }: Pick<MadeReport, 'file'>): string => (isAbsolute(file) ? file : join(data, file))

/** Tells definitions apart that could give other rows. When a report is made, what it is called and where it goes does not matter. */
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

/** What scored at `s`: the last version that was promoted by then and can. */
export function versionUsed(values: NamedValues, ir: PipelineIR, { of }: ReportIR, s: number): { readonly version?: number } {
  const model = of.kind === 'model' ? ir.models.find(({ name }) => name === of.model) : undefined
  if (!model?.train) return {}
  const promotions = promotionsOf(values, model.name).filter(({ at }) => at <= s)
  const { champion } = scorerAfter(values, ir, model, promotions)
  return champion ? { version: champion.version } : {}
}

/** Of each group placed batch that a report reads, the time of the run that a decision at `s` was read as of: the last that had been swapped in, if it was of today's definition. */
export function runsUsed(ir: PipelineIR, report: ReportIR, runs: readonly RunRecord[], s: number): Record<string, number | null> {
  const batch = new Set(
    groupReads(ir, reportModel(ir, report)).flatMap(({ group: { name, place } }) => (place.kind === 'batch' ? name : [])),
  )
  const used = [...batch].map((name): [string, number | null] => {
    const group = ir.groups.find(one => one.name === name)!
    const source = ir.sources.find(one => one.name === group.source)!
    const last = swappedBy(runs, name, s)
    return [name, last?.code === codeOf(group, source) ? last.s : null]
  })
  return Object.fromEntries(used)
}
