import { limits } from '../base/limits.ts'
import { selectiveDefinition, type AggregateDefinition } from './aggregate.ts'
import { estimateDistinct } from './hyperloglog.ts'

/**
 * The number of distinct values, 0 for none. Exact up to `limit`; beyond it HyperLogLog's estimate for the window's values, and at
 * least `limit + 1`.
 */
export const countDistinctAggregate: AggregateDefinition = {
  name: 'countDistinct',
  algebra: () => 'other',
  exactness: selectiveDefinition.exactness,
  partial: feature => ({ kind: 'distinct', limit: feature.limit ?? limits.DISTINCT_MAX }),
  lower({ feature, rows, partial, out, at }) {
    const limit = feature.limit ?? limits.DISTINCT_MAX
    const [count, rest, empty] = partial
    for (let i = 0; i < rows; i++) out.values[at + i] = count[i] <= limit ? count[i] : estimateDistinct(rest[i], empty[i], limit)
  },
  sql({ limit = limits.DISTINCT_MAX }, window) {
    const distinct = window.distinct(window.input)
    const estimated = `greatest(${window.constant(limit + 1)}, floor(${window.estimated(window.input)} + ${window.constant(0.5)}))`
    return { value: `CASE WHEN ${distinct} > ${limit} THEN ${estimated} ELSE ${window.double(distinct)} END` }
  },
}
