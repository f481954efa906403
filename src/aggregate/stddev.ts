import { unitOf, type Aggregate } from './aggregate.ts'
import { lowerSpread, ofSpread, spreadSql } from './variance.ts'

/** The sample standard deviation: fl(sqrt(variance in scaled units) / 10^s); NULL for fewer than two values. */
export const stddev: Aggregate = {
  name: 'stddev',
  ...ofSpread,
  lower: lowering => lowerSpread(lowering, unitOf(lowering.feature.input), true),
  sql: ({ input }, window) => spreadSql(input, window, squared => `sqrt(${squared}) / ${window.constant(unitOf(input))}`),
}
