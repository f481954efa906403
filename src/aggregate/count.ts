import type { AggregateFunction, PartialRows } from './aggregate.ts'
import { countPartials, type Counts } from './partial/counts.ts'

/** The number of events in the window, or of those for which a condition is true. Never NULL. */
export const countAggregate = (): AggregateFunction<Counts> => ({
  ...countPartials(1, () => [0]),
  finalize: ([n] = [0]) => ({ value: n }),
  tileSql: sql => [sql.count()],
  valueSql: window => ({ value: window.double(window.count()) }),
  partial: { kind: 'sums', terms: [] },
  finalizeRows,
})

function finalizeRows({ rows, partial, out, at }: PartialRows): void {
  if (rows === 1) out.values[at] = partial[0][0]
  else out.values.set(partial[0].subarray(0, rows), at)
}
