import type { FeatureIR } from '../define/ir/index.ts'
import { decimalUnit, type AggregateFunction, type PartialRows } from './aggregate.ts'
import { finalizeSpread, spreadAggregate } from './variance.ts'

/** The sample standard deviation: fl(sqrt(variance in scaled units) / 10^s); NULL for fewer than two values. */
export const stddevAggregate = (feature: FeatureIR): AggregateFunction => {
  const unit = decimalUnit(feature.input)
  return spreadAggregate(feature, {
    finish: squared => Math.sqrt(squared) / unit,
    finishSql: (squared, window) => `sqrt(${squared}) / ${window.constant(unit)}`,
    finalizeRows,
  })
}

const finalizeRows = (partials: PartialRows): void => finalizeSpread(partials, decimalUnit(partials.feature.input), true)
