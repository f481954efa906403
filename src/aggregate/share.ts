/** `share`: the share of a window's events for which a condition is true. */
import type { AggregateFunction } from './aggregate.ts'
import type { PartialRows } from './kernel-partial.ts'
import { countPartials, type Counts } from './partial/counts.ts'

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
  finalizeRows,
})

function finalizeRows({ rows, columns, layout, out, at }: PartialRows): void {
  const n = columns[0]
  const holds = columns[layout!.x]
  for (let i = 0; i < rows; i++) {
    if (n[i] === 0) out.nulls[at + i] = 1
    else out.values[at + i] = holds[i] / n[i]
  }
}
