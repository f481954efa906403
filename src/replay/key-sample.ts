/** A sample by whole keys: all rows of a key or none, and the same keys on every machine, whatever else is asked for. */
import { addText, type Hash64 } from '../base/hash.ts'
import type { Column } from '../columns/block.ts'
import type { Strings } from '../columns/strings.ts'

export interface KeySample {
  /** Of all keys, above 0 and at most 1. */
  readonly share: number
  /** Another seed is another sample. */
  readonly seed: number
}

/** In words, for manifests: with the share and the seed it says which keys there are. */
export const SAMPLE_RULE = "the upper half of the 64-bit hash of (seed, key), as text, is below share · 2^32 (Spillway's src/base/hash.ts)"

/** Is the key of this row, as delivered, in the sample? NULL is a key too. */
export function sampler({ share, seed }: KeySample, strings: Strings): (key: Column, row: number) => boolean {
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
