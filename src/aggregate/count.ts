/** `count`: counts the events of a window. */
import type { AggregateFunction } from './aggregate.ts'
import type { PartialRows } from './kernel-partial.ts'
import { countPartials, type Counts } from './partial/counts.ts'

/** The number of events in the window, or of those for which a condition is true. Never NULL. */
export const countAggregate = (): AggregateFunction<Counts> => ({
  ...countPartials(1, () => [0]),
  finalize: ([n] = [0]) => ({ value: n }),
  tileSql: tile => [tile.count()],
  valueSql: window => ({ value: window.toDouble(window.count()) }),
  kernelPartial: { kind: 'sums', terms: [] },
  finalizeRows,
})

function finalizeRows({ rows, columns, out, at }: PartialRows): void {
  if (rows === 1) out.values[at] = columns[0][0]
  else out.values.set(columns[0].subarray(0, rows), at)
}
