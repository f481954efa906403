/** `rate`: the change of a window's values per unit of time. */
import { limits } from '../base/index.ts'
import type { FeatureIR } from '../define/ir/index.ts'
import type { AggregateFunction } from './partial/aggregate-function.ts'
import { writeFinite } from './partial/kernel-partial.ts'
import { isDouble, decimalUnit, timeUnit, finite, none, nullIfEmpty } from './final-value.ts'
import { endPartials, type EndEvents } from './partial/ordered-events.ts'
import { roundedProduct } from './partial/aggregate-sql.ts'

/**
 * The rate of change: fl(fl(fl((last − first)·u) / (t_last − t_first)) / 10^s), where u is `per` in ms. NULL for fewer than two
 * values or a zero span.
 */
export const rateAggregate = (feature: FeatureIR): AggregateFunction<EndEvents> => {
  const { input } = feature
  const per = timeUnit(feature)
  const unit = decimalUnit(input)
  const isExact = !isDouble(input)
  return {
    ...endPartials,
    finalize: nullIfEmpty(({ first, last }) => {
      const span = last.time - first.time
      if (span === 0) return none
      if (!isExact) return finite((((last.value as number) - (first.value as number)) * per) / span)
      const rise = (BigInt(last.value as number) - BigInt(first.value as number)) * BigInt(per)
      return { value: Number(rise) / span / unit }
    }),
    valueSql(window) {
      const [first, last] = [window.first(window.input), window.last(window.input)]
      const [from, to] = [window.first(window.time), window.last(window.time)]
      const rise = isExact
        ? roundedProduct(`(${window.toExact(last)} - ${window.toExact(first)})`, per, window)
        : `(${last} - ${first}) * ${window.doubleLiteral(per)}`
      const value = `${rise} / ${window.toDouble(`(${to} - ${from})`)} / ${window.doubleLiteral(unit)}`
      return { value: `CASE WHEN ${to} > ${from} THEN ${value} END` }
    },
    exactness: isExact ? 'exact' : 'inexact',
    finalizeRows({ rows, columns, out, at }) {
      const [first, last, firstTime, lastTime] = columns as [Float64Array, Float64Array, Float64Array, Float64Array]
      for (let i = 0; i < rows; i++) {
        const span = lastTime[i] - firstTime[i]
        if (!(span > 0)) {
          out.nulls[at + i] = 1
          continue
        }
        let rise = (last[i] - first[i]) * per
        if (isExact && Math.abs(rise) > limits.EXACT_MAX) rise = Number((BigInt(last[i]) - BigInt(first[i])) * BigInt(per))
        writeFinite(out, at + i, rise / span / unit)
      }
    },
  }
}
