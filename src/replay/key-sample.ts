/** Samples whole keys: all rows of a key or none. The sample has the same keys on every machine, whatever else is requested. */
import { addText, type Hash64 } from '../base/index.ts'
import type { ColumnData, Strings } from '../columns/index.ts'

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
