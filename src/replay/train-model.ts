/**
 * Trains a model on a history: on its decisions, recomputed with today's features, and their labels as known at a time.
 *
 * The result depends only on the events that had arrived by then, the definitions and the options: repeating a training gives the
 * same bytes. It trains on settled labels (`labelled-set.ts`). The last decisions are held out. A gap as long as the label's horizon
 * lies before them, so no training label depends on an event of the holdout's time.
 */
import { hash } from 'node:crypto'
import { exactSpanTitle, limits } from '../base/index.ts'
import { concatArrays, type ColumnData, rowsWhere, doublesOf, gatherColumn } from '../columns/index.ts'
import { canonicalJson, type ModelIR, type PipelineIR, type TrainIR } from '../define/ir/index.ts'
import type { RowsSummary } from '../training/drift/index.ts'
import {
  importanceOf,
  type MetricName,
  metricsOf,
  scoreColumns,
  untrainable,
  checkScore,
  trainerOf,
  type Trainer,
  type InputRows,
  type TextInputs,
} from '../training/index.ts'
import type { Champion, TrainingSplit, TrainingReport } from '../training/registry/index.ts'
import { decide } from './decide.ts'
import { DecisionSample } from './decision-sample.ts'
import { label, labelHorizon } from './label.ts'
import { labelledSet, type LabelCount, LABEL } from './labelled-set.ts'
import type { ReplayLog } from './log.ts'
import { manifestCut } from './training-folder.ts'
import { setOfDecisions, type TrainingSet } from './training-set.ts'
import { RowHash } from './row-hash.ts'

/** The default share of rows to hold out, at the end. */
const HOLDOUT = 0.2

/** The input of `trainModel`. */
export interface TrainingRequest {
  readonly ir: PipelineIR
  /** A model with `label` and `train`. */
  readonly model: ModelIR
  /** The time of the training, UTC ms: later arrivals are not visible. */
  readonly at: number
  /** The current champion, to be evaluated on the same holdout, and its version in the registry. */
  readonly champion?: Champion | undefined
  /** Did an action that hides outcomes follow the decision on the event at this `sourcePosition`, as a log has recorded it? */
  readonly isCensored?: ((sourcePosition: number) => boolean) | undefined
  /** Aborts an external trainer. */
  readonly signal?: AbortSignal | undefined
  /** Replaces the algorithm's trainer. */
  readonly trainer?: Trainer
}

/** A score of one version, and the file of an ONNX score. */
export type ScoredVersion = Pick<Champion, 'score' | 'file'>

/** The result of a training. */
export interface ModelTraining extends ScoredVersion {
  readonly report: TrainingReport
  /**
   * The reference for drift, if the definition monitors it: a sample of all decisions of the training period, with and without a
   * label.
   */
  readonly reference?: RowsSummary
}

/**
 * Trains a model, evaluates it on the holdout, and reports both.
 *
 * @throws SpillwayError `SPILL_TRAINING` if nothing can be fitted, with the counts that explain it; otherwise as `decide` and
 * `label`.
 * @example
 * ```ts
 * const { report } = await trainModel({ ir: pipeline.ir, model: pipeline.ir.models[0], at: log.until }, log)
 * console.log(report.metrics)
 * ```
 */
export async function trainModel(request: TrainingRequest, log: ReplayLog): Promise<ModelTraining> {
  const { ir, model, at, champion } = request
  const { algorithm, options, orWhen, over = Infinity, holdout } = model.train!
  const names = model.inputs.map(({ name }) => name)
  const gapMs = labelHorizon(model.label!)
  const trainer = request.trainer ?? trainerOf(algorithm)
  // Scores do not matter here, and computing them could be rejected.
  const scoreless: ModelIR = { ...model, score: { kind: 'linear', intercept: 0, terms: [] } }
  const { isCensored } = request
  const labels = label({ ir }, scoreless, log, { at, ...(isCensored && { isCensored: (_, sourcePosition) => isCensored(sourcePosition) }) })
  const after = Math.max(at - over, knownFrom(model, log))
  const texts = { names: model.inputs.filter(({ expr }) => expr.type === 'string').map(({ name }) => name), strings: log.strings }
  const { forgotten } = log
  const sample = orWhen && new DecisionSample({ inputs: names, texts, rows: limits.DRIFT_REFERENCE_ROWS, after, to: at - gapMs, forgotten })
  const decisions = decide({ ir, scores: new Map() }, scoreless, log)
  const decisionSet = setOfDecisions(ir, scoreless, sample ? sample.sampling(decisions) : decisions, log.strings)
  const { set, counts } = labelledSet(decisionSet, { label: model.label!, labels, at, isSettled: true, after })
  const all = collectSettledRows(set, names, texts)
  const split = splitOf(all, { at, gapMs, holdout }, counts())
  const fitting = settledRowsBetween(all.table, 0, split.trained)
  const { score, file, constant, notes } = await trainer(fitting, options, request.signal)
  checkScore(score)
  const judging = settledRowsBetween(all.table, split.trained + split.gap, all.t.length)
  const metrics = (of: ScoredVersion) => metricsOf(scoreColumns({ ...of, texts: all.table.texts }, judging.columns), judging.labels)
  const importance = importanceOf({ score, file, ...judging, metric: judgingMetric(model.train!), seed: Number(options['seed'] ?? 0) })
  const { positive, negative, unsettled = 0, late, censored } = counts()
  const report: TrainingReport = {
    hash: hash('sha256', canonicalJson(score)),
    set: {
      rows: all.rows,
      sha256: all.sha256,
      positive,
      negative,
      unsettled,
      late,
      ...(censored !== undefined && { censored }),
      cut: manifestCut(log.histories, at),
    },
    split,
    metrics: metrics({ score, ...(file && { file }) }),
    ...(champion && { champion: { version: champion.version, metrics: metrics(champion) } }),
    ...(importance && { importance }),
    constant,
    notes: [...notes, ...forgottenNotes(log, after, all.rejected)],
    ...(file && { file: { sha256: file.sha256, bytes: file.bytes.length } }),
  }
  const reference = sample?.summary(columns => scoreColumns({ score, file, texts }, columns), split.holdoutFrom)
  return { score, ...(file && { file }), report, ...(reference && { reference }) }
}

/** The metric of the promotion rule; `auc` for a promotion by hand. */
const judgingMetric = ({ promote }: TrainIR): MetricName => (promote.kind === 'rule' ? promote.metric : 'auc')

/**
 * The time, UTC ms, up to which the data that decisions depend on may be incomplete, whatever windows they read: a tick's active keys
 * need the events of the last `live` ms.
 */
const knownFrom = ({ decide: by }: ModelIR, { forgotten, knownAfter }: ReplayLog): number =>
  by.kind === 'every' ? Math.max(knownAfter, forgotten + by.live) : knownAfter

function forgottenNotes({ forgotten }: ReplayLog, after: number, rejected: number): string[] {
  if (forgotten === -Infinity) return []
  const text = (ms: number) => new Date(ms).toISOString()
  return [
    `the log has forgotten what arrived up to ${text(forgotten)} (run --keep): decisions up to ${text(after)} are left out, ` +
      `and ${rejected} later ones with a value that was rejected, as those are whose windows reach back behind it`,
  ]
}

interface Splitting {
  readonly at: number
  readonly gapMs: number
  readonly holdout: number | undefined
}

/** Splits rows, which are in order of time, into training rows, gap and holdout. */
function splitOf({ t, table, rejected }: SettledRows, { at, gapMs, holdout }: Splitting, counts: LabelCount): TrainingSplit {
  const n = t.length
  if (n === 0 && (counts.unsettled ?? 0) + rejected === 0)
    untrainable(
      `the model has decided about nothing by ${new Date(at).toISOString()}: there is no event that it decides on, ` +
        "no active key, or no decision as recent as 'over' requires",
    )
  if (n === 0)
    untrainable(
      `there is no decision whose label is settled: ${counts.unsettled ?? 0} are not known yet, or younger than the label's horizon, ` +
        `and ${rejected} have a value that was rejected`,
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
      `of ${n} decisions none is left to train on: ${n - judged} are held out, ` +
        `and a gap of ${exactSpanTitle(gapMs)} before them, the label's horizon, is excluded; wait for more decisions, or make holdout shorter`,
    )
  if (holdout !== undefined && judged === n)
    untrainable(`of ${n} decisions none is in the ${exactSpanTitle(holdout)} of the holdout; make holdout longer`)
  const trainedPositives = table.labels.subarray(0, trained).reduce((sum, label) => sum + label, 0)
  return {
    trained,
    trainedPositives,
    trainedFrom: t[0],
    trainedTo,
    gap: judged - trained,
    gapMs,
    holdout: n - judged,
    holdoutFrom,
    rejected,
  }
}

/** The rows of a labelled set, in memory: inputs as doubles with NaN for NULL, a string by its id, 8 bytes per value. */
interface SettledRows {
  /** All rows of the set, and their hash. */
  readonly rows: number
  readonly sha256: string
  /** Rows that are dropped here because a value was rejected. */
  readonly rejected: number
  /** Each decision's time, UTC ms; does not decrease. */
  readonly t: Float64Array
  readonly table: InputRows & { readonly labels: Float64Array }
}

/** Reads the set, whose labels must all be known. */
function collectSettledRows({ columns, strings, batches }: TrainingSet, inputs: readonly string[], texts: TextInputs): SettledRows {
  const indexOf = (name: string): number => columns.findIndex(column => column.name === name)
  const [time, label, rejections] = [indexOf('t'), indexOf(LABEL), indexOf('rejected')]
  const places = inputs.map(name => indexOf(`vector.${name}`))
  const hash = new RowHash(columns, strings)
  const empty: Float64Array = new Float64Array(0)
  const parts = { t: [empty], labels: [empty], inputs: inputs.map(() => [empty]) }
  let [rows, rejected] = [0, 0]
  for (const { length, columns: values } of batches) {
    hash.add(length, values)
    rows += length
    const keptRows = rowsWhere(length, row => values[rejections].nulls?.[row] === 1)
    rejected += length - keptRows.length
    parts.t.push(doubles(values[time], keptRows))
    parts.labels.push(doubles(values[label], keptRows))
    places.forEach((place, i) => parts.inputs[i].push(doubles(values[place], keptRows)))
  }
  const table = {
    columns: Object.fromEntries(inputs.map((name, i) => [name, concatArrays(parts.inputs[i])])),
    labels: concatArrays(parts.labels),
    texts,
  }
  return { rows, sha256: hash.digest(), rejected, t: concatArrays(parts.t), table }
}

const doubles = (column: ColumnData, rows: Uint32Array): Float64Array => doublesOf(gatherColumn(column, rows), rows.length)

/** Rows [from, to) of a table. */
function settledRowsBetween({ columns, labels, texts }: SettledRows['table'], from: number, to: number): SettledRows['table'] {
  return {
    columns: Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, values.subarray(from, to)])),
    labels: labels.subarray(from, to),
    texts,
  }
}
