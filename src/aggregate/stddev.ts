import { decimalUnit, type AggregateDefinition } from './aggregate.ts'
import { lowerSpread, spreadDefinition, spreadSql } from './variance.ts'

/** The sample standard deviation: fl(sqrt(variance in scaled units) / 10^s); NULL for fewer than two values. */
export const stddevAggregate: AggregateDefinition = {
  name: 'stddev',
  ...spreadDefinition,
  lower: lowering => lowerSpread(lowering, decimalUnit(lowering.feature.input), true),
  sql: ({ input }, window) => spreadSql(input, window, squared => `sqrt(${squared}) / ${window.constant(decimalUnit(input))}`),
}
