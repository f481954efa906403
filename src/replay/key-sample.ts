/** Samples whole keys: all rows of a key or none. The sample has the same keys on every machine, whatever else is requested. */
import { addText, type Hash64 } from '../base/index.ts'
import { type ColumnData, type Strings, rowsWhere } from '../columns/index.ts'
import { selectOutputRows } from '../files/index.ts'
import type { TrainingBatch, TrainingSet } from './training-set.ts'

/** A sample of keys. */
export interface KeySample {
  /** The share of all keys, above 0 and at most 1. */
  readonly share: number
  /** A different seed gives a different sample. */
  readonly seed: number
}

/** The rule in words, for manifests: with the share and the seed it determines the keys. */
export const SAMPLE_RULE = "the upper half of the 64-bit hash of (seed, key), as text, is below share · 2^32 (Spillway's src/base/hash.ts)"

/** Returns a test whether a row's key, as delivered, is in the sample. NULL is a key too. */
export function keySampler({ share, seed }: KeySample, strings: Strings): (key: ColumnData, row: number) => boolean {
  const hash: Hash64 = { high: 0, low: 0 }
  const seedText = String(seed)
  return ({ values, nulls }, row) => {
    hash.high = hash.low = 0
    addText(hash, seedText)
    if (nulls?.[row] !== 1) {
      if (values instanceof Int32Array) strings.addTo(hash, values[row])
      else addText(hash, String(values[row]))
    }
    return (hash.high >>> 0) / 2 ** 32 < share
  }
}

/**
 * Keeps the rows of a set whose value in column `key` is in the sample. Rows of a requested set should be dropped before they are
 * computed (`inOrderOfTime`).
 */
export function sampledSet(set: TrainingSet, key: string, isKept: ReturnType<typeof keySampler>): TrainingSet {
  const index = set.columns.findIndex(({ name }) => name === key)
  function* batches(): Generator<TrainingBatch> {
    for (const { length, columns, done } of set.batches) {
      const rows = rowsWhere(length, row => isKept(columns[index], row))
      yield { length: rows.length, columns: columns.map(column => selectOutputRows(column, rows)), done }
    }
  }
  return { ...set, batches: batches() }
}
