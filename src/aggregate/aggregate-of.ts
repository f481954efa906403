import type { AggregateName, FeatureIR } from '../define/ir/index.ts'
import type { AggregateFunction } from './aggregate.ts'
import { changeAggregate } from './change.ts'
import { countDistinctAggregate } from './count-distinct.ts'
import { countAggregate } from './count.ts'
import { decayedSumAggregate } from './decayed-sum.ts'
import { firstAggregate } from './first.ts'
import { histogramAggregate } from './histogram.ts'
import { lastKAggregate } from './last-k.ts'
import { lastAggregate } from './last.ts'
import { maxAggregate } from './max.ts'
import { meanAggregate } from './mean.ts'
import { minAggregate } from './min.ts'
import { quantileAggregate } from './quantile.ts'
import { rateAggregate } from './rate.ts'
import { rowAggregate } from './row.ts'
import { shareAggregate } from './share.ts'
import { slopeAggregate } from './slope.ts'
import { stddevAggregate } from './stddev.ts'
import { sumAggregate } from './sum.ts'
import { timeSinceLastAggregate } from './time-since-last.ts'
import { topKAggregate } from './top-k.ts'
import { varianceAggregate } from './variance.ts'

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
