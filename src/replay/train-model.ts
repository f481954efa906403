/**
 * Trains a model on a history: its decisions as they would have been made with today's features, and what came of them, as known at a time.
 *
 * What it gives is a function of what had arrived by then, of the definitions and the options: a training that is made again gives the same bytes. Learnt from is what is
 * settled (`labelled-set.ts`); the last of it is kept apart, and between the two lies a gap as long as the label's horizon, so that nothing that is learnt from was known
 * only by what happened in the time that the model is judged by.
 */
import { createHash } from 'node:crypto'
import { limits } from '../base/limits.ts'
import { countUpTo } from '../columns/order.ts'
import { canonicalJson } from '../define/ir/fingerprint.ts'
import type { ModelIR, PipelineIR } from '../define/ir/ir.ts'
import type { OnnxFile } from '../define/model/onnx-file.ts'
import type { RowsSummary } from '../training/drift/summary.ts'
import { metricsOf } from '../training/metrics.ts'
import { scoresBy, type VersionScore } from '../training/predict.ts'
import type { Split, TrainingReport } from '../training/registry/version.ts'
import { untrainable } from '../training/table/table.ts'
import { checkScore, trainerOf, type Trainer } from '../training/trainer.ts'
import { decide } from './decide.ts'
import { DecisionSample } from './decision-sample.ts'
import { label } from './label.ts'
import { horizonOf } from './label-horizon.ts'
import { labelledSet, type LabelCount } from './labelled-set.ts'
import type { ReplayLog } from './log.ts'
import { rowsBetween, settledRows, type SettledRows } from './settled-rows.ts'
import { setOfDecisions } from './training-set.ts'

/** The part of the rows at the end by which a model is judged, unless the definition says how long that is. */
const HOLDOUT = 0.2

export interface TrainingRequest {
  readonly ir: PipelineIR
  /** With `label` and `train`. */
  readonly model: ModelIR
  /** UTC ms: of what arrived later nothing is known. */
  readonly at: number
  /** What scores now, to be judged beside it, and its number in the registry. */
  readonly champion?: (VersionScored & { readonly version: number }) | undefined
  /** Whether an action that hides outcomes followed from the decision on the event that stands there: as a log has recorded it. */
  readonly isCensored?: ((position: number) => boolean) | undefined
  /** Ends a trainer that is a command. */
  readonly signal?: AbortSignal | undefined
  /** In place of the algorithm's own. */
  readonly trainer?: Trainer
}

export interface VersionScored {
  readonly score: VersionScore
  /** That of a graph of ONNX. */
  readonly file?: OnnxFile
}

export interface ModelTraining extends VersionScored {
  readonly report: TrainingReport
  /** What drift is measured from, where somebody looks for it: of all decisions in the time that was learnt from, those without a label among them. */
  readonly reference?: RowsSummary
}

/** Rejects with `SPILL_TRAINING` where nothing can be fitted, saying what there is; otherwise as `decide` and `label` throw. */
export async function trainModel(request: TrainingRequest, log: ReplayLog): Promise<ModelTraining> {
  const { ir, model, at, champion } = request
  const { algorithm, options, orWhen, over = Infinity, holdout } = model.train!
  const names = model.inputs.map(({ name }) => name)
  const gapMs = horizonOf(model.label!)
  const trainer = request.trainer ?? trainerOf(algorithm)
  // What it would score is no matter, and a score may be refused.
  const scoreless: ModelIR = { ...model, score: { kind: 'linear', intercept: 0, terms: [] } }
  const { isCensored } = request
  const labels = label({ ir }, scoreless, log, { at, ...(isCensored && { isCensored: (_, position) => isCensored(position) }) })
  const after = Math.max(at - over, knownFrom(model, log))
  const sample = orWhen && new DecisionSample({ inputs: names, rows: limits.DRIFT_REFERENCE_ROWS, after, to: at - gapMs })
  const made = decide({ ir, scores: new Map() }, scoreless, log)
  const decided = setOfDecisions(ir, scoreless, sample ? sample.through(made) : made, log.strings)
  const { set, counts } = labelledSet(decided, { label: model.label!, labels, at, isSettled: true, after })
  const all = settledRows(set, names)
  const split = splitOf(all, { at, gapMs, holdout }, counts())
  const fitting = rowsBetween(all.table, 0, split.trained)
  const { score, file, constant, notes } = await trainer(fitting, options, request.signal)
  checkScore(score)
  const judging = rowsBetween(all.table, split.trained + split.gap, all.t.length)
  const metrics = (of: VersionScored) => metricsOf(scoresBy(of.score, judging.columns, of.file), judging.labels)
  const { positive, negative, unsettled = 0, late, censored } = counts()
  const report: TrainingReport = {
    hash: createHash('sha256').update(canonicalJson(score)).digest('hex'),
    set: {
      rows: all.rows,
      sha256: all.sha256,
      positive,
      negative,
      unsettled,
      late,
      ...(censored !== undefined && { censored }),
      cut: arrivedBy(log, at),
    },
    split,
    metrics: metrics({ score, ...(file && { file }) }),
    ...(champion && { champion: { version: champion.version, metrics: metrics(champion) } }),
    constant,
    notes: [...notes, ...forgottenNotes(log, after, all.refused)],
    ...(file && { file: { sha256: file.sha256, bytes: file.bytes.length } }),
  }
  const reference = sample?.summary(columns => scoresBy(score, columns, file), split.holdoutFrom)
  return { score, ...(file && { file }), report, ...(reference && { reference }) }
}

/** Of decisions up to here not all that they depend on is known, whatever windows they read, UTC ms: a tick's keys are those with an event within `live`. */
const knownFrom = ({ decide: by }: ModelIR, { forgotten, knownAfter }: ReplayLog): number =>
  by.kind === 'every' ? Math.max(knownAfter, forgotten + by.live) : knownAfter

function forgottenNotes({ forgotten }: ReplayLog, after: number, refused: number): string[] {
  if (forgotten === -Infinity) return []
  const text = (ms: number) => new Date(ms).toISOString()
  return [
    `the log has forgotten what arrived up to ${text(forgotten)} (run --keep): decisions up to ${text(after)} are left out, and ${refused} later ones with a value that was refused, as those are whose windows reach back behind it`,
  ]
}

/** By source, what had arrived by then: what is behind it in the log changes nothing. */
function arrivedBy({ histories }: ReplayLog, at: number): TrainingReport['set']['cut'] {
  return [...histories].map(([source, { block }]) => {
    const [events] = countUpTo(block.arrival, Float64Array.of(at))
    return { source, events, lastArrival: events > 0 ? block.arrival[events - 1] : null }
  })
}

interface Splitting {
  readonly at: number
  readonly gapMs: number
  readonly holdout: number | undefined
}

/** By time: rows stand in its order. */
function splitOf({ t, table, refused }: SettledRows, { at, gapMs, holdout }: Splitting, counts: LabelCount): Split {
  const n = t.length
  if (n === 0 && (counts.unsettled ?? 0) + refused === 0)
    untrainable(
      `the model has decided about nothing by ${new Date(at).toISOString()}: there is no event that it decides on, none of a live key, or none as new as 'over' says`,
    )
  if (n === 0)
    untrainable(
      `there is no decision whose label is settled: ${counts.unsettled ?? 0} are not known yet, or younger than the label's horizon, and ${refused} have a value that was refused`,
    )
  const holdoutFrom = holdout === undefined ? t[Math.min(n - 1, Math.floor(n * (1 - HOLDOUT)))] : at - gapMs - holdout
  const trainedTo = holdoutFrom - gapMs
  const first = (from: (time: number) => boolean): number => {
    const row = t.findIndex(from)
    return row < 0 ? n : row
  }
  const judged = first(time => time >= holdoutFrom)
  const trained = Math.min(
    judged,
    first(time => time > trainedTo),
  )
  if (trained === 0)
    untrainable(
      `of ${n} decisions none is left to learn from before the ${n - judged} that it is judged by and a gap of ${gapMs} ms before them, the horizon of the label; wait for more, or make holdout shorter`,
    )
  if (judged === n) untrainable(`of ${n} decisions none is in the ${holdout} ms of the holdout; make holdout longer`)
  const trainedPositives = table.labels.subarray(0, trained).reduce((sum, one) => sum + one, 0)
  return { trained, trainedPositives, trainedTo, gap: judged - trained, gapMs, holdout: n - judged, holdoutFrom, refused }
}
