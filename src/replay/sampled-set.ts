/** A training set without the rows of keys that are not in a sample. */
import type { Column } from '../columns/block.ts'
import { gatherColumn, picked } from '../columns/gather.ts'
import type { OutputValues } from '../files/table.ts'
import type { TrainingBatch, TrainingSet } from './training-set.ts'

/** `key`: the column that the sample is taken by, by its name. Rows of a set that is asked for are better left out before they are computed (`inOrderOfTime`). */
export function sampledSet(set: TrainingSet, key: string, isKept: (key: Column, row: number) => boolean): TrainingSet {
  const index = set.columns.findIndex(({ name }) => name === key)
  return { ...set, batches: sampledBatches(set.batches, index, isKept) }
}

function* sampledBatches(
  batches: Iterable<TrainingBatch>,
  key: number,
  isKept: (key: Column, row: number) => boolean,
): Generator<TrainingBatch> {
  for (const { length, columns, done } of batches) {
    const rows = Uint32Array.from({ length }, (_, row) => row).filter(row => isKept(columns[key], row))
    yield { length: rows.length, columns: columns.map(column => pickedValues(column, rows)), done }
  }
}

/** Rows of a column, also of one that has several values a row. */
export function pickedValues(column: OutputValues, rows: Uint32Array): OutputValues {
  const { width = 1, counts, nulls } = column
  if (!counts) return gatherColumn(column, rows)
  const values = new Float64Array(rows.length * width)
  rows.forEach((row, i) => values.set(column.values.subarray(row * width, row * width + width), i * width))
  return { values, width, counts: picked(counts, rows), nulls: nulls && picked(nulls, rows) }
}
