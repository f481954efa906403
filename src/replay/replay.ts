import { stopwatch } from '../base/clock.ts'
import type { ReportTable } from '../decision/report-rows.ts'
import type { ModelIR, PipelineIR, ReportIR } from '../define/ir/ir.ts'
import type { History, IntakeCounts } from '../intake/intake.ts'
import type { RowMap } from '../intake/mapping.ts'
import type { SourceRefusal } from '../intake/refusal.ts'
import type { GivenScore } from '../model/index.ts'
import { decide, noRequests, type DecisionBatch } from './decide.ts'
import { label, type LabelCounts, type Labels } from './label.ts'
import { load, type SourceFile } from './load.ts'
import type { ReplayLog } from './log.ts'
import { reports } from './report.ts'

/** What a replay needs of a pipeline: its IR, the user's functions and files of ONNX. */
export interface Replayable {
  readonly ir: PipelineIR
  readonly fingerprint: string
  readonly maps: ReadonlyMap<string, RowMap>
  readonly scores: ReadonlyMap<string, GivenScore>
}

export interface ReplayOptions {
  readonly files: readonly SourceFile[]
  /** Replay these models only, by name. */
  readonly models?: readonly string[]
  /** Receives every batch of decisions; the next is made when it resolves. */
  readonly onDecisions?: (batch: DecisionBatch, log: Pick<ReplayLog, 'strings'>) => void | Promise<void>
  /** Receives what came of all decisions of a model, after them: of a model with a label whose source was loaded. */
  readonly onLabels?: (model: string, labels: Labels) => void
  /** Receives every report, in the order of their definitions and of their times; without it none is made. */
  readonly onReport?: (report: ReportIR, table: ReportTable) => void | Promise<void>
  /** Receives the histories as one log, before anything is decided. */
  readonly onLoaded?: (log: ReplayLog) => void
  /** Receives what each source refuses; a record that could not be decoded once for every source that its file feeds. */
  readonly onRefused?: (refusal: SourceRefusal) => void
  readonly onWarning?: (warning: string) => void
  /** What is being done, and the share of it that is done, 0 to 1. */
  readonly onProgress?: (stage: string, share: number) => void
}

export interface ModelSummary {
  readonly model: string
  decisions: number
  /** Decisions with a score. */
  scored: number
  /** Decisions whose score is NULL, for lack of an input. */
  unscored: number
  /** Decisions that could not be made: a limit was passed, or the user's function failed. */
  refused: number
  scoreSum: number
  /** What came of them, as known at the end of the histories. Only of a model with a label, and if the label's source was loaded. */
  labels?: LabelCounts
}

export interface ReportSummary {
  readonly report: string
  /** How many were made, the rows of all of them, and those of which a row was stale. */
  made: number
  rows: number
  stale: number
}

export interface ReplaySummary {
  readonly pipeline: string
  readonly fingerprint: string
  readonly sources: readonly (Readonly<IntakeCounts> & { readonly source: string })[]
  /** Records that could not be decoded, however many sources their files feed. */
  readonly undecodable: number
  readonly models: readonly ModelSummary[]
  /** Where reports were made. */
  readonly reports?: readonly ReportSummary[]
  readonly events: number
  readonly decisions: number
  /** Seconds of reading and checking, and of features, scores and output. */
  readonly loadSeconds: number
  readonly decideSeconds: number
  /** Columns ignored or missing, and what is in `brokenOff`. */
  readonly warnings: readonly string[]
  /** Files that broke off, in words: the replay is of what stood before. Empty if it did all that was asked. */
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
  const chosen = decidingModels(pipeline.ir, options.models)
  let undecodable = 0
  const start = stopwatch()
  const log = await load(pipeline, options.files, {
    onRefused: refusal => options.onRefused?.(refusal),
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
  for (const model of chosen) {
    const summary = noDecisions(model.name)
    for (const batch of decide(pipeline, model, log)) {
      count(summary, batch)
      await options.onDecisions?.(batch, log)
      options.onProgress?.(`deciding ${model.name}`, batch.done)
    }
    if (model.label && !log.missing.has(model.label.source)) {
      const labels = label(pipeline, model, log)
      summary.labels = labels.counts
      options.onLabels?.(model.name, labels)
    }
    models.push(summary)
  }
  const made = options.onReport && (await makeReports(pipeline, log, options.onReport, options.onProgress))
  return {
    ...countsOf(pipeline, log.histories, models),
    ...(made && { reports: made }),
    undecodable,
    loadSeconds: (loaded - start) / 1000,
    decideSeconds: (stopwatch() - loaded) / 1000,
    warnings,
    brokenOff,
  }
}

/**
 * The models that decide over a history: those that are named, or all but those that decide on request and are there for reports. Throws `SPILL_UNSUPPORTED` for another that
 * decides on request.
 */
export function decidingModels({ models, reports: all = [] }: PipelineIR, names: readonly string[] | undefined): ModelIR[] {
  const isReported = (model: string): boolean => names === undefined && all.some(({ of }) => of.kind === 'model' && of.model === model)
  const chosen = models.filter(({ name }) => names?.includes(name) ?? true)
  const deciding = chosen.filter(({ name, decide: { kind } }) => kind !== 'request' || !isReported(name))
  for (const {
    name,
    decide: { kind },
  } of deciding)
    if (kind === 'request') noRequests(name)
  return deciding
}

async function makeReports(
  pipeline: Replayable,
  log: ReplayLog,
  onReport: NonNullable<ReplayOptions['onReport']>,
  onProgress: ReplayOptions['onProgress'],
): Promise<ReportSummary[]> {
  const summaries: ReportSummary[] = []
  for (const report of pipeline.ir.reports ?? []) {
    const summary: ReportSummary = { report: report.name, made: 0, rows: 0, stale: 0 }
    for (const table of reports(pipeline, report, log)) {
      summary.made++
      summary.rows += table.length
      if (table.stale) summary.stale++
      await onReport(report, table)
      onProgress?.(`reporting ${report.name}`, (table.t - log.first) / Math.max(1, log.until - log.first))
    }
    summaries.push(summary)
  }
  return summaries
}

/** The part of a summary that is of the pipeline, its histories and its models. */
export function countsOf(
  { ir, fingerprint }: Replayable,
  histories: ReadonlyMap<string, History>,
  models: readonly ModelSummary[],
): Pick<ReplaySummary, 'pipeline' | 'fingerprint' | 'sources' | 'models' | 'events' | 'decisions'> {
  const sources = [...histories].map(([source, { counts }]) => ({ source, ...counts }))
  const events = sources.reduce((sum, { accepted }) => sum + accepted, 0)
  return { pipeline: ir.name, fingerprint, sources, models, events, decisions: models.reduce((sum, { decisions }) => sum + decisions, 0) }
}

export const noDecisions = (model: string): ModelSummary => ({ model, decisions: 0, scored: 0, unscored: 0, refused: 0, scoreSum: 0 })

/** Adds a batch of the model's decisions. */
export function count(summary: ModelSummary, { length, score, refused }: DecisionBatch): void {
  let scored = 0
  for (let row = 0; row < length; row++) {
    if (score.nulls?.[row]) continue
    scored++
    summary.scoreSum += score.values[row]
  }
  summary.decisions += length
  summary.scored += scored
  summary.refused += refused.size
  summary.unscored += length - scored - refused.size
}
