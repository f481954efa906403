/** The values of a batch run in memory, looked up by key. */
import type { FeatureColumn } from '../aggregate/index.ts'
import { SpillwayError } from '../base/index.ts'
import type { ColumnData, Strings } from '../columns/index.ts'
import type { GroupIR, SourceIR } from '../define/ir/index.ts'
import { KeySlots, featureColumns } from '../kernel/index.ts'
import { readResultBlocks, type ResultBlock } from './result.ts'

/** A batch result in columns, with an index by key. */
export class BatchValues {
  /** Number and as-of time (UTC ms) of the run. */
  readonly run: number
  readonly s: number
  /** Visible events of the source. */
  readonly known: number
  readonly #keys: KeySlots
  readonly #features: readonly FeatureColumn[]
  #length = 0

  /** Starts empty; `of.keys` is the final number of keys. */
  constructor(
    group: GroupIR,
    source: SourceIR,
    strings: Strings,
    of: { readonly run: number; readonly s: number; readonly known: number; readonly keys: number },
  ) {
    this.run = of.run
    this.s = of.s
    this.known = of.known
    this.#keys = KeySlots.of(group, source, strings)
    this.#features = featureColumns(group, of.keys, false)
  }

  /** Keys added so far. */
  get length(): number {
    return this.#length
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
  of: ConstructorParameters<typeof BatchValues>[3],
): BatchValues {
  const values = new BatchValues(group, source, strings, of)
  for (const bytes of parts)
    for (const stretch of readResultBlocks(bytes, group, source, strings, `the result of run ${of.run}`)) values.add(stretch)
  if (values.length < of.keys)
    throw new SpillwayError('SPILL_DATA', `the result of run ${of.run} is damaged: it has ${values.length} keys of ${of.keys}`)
  return values
}
