/** `decayedSum`: a sum whose terms halve with each half-life of their age. */
import type { FeatureIR } from '../define/ir/index.ts'
import type { AggregateFunction } from './aggregate.ts'
import { rejectCell } from './feature-column.ts'
import { isDouble, decimalUnit } from './feature-units.ts'
import type { PartialRows } from './kernel-partial.ts'
import { decayFold, DECAY_SPAN } from './decay-fold.ts'
import { finite, nullIfEmpty } from './final-value.ts'
import { foldPartials } from './partial/folds.ts'

/**
 * Σ x · 2^((time − t) / halfLife), where t is the as-of time: an event's contribution halves with each half-life of its age. Inexact
 * over every type; NULL for no events.
 */
export const decayedSumAggregate = (feature: FeatureIR): AggregateFunction<Float64Array> => {
  const halfLife = halfLifeOf(feature)
  const span = DECAY_SPAN * halfLife
  const unit = decimalUnit(feature.input)
  return {
    ...foldPartials(decayFold(halfLife)),
    finalize: nullIfEmpty(([, sum, , index], asOf) => finite((sum * 2 ** ((index * span - asOf) / halfLife)) / unit)),
    tileSql(tile) {
      const index = `floor(${tile.toDouble(tile.max(tile.time))} / ${tile.doubleLiteral(span)})`
      const sum = tile.sumInSecondPass(({ time, input }) => {
        const age = `((${tile.toDouble(time)} - ${index} * ${tile.doubleLiteral(span)}) / ${tile.doubleLiteral(halfLife)})`
        return `${tile.toDouble(input)} * ${tile.powerOf2(age)}`
      })
      return [tile.count(), sum, tile.doubleLiteral(0), index]
    },
    valueSql(window) {
      const value = isDouble(feature.input) ? window.input : window.toDouble(window.input)
      const age = `(${window.toDouble(`(${window.time} - ${window.asOf})`)} / ${window.doubleLiteral(halfLife)})`
      return { value: `${window.sumOfDoubles(`${value} * ${window.powerOf2(age)}`)} / ${window.doubleLiteral(unit)}` }
    },
    finalizeRows,
  }
}

const halfLifeOf = ({ halfLife }: FeatureIR): number => halfLife!

function finalizeRows({ feature, rows, columns, asOf, out, at }: PartialRows): void {
  const [n, sum, , span] = columns as [Float64Array, Float64Array, Float64Array, Float64Array]
  const halfLife = halfLifeOf(feature)
  const unit = decimalUnit(feature.input)
  for (let i = 0; i < rows; i++) {
    if (n[i] === 0) {
      out.nulls[at + i] = 1
      continue
    }
    const value = (sum[i] * 2 ** ((span[i] * DECAY_SPAN * halfLife - asOf[i]) / halfLife)) / unit
    if (Number.isFinite(value)) out.values[at + i] = value + 0
    else rejectCell(out, at + i)
  }
}
