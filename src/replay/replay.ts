import { stopwatch } from '../base/index.ts'
import type { ColumnData } from '../columns/index.ts'
import type { ReportTable, ScoringDefinitions } from '../decision/index.ts'
import type { ModelIR, PipelineIR, ReportIR } from '../define/ir/index.ts'
import type { SourceHistory, HistoryCounts, SourceRejection } from '../intake/index.ts'
import { decide, decisionPointsOf, throwNoRequests, type DecisionBatch } from './decide.ts'
import { DECISIONS_PER_BATCH } from './decision-points.ts'
import { label, type LabelCounts, type Labels } from './label.ts'
import { load, type LoadablePipeline, type SourceFile } from './load.ts'
import type { ReplayLog } from './log.ts'
import { reports } from './report.ts'
import { labelledColumn } from '../define/model/index.ts'
import { unmatchedLabel } from './unmatched-label.ts'

/** The parts of a pipeline that a replay needs: its IR, its maps, the user's functions and ONNX files. */
export interface Replayable extends LoadablePipeline, ScoringDefinitions {
  readonly fingerprint: string
}

/** Options of `replay`. */
export interface ReplayOptions {
  readonly files: readonly SourceFile[]
  /** Only these models, by name. */
  readonly models?: readonly string[]
  /** Receives every batch of decisions; the next batch is made when it resolves. */
  readonly onDecisions?: (batch: DecisionBatch, log: Pick<ReplayLog, 'strings'>) => void | Promise<void>
  /** Receives the labels of all decisions of a model after its last decision, if the model has a label whose source was loaded. */
  readonly onLabels?: (model: string, labels: Labels) => void
  /** Receives every report, in the order of their definitions and of their times; without it no report is made. */
  readonly onReport?: (report: ReportIR, table: ReportTable) => void | Promise<void>
  /** Receives the merged log before the first decision. */
  readonly onLoaded?: (log: ReplayLog) => void
  /** Receives each rejected record; a record that could not be decoded comes once per source that its file feeds. */
  readonly onRejected?: (rejection: SourceRejection) => void
  readonly onWarning?: (warning: string) => void
  /** Receives the current stage, and the share of it that is done, 0 to 1. */
  readonly onProgress?: (stage: string, share: number) => void
}

/** Counts of one model's decisions. */
export interface ModelSummary {
  readonly model: string
  decisions: number
  /** Decisions with a score. */
  scored: number
  /** Decisions whose score is NULL because an input is. */
  unscored: number
  /** Decisions that could not be made, because of a limit or a failure of the user's function. */
  rejected: number
  scoreSum: number
  /** Labels as known at the end of the histories; present if the model has a label whose source was loaded. */
  labels?: LabelCounts
}

/** Counts of one definition's reports. */
export interface ReportSummary {
  readonly report: string
  /** Reports made, their rows, and the reports with a stale row. */
  count: number
  rows: number
  stale: number
}

/** The result of a replay. */
export interface ReplaySummary {
  readonly pipeline: string
  readonly fingerprint: string
  readonly sources: readonly (Readonly<HistoryCounts> & { readonly source: string })[]
  /** Records that could not be decoded, each counted once. */
  readonly undecodable: number
  readonly models: readonly ModelSummary[]
  /** Present if reports were made. */
  readonly reports?: readonly ReportSummary[]
  readonly events: number
  readonly decisions: number
  /** Seconds for reading and validation, and for features, scores and output. */
  readonly loadSeconds: number
  readonly decideSeconds: number
  /** Ignored or missing columns, labels that concern no decision, and the entries of `brokenOff`. */
  readonly warnings: readonly string[]
  /** Truncated files, in words: the replay covers the records before the break. Empty if the replay is complete. */
  readonly brokenOff: readonly string[]
}

/** Reads histories, makes every decision over them in order, and counts. Throws as `load` and `decide` do. */
export async function replay(pipeline: Replayable, options: ReplayOptions): Promise<ReplaySummary> {
  const warnings: string[] = []
  const brokenOff: string[] = []
  const warn = (warning: string): void => {
    warnings.push(warning)
    options.onWarning?.(warning)
  }
  const chosenModels = decidingModels(pipeline.ir, options.models)
  let undecodable = 0
  const start = stopwatch()
  const log = await load(pipeline, options.files, {
    onRejected: rejection => options.onRejected?.(rejection),
    onUndecodable: records => (undecodable += records),
    onWarning: warn,
    onBroken(warning) {
      brokenOff.push(warning)
      warn(warning)
    },
    onProgress: (path, share) => options.onProgress?.(`reading ${path}`, share),
  })
  const loaded = stopwatch()
  options.onLoaded?.(log)
  const models: ModelSummary[] = []
  for (const model of chosenModels) {
    const summary = emptyModelSummary(model.name)
    for (const batch of decide(pipeline, model, log)) {
      countDecisions(summary, batch)
      await options.onDecisions?.(batch, log)
      options.onProgress?.(`deciding ${model.name}`, batch.done)
    }
    if (model.label && !log.missing.has(model.label.source)) {
      const unmatched = unmatchedLabel(pipeline.ir, model, log, labelledKeys(pipeline.ir, model, log))
      if (unmatched !== undefined) warn(unmatched)
      const labels = label(pipeline, model, log)
      summary.labels = labels.counts
      options.onLabels?.(model.name, labels)
    }
    models.push(summary)
  }
  const reportSummaries = options.onReport && (await makeReports(pipeline, log, options.onReport, options.onProgress))
  return {
    ...summaryCounts(pipeline, log.histories, models),
    ...(reportSummaries && { reports: reportSummaries }),
    undecodable,
    loadSeconds: (loaded - start) / 1000,
    decideSeconds: (stopwatch() - loaded) / 1000,
    warnings,
    brokenOff,
  }
}

/** The column of a model's decisions that its label concerns, batch by batch. */
function* labelledKeys(ir: PipelineIR, model: ModelIR, log: ReplayLog): Generator<ColumnData> {
  const { name } = labelledColumn(ir, model)
  for (const triggers of decisionPointsOf(ir, model, log).batches(DECISIONS_PER_BATCH)) yield triggers.columnOf(name)
}

/**
 * The models that decide over a history: the named ones, or all except those that decide on request and have a report. Throws
 * `SPILL_UNSUPPORTED` for any other model that decides on request.
 */
export function decidingModels({ models, reports: all = [] }: PipelineIR, names: readonly string[] | undefined): ModelIR[] {
  const isReported = (model: string): boolean => names === undefined && all.some(({ of }) => of.kind === 'model' && of.model === model)
  const chosenModels = models.filter(({ name }) => names?.includes(name) ?? true)
  const decidedModels = chosenModels.filter(({ name, decide: { kind } }) => kind !== 'request' || !isReported(name))
  for (const {
    name,
    decide: { kind },
  } of decidedModels)
    if (kind === 'request') throwNoRequests(name)
  return decidedModels
}

async function makeReports(
  pipeline: Replayable,
  log: ReplayLog,
  onReport: NonNullable<ReplayOptions['onReport']>,
  onProgress: ReplayOptions['onProgress'],
): Promise<ReportSummary[]> {
  const summaries: ReportSummary[] = []
  for (const report of pipeline.ir.reports ?? []) {
    const summary: ReportSummary = { report: report.name, count: 0, rows: 0, stale: 0 }
    for (const table of reports(pipeline, report, log)) {
      summary.count++
      summary.rows += table.length
      if (table.stale) summary.stale++
      await onReport(report, table)
      onProgress?.(`reporting ${report.name}`, (table.t - log.first) / Math.max(1, log.until - log.first))
    }
    summaries.push(summary)
  }
  return summaries
}

/** The part of a summary about the pipeline, its histories and its models. */
export function summaryCounts(
  { ir, fingerprint }: Replayable,
  histories: ReadonlyMap<string, SourceHistory>,
  models: readonly ModelSummary[],
): Pick<ReplaySummary, 'pipeline' | 'fingerprint' | 'sources' | 'models' | 'events' | 'decisions'> {
  const sources = [...histories].map(([source, { counts }]) => ({ source, ...counts }))
  const events = sources.reduce((sum, { accepted }) => sum + accepted, 0)
  return { pipeline: ir.name, fingerprint, sources, models, events, decisions: models.reduce((sum, { decisions }) => sum + decisions, 0) }
}

/** An empty summary. */
export const emptyModelSummary = (model: string): ModelSummary => ({
  model,
  decisions: 0,
  scored: 0,
  unscored: 0,
  rejected: 0,
  scoreSum: 0,
})

/** Adds a batch of the model's decisions to its summary. */
export function countDecisions(summary: ModelSummary, { length, score, rejected }: DecisionBatch): void {
  let scored = 0
  for (let row = 0; row < length; row++) {
    if (score.nulls?.[row]) continue
    scored++
    summary.scoreSum += score.values[row]
  }
  summary.decisions += length
  summary.scored += scored
  summary.rejected += rejected.size
  summary.unscored += length - scored - rejected.size
}
