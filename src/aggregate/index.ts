import type { AggregateName } from '../define/ir/ir.ts'
import type { Aggregate } from './aggregate.ts'
import { change } from './change.ts'
import { countDistinct } from './count-distinct.ts'
import { count } from './count.ts'
import { decayedSum } from './decayed-sum.ts'
import { first } from './first.ts'
import { histogram } from './histogram.ts'
import { lastK } from './last-k.ts'
import { last } from './last.ts'
import { max } from './max.ts'
import { mean } from './mean.ts'
import { min } from './min.ts'
import { quantile } from './quantile.ts'
import { rate } from './rate.ts'
import { row } from './row.ts'
import { share } from './share.ts'
import { slope } from './slope.ts'
import { stddev } from './stddev.ts'
import { sum } from './sum.ts'
import { timeSinceLast } from './time-since-last.ts'
import { topK } from './top-k.ts'
import { variance } from './variance.ts'

/** All aggregates by name. */
export const aggregates: Readonly<Record<AggregateName, Aggregate>> = {
  count,
  sum,
  mean,
  min,
  max,
  variance,
  stddev,
  first,
  last,
  lastK,
  change,
  rate,
  slope,
  share,
  timeSinceLast,
  countDistinct,
  decayedSum,
  histogram,
  quantile,
  topK,
  row,
}
