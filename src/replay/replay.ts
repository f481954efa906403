import { stopwatch } from '../base/clock.ts'
import type { PipelineIR } from '../define/ir.ts'
import type { History, IntakeCounts } from '../intake/intake.ts'
import type { RowMap } from '../intake/mapping.ts'
import type { Refusal } from '../intake/refusal.ts'
import type { GivenScore } from '../model/index.ts'
import { decide, noRequests, type DecisionBatch } from './decide.ts'
import { label, type LabelCounts } from './label.ts'
import { load, type SourceFile } from './load.ts'
import type { ReplayLog } from './log.ts'

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
  readonly onRefused?: (refusal: Refusal) => void
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

export interface ReplaySummary {
  readonly pipeline: string
  readonly fingerprint: string
  readonly sources: readonly (Readonly<IntakeCounts> & { readonly source: string })[]
  /** Records that could not be decoded, so that no source saw them. */
  readonly undecodable: number
  readonly models: readonly ModelSummary[]
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
  const chosen = pipeline.ir.models.filter(({ name }) => options.models?.includes(name) ?? true)
  for (const { name, decide } of chosen) if (decide.kind === 'request') noRequests(name)
  let undecodable = 0
  const start = stopwatch()
  const log = await load(pipeline, options.files, {
    onRefused(refusal) {
      if (refusal.source === undefined) undecodable++
      options.onRefused?.(refusal)
    },
    onWarning: warn,
    onBroken(warning) {
      brokenOff.push(warning)
      warn(warning)
    },
    onProgress: (path, share) => options.onProgress?.(`reading ${path}`, share),
  })
  const loaded = stopwatch()
  const models: ModelSummary[] = []
  for (const model of chosen) {
    const summary = noDecisions(model.name)
    for (const batch of decide(pipeline, model, log)) {
      count(summary, batch)
      await options.onDecisions?.(batch, log)
      options.onProgress?.(`deciding ${model.name}`, batch.done)
    }
    if (model.label && !log.missing.has(model.label.source)) summary.labels = label(pipeline, model, log).counts
    models.push(summary)
  }
  return {
    ...countsOf(pipeline, log.histories, models),
    undecodable,
    loadSeconds: (loaded - start) / 1000,
    decideSeconds: (stopwatch() - loaded) / 1000,
    warnings,
    brokenOff,
  }
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
