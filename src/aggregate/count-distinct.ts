import { limits } from '../base/limits.ts'
import { ofOneEvent, type Aggregate } from './aggregate.ts'
import { estimate } from './hyperloglog.ts'

/** Distinct values, 0 over nothing. Exact up to `limit`; of a window that holds more, what HyperLogLog estimates of the set of its values, and more than `limit`. */
export const countDistinct: Aggregate = {
  name: 'countDistinct',
  algebra: () => 'other',
  exactness: ofOneEvent.exactness,
  partial: feature => ({ kind: 'distinct', limit: feature.limit ?? limits.DISTINCT_MAX }),
  lower({ feature, rows, partial, out, at }) {
    const limit = feature.limit ?? limits.DISTINCT_MAX
    const [count, rest, empty] = partial
    for (let i = 0; i < rows; i++) out.values[at + i] = count[i] <= limit ? count[i] : estimate(rest[i], empty[i], limit)
  },
  sql({ limit = limits.DISTINCT_MAX }, window) {
    const found = window.distinct(window.input)
    const estimated = `greatest(${window.constant(limit + 1)}, floor(${window.estimated(window.input)} + ${window.constant(0.5)}))`
    return { value: `CASE WHEN ${found} > ${limit} THEN ${estimated} ELSE ${window.double(found)} END` }
  },
}
