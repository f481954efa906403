/**
 * Joins the labels of decisions to a training set of the same decisions.
 *
 * `label` is true, false, or NULL if it is unknown or the decision is not eligible; nothing is guessed. Decisions after the labels'
 * time are dropped. The counts are of the written rows, updated as rows are read.
 */
import type { StrictOmit } from '../base/index.ts'
import type { ColumnData } from '../columns/index.ts'
import type { LabelIR } from '../define/ir/index.ts'
import { type OutputValues, selectOutputRows } from '../files/index.ts'
import { type LabelCounts, labelHorizon, type Labels } from './label.ts'
import type { TrainingBatch, TrainingColumn, TrainingSet } from './training-set.ts'

/** Labels and the rows to keep. */
export interface Labelling {
  readonly label: LabelIR
  /** The labels of the set's decisions, in order. */
  readonly labels: Labels
  /** The time of the labels, UTC ms. */
  readonly at: number
  /**
   * Drops rows whose label is unknown, and those younger than the label's horizon, since only some of their labels are known
   * (`labelHorizon`).
   */
  readonly isSettled?: boolean
  /** Drops rows at or before this time, UTC ms. */
  readonly after?: number
}

/** Counts of a set's labels; its rows are the sum of positive, negative, unknown and notEligible. `censored` counts rows, kept or dropped. */
export interface LabelCount extends StrictOmit<LabelCounts, 'decisions'> {
  /** The time of the labels, UTC ms. */
  readonly at: number
  /** Rows that were dropped; present if only settled rows are kept. */
  readonly unsettled?: number
}

/** A labelled training set. `counts` are of the rows read from `set` so far. */
export interface LabelledSet {
  readonly set: TrainingSet
  readonly counts: () => LabelCount
}

/** The name of the label's column. */
export const LABEL = 'label'

/**
 * Joins labels to a set, which must be of the same decisions as the labels. `sample` then keeps the rows for which `isKept` returns
 * true, called with the column named `key` and a row.
 *
 * @example
 * ```ts
 * const decisions = setOfDecisions(pipeline.ir, model, decide(pipeline, model, log), log.strings)
 * const { set, counts } = labelledSet(decisions, { label: model.label!, labels: label(pipeline, model, log), at: log.until })
 * ```
 */
export function labelledSet(
  set: TrainingSet,
  labelling: Labelling,
  sample?: { readonly key: string; readonly isKept: (key: ColumnData, row: number) => boolean },
): LabelledSet {
  const { label, labels, isSettled = false, at } = labelling
  const counts = {
    at,
    positive: 0,
    negative: 0,
    unknown: 0,
    notEligible: 0,
    late: 0,
    ...(isSettled && { unsettled: 0 }),
    ...(labels.counts.censored !== undefined && { censored: 0 }),
  }
  const columns = [...set.columns, ...labelColumns(label)]
  const batches = labelledBatches(set, labelling, counts, sample)
  return { set: { ...set, columns, batches }, counts: () => counts }
}

/** The columns of a label: `begins` also has eligibility, other labels the number of late events. */
const labelColumns = ({ kind }: LabelIR): TrainingColumn[] => [
  { name: LABEL, type: 'bool' },
  kind === 'begins' ? { name: `${LABEL}.eligible`, type: 'bool' } : { name: `${LABEL}.late`, type: 'int' },
]

type Counting = { -readonly [Name in keyof LabelCount]: LabelCount[Name] }

function* labelledBatches(
  set: TrainingSet,
  { label, labels, at, isSettled = false, after = -Infinity }: Labelling,
  counts: Counting,
  sample: Parameters<typeof labelledSet>[2],
): Generator<TrainingBatch> {
  const columnOf = (name: string) => set.columns.findIndex(column => column.name === name)
  const [time, key] = [columnOf('t'), sample ? columnOf(sample.key) : -1]
  const settledTo = at - labelHorizon(label)
  let first = 0
  for (const batch of set.batches) {
    const length = Math.min(batch.length, labels.length - first)
    const t = batch.columns[time].values
    const rows: number[] = []
    for (let row = 0; row < length; row++) {
      const i = first + row
      if (!(t[row] > after) || (sample && !sample.isKept(batch.columns[key], row))) continue
      if (counts.censored !== undefined) counts.censored += labels.censored[i]
      if (isSettled && (labels.known[i] === 0 || t[row] > settledTo)) counts.unsettled!++
      else {
        count(counts, labels, i)
        rows.push(row)
      }
    }
    const [from, to] = [first, first + length]
    const labelValues: OutputValues[] = [
      { values: Float64Array.from(labels.value.subarray(from, to)), nulls: labels.known.subarray(from, to).map(known => 1 - known) },
      { values: Float64Array.from((label.kind === 'begins' ? labels.eligible : labels.late).subarray(from, to)) },
    ]
    const keptRows = Uint32Array.from(rows)
    const columns = [...batch.columns, ...labelValues].map(column => selectOutputRows(column, keptRows))
    yield { length: keptRows.length, columns, done: batch.done }
    first = to
    if (first === labels.length) return
  }
}

function count(counts: Counting, { known, value, eligible, late }: Labels, i: number): void {
  if (known[i] === 1) counts[value[i] === 1 ? 'positive' : 'negative']++
  else counts[eligible[i] === 1 ? 'unknown' : 'notEligible']++
  counts.late += late[i]
}
