import type { FeatureIR } from '../define/ir/index.ts'
import { decimalUnit, type AggregateFunction, type Lowering } from './aggregate.ts'
import { lowerSpread, spreadAggregate } from './variance.ts'

/** The sample standard deviation: fl(sqrt(variance in scaled units) / 10^s); NULL for fewer than two values. */
export const stddevAggregate = (feature: FeatureIR): AggregateFunction => {
  const unit = decimalUnit(feature.input)
  return spreadAggregate(feature, {
    finish: squared => Math.sqrt(squared) / unit,
    finishSql: (squared, window) => `sqrt(${squared}) / ${window.constant(unit)}`,
    lower,
  })
}

const lower = (lowering: Lowering): void => lowerSpread(lowering, decimalUnit(lowering.feature.input), true)
