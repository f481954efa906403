import type { AggregateName, FeatureIR } from '../define/ir/index.ts'
import type { AggregateFunction } from './partial/aggregate-function.ts'
import { changeAggregate } from './change.ts'
import { countDistinctAggregate } from './count-distinct.ts'
import { countAggregate, shareAggregate } from './counts.ts'
import { decayedSumAggregate } from './decayed-sum.ts'
import { firstAggregate, lastKAggregate, lastAggregate, rowAggregate, timeSinceLastAggregate } from './first-last.ts'
import { histogramAggregate } from './histogram.ts'
import { maxAggregate, minAggregate } from './extremes.ts'
import { meanAggregate } from './mean.ts'
import { quantileAggregate } from './quantile.ts'
import { rateAggregate } from './rate.ts'
import { slopeAggregate } from './slope.ts'
import { stddevAggregate, varianceAggregate } from './variance.ts'
import { sumAggregate } from './sum.ts'
import { topKAggregate } from './top-k.ts'

/**
 * The aggregate function of a feature.
 * @example
 *   const sum = aggregateOf(ir.groups[0].features[0])
 *   sum.finalize(sum.decode(cells), Date.now()).value
 */
export const aggregateOf = (feature: FeatureIR): AggregateFunction => aggregates[feature.agg](feature)

const aggregates: Readonly<Record<AggregateName, (feature: FeatureIR) => AggregateFunction>> = {
  count: countAggregate,
  sum: sumAggregate,
  mean: meanAggregate,
  min: minAggregate,
  max: maxAggregate,
  variance: varianceAggregate,
  stddev: stddevAggregate,
  first: firstAggregate,
  last: lastAggregate,
  lastK: lastKAggregate,
  change: changeAggregate,
  rate: rateAggregate,
  slope: slopeAggregate,
  share: shareAggregate,
  timeSinceLast: timeSinceLastAggregate,
  countDistinct: countDistinctAggregate,
  decayedSum: decayedSumAggregate,
  histogram: histogramAggregate,
  quantile: quantileAggregate,
  topK: topKAggregate,
  row: rowAggregate,
}
