/** Partials that are counts: whole numbers that add up. */
import type { AggregateFunction, PartialMethods } from '../aggregate.ts'
import { numberAt } from '../tile-format.ts'

export type Counts = readonly number[]

/** `width` counts; `indicesOf` gives those that an event's value adds to. Over no events they are zeros. */
export const countPartials = (
  width: number,
  indicesOf: (value: unknown) => readonly number[],
): PartialMethods<Counts> & Pick<AggregateFunction, 'exactness'> => ({
  lift({ value }) {
    const counts = new Array<number>(width).fill(0)
    for (const index of indicesOf(value)) counts[index]++
    return counts
  },
  merge: (left, right) => left.map((count, i) => count + right[i]),
  encode: counts => counts,
  decode: cells => Array.from({ length: width }, (_, i) => numberAt(cells, i)),
  exactness: 'exact',
})
