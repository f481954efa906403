import type { Column } from '../columns/block.ts'

/**
 * When a model decides over a history, and what its decisions bring with them, whatever its trigger (semantics §4).
 *
 * A *moment* is a time and a cut of the log. An event or a request is one moment and one decision; a tick is one moment and a decision for each
 * live key, so that what is known is worked out, and kept, once a moment.
 */
export interface Triggering {
  readonly moments: Moments
  /** Every decision in order, at most `size` at a time. Its columns are good until the next stretch. */
  readonly stretches: (size: number) => Iterable<Stretch>
}

/** In the total order; none is before the one that it follows. */
export interface Moments {
  /** UTC ms. */
  readonly t: Float64Array
  /** For each moment, how many events of a source its `P` has. */
  readonly prefixes: (source: string) => Int32Array
  /** The source whose event, the last of the prefix, is what triggers. */
  readonly source: string | undefined
  /** Where that event stands in its source. */
  readonly position?: Float64Array
}

export interface Stretch {
  readonly length: number
  /** Its decisions are of moments [from, to): one each… */
  readonly from: number
  readonly to: number
  /** …or of the moments that stand here. */
  readonly moment?: Int32Array
  /** A column of the trigger, as it is kept. */
  readonly columnOf: (name: string) => Column
}

/** Of values by moment, those of the decisions of a stretch. Without a copy where moments are decisions. */
export function ofDecisions<A extends Float64Array | Int32Array>(byMoment: A, { length, from, to, moment }: Stretch): A {
  if (!moment) return byMoment.subarray(from, to) as A
  const values = new (byMoment.constructor as new (length: number) => A)(length)
  for (let row = 0; row < length; row++) values[row] = byMoment[moment[row]]!
  return values
}
