import type { FeatureColumn } from '../aggregate/aggregate.ts'
import { SpillwayError } from '../base/errors.ts'
import type { Column } from '../columns/block.ts'
import type { Strings } from '../columns/strings.ts'
import type { GroupIR, SourceIR } from '../define/ir/ir.ts'
import { Keys } from '../kernel/keys.ts'
import { featureColumns } from '../kernel/output.ts'
import { readStretches, type ResultStretch } from './result.ts'

/** The result of a batch run in memory, to be looked up by key. */
export class BatchValues {
  /** Which run it is of, and of which time, UTC ms. */
  readonly run: number
  readonly s: number
  /** How many events of the source were known. */
  readonly known: number
  readonly #keys: Keys
  readonly #features: readonly FeatureColumn[]
  #length = 0

  /** Without keys; `keys` is how many there will be. */
  constructor(
    group: GroupIR,
    source: SourceIR,
    strings: Strings,
    of: { readonly run: number; readonly s: number; readonly known: number; readonly keys: number },
  ) {
    this.run = of.run
    this.s = of.s
    this.known = of.known
    this.#keys = Keys.of(group, source, strings)
    this.#features = featureColumns(group, of.keys, false)
  }

  /** Keys that were added. */
  get length(): number {
    return this.#length
  }

  add({ length, keys, features }: ResultStretch): void {
    const at = this.#length
    this.#keys.slotsOf(keys, length, true)
    features.forEach((part, f) => {
      const { values, nulls, refused, counts, width } = this.#features[f]
      values.set(part.values, at * width)
      nulls.set(part.nulls, at)
      refused.set(part.refused, at)
      counts?.set(part.counts!, at)
    })
    this.#length = at + length
  }

  /** Writes what the keys have over rows of `out`; rows of keys that the run has not seen stay as they are. */
  copyTo(out: readonly FeatureColumn[], keys: readonly Column[], rows: number): void {
    const slots = this.#keys.slotsOf(keys, rows, false)
    out.forEach((to, f) => {
      const { values, nulls, refused, counts, width } = this.#features[f]
      for (let row = 0; row < rows; row++) {
        const slot = slots[row]
        if (slot < 0) continue
        for (let i = 0; i < width; i++) to.values[row * width + i] = values[slot * width + i]!
        to.nulls[row] = nulls[slot]!
        to.refused[row] = refused[slot]!
        if (counts) to.counts![row] = counts[slot]!
      }
    })
  }
}

/** A whole result at once, the bytes of all its parts: for a start, when nothing else waits. Throws `SPILL_DATA` where they are not as they were written. */
export function readValues(
  parts: Iterable<Uint8Array>,
  group: GroupIR,
  source: SourceIR,
  strings: Strings,
  of: ConstructorParameters<typeof BatchValues>[3],
): BatchValues {
  const values = new BatchValues(group, source, strings, of)
  for (const bytes of parts)
    for (const stretch of readStretches(bytes, group, source, strings, `the result of run ${of.run}`)) values.add(stretch)
  if (values.length < of.keys)
    throw new SpillwayError('SPILL_DATA', `the result of run ${of.run} is damaged: it has ${values.length} keys of ${of.keys}`)
  return values
}
