/**
 * A training set of decisions with what came of each beside it.
 *
 * `label` is true, false, or NULL where that is not known, or where there is nothing to know: nothing is guessed. Decisions that were made after the time that labels are
 * of have none, and are no rows. What is counted is what is written, as it goes by.
 */
import type { Column } from '../columns/block.ts'
import type { LabelIR } from '../define/ir/ir.ts'
import type { OutputValues } from '../files/table.ts'
import type { Labels } from './label.ts'
import { horizonOf } from './label-horizon.ts'
import { pickedValues } from '../files/picked-values.ts'
import type { TrainingBatch, TrainingColumn, TrainingSet } from './training-set.ts'

export interface Labelling {
  readonly label: LabelIR
  /** Of the decisions of the set, in their order. */
  readonly labels: Labels
  /** The time that they are of, UTC ms. */
  readonly at: number
  /** Leaves rows out whose label is not known, and those so young that only some labels are known yet (`horizonOf`). */
  readonly isSettled?: boolean
  /** Leaves rows out that are not later, UTC ms. */
  readonly after?: number
}

/** What labels a set has; its rows are the first four together. */
export interface LabelCount {
  /** What the labels are of, UTC ms. */
  readonly at: number
  readonly positive: number
  readonly negative: number
  readonly unknown: number
  readonly notEligible: number
  /** Events that named a decision and came too late to change its label. */
  readonly late: number
  /** Of those without a label, and of those left out, the ones whose outcome cannot be seen for what was done about the decision; absent where the label names no action. */
  readonly censored?: number
  /** Rows that were left out, if only those are in it whose label is settled. */
  readonly unsettled?: number
}

/** `counts` are of the rows that were taken from `set` so far. */
export interface LabelledSet {
  readonly set: TrainingSet
  readonly counts: () => LabelCount
}

export const LABEL = 'label'

/** The set must be of the decisions that the labels are of; a sample is taken of what comes out (`isKept`, by the column `key`). */
export function labelledSet(
  set: TrainingSet,
  labelling: Labelling,
  sample?: { readonly key: string; readonly isKept: (key: Column, row: number) => boolean },
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

/** Whether it was going on already, which `begins` has; how many events came too late, which `labelFrom` has. */
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
  const settledTo = at - horizonOf(label)
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
    const beside: OutputValues[] = [
      { values: Float64Array.from(labels.value.subarray(from, to)), nulls: labels.known.subarray(from, to).map(known => 1 - known) },
      { values: Float64Array.from((label.kind === 'begins' ? labels.eligible : labels.late).subarray(from, to)) },
    ]
    const kept = Uint32Array.from(rows)
    const columns = [...batch.columns, ...beside].map(column => pickedValues(column, kept))
    yield { length: kept.length, columns, done: batch.done }
    first = to
    if (first === labels.length) return
  }
}

function count(counts: Counting, { known, value, eligible, late }: Labels, i: number): void {
  if (known[i] === 1) counts[value[i] === 1 ? 'positive' : 'negative']++
  else counts[eligible[i] === 1 ? 'unknown' : 'notEligible']++
  counts.late += late[i]
}
