import { limits } from '../base/limits.ts'
import { ofOneEvent, refusals, refuse, type Aggregate } from './aggregate.ts'

/** Distinct values, 0 over nothing. Exact up to `limit`; a window that holds more is refused until sketches exist. */
export const countDistinct: Aggregate = {
  name: 'countDistinct',
  algebra: () => 'other',
  exactness: ofOneEvent.exactness,
  partial: feature => ({ kind: 'distinct', limit: feature.limit ?? limits.DISTINCT_MAX }),
  lower({ feature, rows, partial, out, at }) {
    const limit = feature.limit ?? limits.DISTINCT_MAX
    const count = partial[0]
    for (let i = 0; i < rows; i++) {
      if (count[i] <= limit) out.values[at + i] = count[i]!
      else refuse(out, at + i, refusals.limit)
    }
  },
  sql({ limit }, window) {
    const found = window.distinct(window.input)
    return { value: window.double(found), refused: { when: `${found} > ${limit ?? limits.DISTINCT_MAX}`, code: 'SPILL_LIMIT' } }
  },
}
