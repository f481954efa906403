/** `change`: the last value of a window minus the first. */
import type { FeatureIR } from '../define/ir/index.ts'
import type { AggregateFunction } from './partial/aggregate-function.ts'
import { writeFinite } from './partial/kernel-partial.ts'
import { isDouble, decimalUnit, finite, nullIfEmpty } from './final-value.ts'
import { endPartials, type EndEvents } from './partial/ordered-events.ts'

/** The last value minus the first: exact over exact types, rounded once on delivery. 0 for one event, NULL for none. */
export const changeAggregate = ({ input }: FeatureIR): AggregateFunction<EndEvents> => ({
  ...endPartials,
  finalize: nullIfEmpty(({ first, last }) => {
    if (isDouble(input)) return finite((last.value as number) - (first.value as number))
    const exact = BigInt(last.value as number) - BigInt(first.value as number)
    return { value: Number(exact) / decimalUnit(input), exact }
  }),
  valueSql(window) {
    const first = window.first(window.input)
    const last = window.last(window.input)
    if (isDouble(input)) return { value: `${last} - ${first}` }
    const exact = `(${window.toExact(last)} - ${window.toExact(first)})`
    return { value: `${window.roundToDouble(exact)} / ${window.doubleLiteral(decimalUnit(input))}`, exact }
  },
  exactness: isDouble(input) ? 'inexact' : 'exact',
  // Both operands are exact doubles, so one subtraction rounds once; Knuth's two-sum gives the rounding error.
  finalizeRows({ rows, columns, out, at }) {
    const [first, last] = columns as [Float64Array, Float64Array]
    for (let i = 0; i < rows; i++) {
      if (Number.isNaN(first[i])) {
        out.nulls[at + i] = 1
        continue
      }
      const difference = last[i] - first[i]
      writeFinite(out, at + i, difference)
      if (out.low && Number.isFinite(difference)) {
        const lastPart = difference + first[i]
        out.low[at + i] = last[i] - lastPart - (first[i] - (lastPart - difference))
      }
    }
  },
})
