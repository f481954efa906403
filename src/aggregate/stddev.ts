/** `stddev`: the sample standard deviation of a window's values. */
import type { FeatureIR } from '../define/ir/index.ts'
import type { AggregateFunction } from './aggregate.ts'
import { decimalUnit } from './feature-units.ts'
import type { PartialRows } from './kernel-partial.ts'
import { finalizeSpread, spreadAggregate } from './variance.ts'

/** The sample standard deviation: fl(sqrt(variance in scaled units) / 10^s); NULL for fewer than two values. */
export const stddevAggregate = (feature: FeatureIR): AggregateFunction => {
  const unit = decimalUnit(feature.input)
  return spreadAggregate(feature, {
    finish: squared => Math.sqrt(squared) / unit,
    finishSql: (squared, window) => `sqrt(${squared}) / ${window.doubleLiteral(unit)}`,
    finalizeRows,
  })
}

const finalizeRows = (partials: PartialRows): void => finalizeSpread(partials, decimalUnit(partials.feature.input), true)
