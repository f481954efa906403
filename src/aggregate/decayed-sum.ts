import type { FeatureIR } from '../define/ir/ir.ts'
import { isDouble, refuseCell, decimalUnit, type AggregateDefinition } from './aggregate.ts'
import { decayFold, DECAY_SPAN } from './decay-fold.ts'

/**
 * Σ x · 2^((time − t) / halfLife), where t is the as-of time: an event's contribution halves with each half-life of its age. Inexact
 * over every type; NULL for no events.
 */
export const decayedSumAggregate: AggregateDefinition = {
  name: 'decayedSum',
  algebra: () => 'other',
  exactness: () => 'inexact',
  partial: feature => ({ kind: 'folds', fold: decayFold(halfLifeOf(feature)) }),
  lower({ feature, rows, partial, clock, out, at }) {
    const [n, sum, , span] = partial as [Float64Array, Float64Array, Float64Array, Float64Array]
    const halfLife = halfLifeOf(feature)
    const unit = decimalUnit(feature.input)
    for (let i = 0; i < rows; i++) {
      if (n[i] === 0) {
        out.nulls[at + i] = 1
        continue
      }
      const value = (sum[i] * 2 ** ((span[i] * DECAY_SPAN * halfLife - clock[i]) / halfLife)) / unit
      if (Number.isFinite(value)) out.values[at + i] = value + 0
      else refuseCell(out, at + i)
    }
  },
  sql(feature, window) {
    const { input } = feature
    const value = isDouble(input) ? window.input : window.double(window.input)
    const age = `${window.double(`(${window.time} - ${window.clock})`)} / ${window.constant(halfLifeOf(feature))}`
    return { value: `${window.sum(`${value} * ${window.powerOf2(age)}`)} / ${window.constant(decimalUnit(input))}` }
  },
}

const halfLifeOf = ({ halfLife }: FeatureIR): number => halfLife!
