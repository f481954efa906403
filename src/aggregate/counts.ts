/** `count` and `share`: aggregates whose partials are counts, whole numbers that add up. */
import type { AggregateFunction, PartialMethods } from './partial/aggregate-function.ts'
import type { SumRows } from './partial/kernel-partial.ts'
import { numberAt } from './partial/tile-format.ts'

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

/** The number of events in the window, or of those for which a condition is true. Never NULL. */
export const countAggregate = (): AggregateFunction<Counts> => ({
  ...countPartials(1, () => [0]),
  finalize: ([n] = [0]) => ({ value: n }),
  tileSql: tile => [tile.count()],
  valueSql: window => ({ value: window.toDouble(window.count()) }),
  kernelPartial: { kind: 'sums', terms: [] },
  finalizeRows({ rows, columns, out, at }) {
    const n = columns[0]
    if (rows === 1) out.values[at] = n[0]
    else out.values.set(n.subarray(0, rows), at)
  },
})

/**
 * The share of events for which a condition is true: fl(true / not NULL); NULL if it is NULL for every event. The condition counts as
 * 1 or 0.
 */
export const shareAggregate = (): AggregateFunction<Counts> => ({
  ...countPartials(2, value => (value === true ? [0, 1] : [0])),
  finalize: ([n, holds] = [0, 0]) => ({ value: n === 0 ? null : holds / n }),
  tileSql: tile => [tile.count(), tile.countWhere(tile.input)],
  valueSql: window => ({ value: `${window.toDouble(window.countWhere(window.input))} / nullif(${window.toDouble(window.count())}, 0)` }),
  kernelPartial: { kind: 'sums', terms: ['x'] },
  finalizeRows({ rows, columns, layout, out, at }: SumRows) {
    const n = columns[0]
    const holds = columns[layout.x]
    for (let i = 0; i < rows; i++) {
      if (n[i] === 0) out.nulls[at + i] = 1
      else out.values[at + i] = holds[i] / n[i]
    }
  },
})
