/** Samples a training set by keys. */
import type { ColumnData } from '../columns/index.ts'
import { selectOutputRows } from '../files/index.ts'
import type { TrainingBatch, TrainingSet } from './training-set.ts'

/**
 * Keeps the rows of a set whose value in column `key` is in the sample. Rows of a requested set should be dropped before they are
 * computed (`inOrderOfTime`).
 */
export function sampledSet(set: TrainingSet, key: string, isKept: (key: ColumnData, row: number) => boolean): TrainingSet {
  const index = set.columns.findIndex(({ name }) => name === key)
  return { ...set, batches: sampledBatches(set.batches, index, isKept) }
}

function* sampledBatches(
  batches: Iterable<TrainingBatch>,
  key: number,
  isKept: (key: ColumnData, row: number) => boolean,
): Generator<TrainingBatch> {
  for (const { length, columns, done } of batches) {
    const rows = Uint32Array.from({ length }, (_, row) => row).filter(row => isKept(columns[key], row))
    yield { length: rows.length, columns: columns.map(column => selectOutputRows(column, rows)), done }
  }
}
