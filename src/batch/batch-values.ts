/** The values of a batch run in memory, looked up by key. */
import { type FeatureColumn, featureBytes } from '../aggregate/index.ts'
import { SpillwayError } from '../base/index.ts'
import type { ColumnData, Strings } from '../columns/index.ts'
import type { GroupIR, SourceIR } from '../define/ir/index.ts'
import { KeySlots, featureColumns } from '../kernel/index.ts'
import { readResultBlocks, type ResultBlock } from './result.ts'

/** The run of some values. */
export interface BatchValuesOptions {
  readonly run: number
  /** As-of time, UTC ms. */
  readonly asOf: number
  /** Number of visible events of the source. */
  readonly visibleCount: number
  /** Final number of keys. */
  readonly keys: number
}

/** A batch result in columns, with an index by key; empty at first. */
export class BatchValues {
  readonly run: number
  readonly asOf: number
  readonly visibleCount: number
  readonly #keys: KeySlots
  readonly #features: readonly FeatureColumn[]
  #length = 0

  constructor(group: GroupIR, source: SourceIR, strings: Strings, { run, asOf, visibleCount, keys }: BatchValuesOptions) {
    this.run = run
    this.asOf = asOf
    this.visibleCount = visibleCount
    this.#keys = KeySlots.of(group, source, strings)
    this.#features = featureColumns(group, keys, false)
  }

  /** Keys added so far. */
  get length(): number {
    return this.#length
  }

  /** Bytes of the values, for the final number of keys. */
  get bytes(): number {
    return featureBytes(this.#features)
  }

  add({ length, keys, features }: ResultBlock): void {
    const at = this.#length
    this.#keys.slotsOf(keys, length, true)
    features.forEach((part, f) => {
      const { values, nulls, rejected, counts, width } = this.#features[f]
      values.set(part.values, at * width)
      nulls.set(part.nulls, at)
      rejected.set(part.rejected, at)
      counts?.set(part.counts!, at)
    })
    this.#length = at + length
  }

  /** Overwrites rows of `out` with the values of their keys. Rows of keys that the run has not seen stay unchanged. */
  copyInto(out: readonly FeatureColumn[], keys: readonly ColumnData[], rows: number): void {
    const slots = this.#keys.slotsOf(keys, rows, false)
    out.forEach((to, f) => {
      const { values, nulls, rejected, counts, width } = this.#features[f]
      for (let row = 0; row < rows; row++) {
        const slot = slots[row]
        if (slot < 0) continue
        for (let i = 0; i < width; i++) to.values[row * width + i] = values[slot * width + i]!
        to.nulls[row] = nulls[slot]!
        to.rejected[row] = rejected[slot]!
        if (counts) to.counts![row] = counts[slot]!
      }
    })
  }
}

/**
 * Reads all parts of a result at once, for a start, when nothing else waits.
 * @throws `SPILL_DATA` for a damaged result.
 */
export function readBatchValues(
  parts: Iterable<Uint8Array>,
  group: GroupIR,
  source: SourceIR,
  strings: Strings,
  of: BatchValuesOptions,
): BatchValues {
  const values = new BatchValues(group, source, strings, of)
  for (const bytes of parts)
    for (const block of readResultBlocks(bytes, group, source, strings, `the result of run ${of.run}`)) values.add(block)
  if (values.length < of.keys)
    throw new SpillwayError('SPILL_DATA', `the result of run ${of.run} is damaged: it has ${values.length} keys of ${of.keys}`)
  return values
}
