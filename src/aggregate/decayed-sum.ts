/** `decayedSum`: a sum whose terms halve with each half-life of their age. */
import type { FeatureIR } from '../define/ir/index.ts'
import type { AggregateFunction } from './partial/aggregate-function.ts'
import { writeFinite, type Fold } from './partial/kernel-partial.ts'
import { isDouble, decimalUnit, finite, nullIfEmpty } from './final-value.ts'
import { foldCells, foldPartials, SUM, sumFold } from './partial/fold.ts'

/** Half-lives between two origins. */
const DECAY_SPAN = 16

/** Numbers of a `decayFold`: a `sumFold` around the origin of its span. */
const DECAY = { ...SUM, span: 3 } as const

/**
 * Σ x · 2^((time − t) / halfLife), where t is the as-of time: an event's contribution halves with each half-life of its age. Inexact
 * over every type; NULL for no events.
 */
export const decayedSumAggregate = (feature: FeatureIR): AggregateFunction<Float64Array> => {
  const halfLife = feature.halfLife!
  const span = DECAY_SPAN * halfLife
  const unit = decimalUnit(feature.input)
  const valueAt = (sum: number, index: number, asOf: number): number => (sum * 2 ** ((index * span - asOf) / halfLife)) / unit
  return {
    ...foldPartials(decayFold(halfLife)),
    finalize: nullIfEmpty((partial, asOf) => finite(valueAt(partial[DECAY.sum], partial[DECAY.span], asOf))),
    tileSql(tile) {
      const index = `floor(${tile.toDouble(tile.max(tile.time))} / ${tile.doubleLiteral(span)})`
      const sum = tile.sumInSecondPass(({ time, input }) => {
        const age = `((${tile.toDouble(time)} - ${index} * ${tile.doubleLiteral(span)}) / ${tile.doubleLiteral(halfLife)})`
        return `${tile.toDouble(input)} * ${tile.powerOf2(age)}`
      })
      return foldCells(DECAY, { n: tile.count(), sum, error: tile.doubleLiteral(0), span: index })
    },
    valueSql(window) {
      const value = isDouble(feature.input) ? window.input : window.toDouble(window.input)
      const age = `(${window.toDouble(`(${window.time} - ${window.asOf})`)} / ${window.doubleLiteral(halfLife)})`
      // A negative sum may underflow to −0, which values never are.
      return {
        value: `${window.sumOfDoubles(`${value} * ${window.powerOf2(age)}`)} / ${window.doubleLiteral(unit)} + ${window.doubleLiteral(0)}`,
      }
    },
    finalizeRows({ rows, columns, asOf, out, at }) {
      const n = columns[DECAY.n]
      const sum = columns[DECAY.sum]
      const index = columns[DECAY.span]
      for (let i = 0; i < rows; i++) {
        if (n[i] === 0) out.nulls[at + i] = 1
        else writeFinite(out, at + i, valueAt(sum[i], index[i], asOf[i]))
      }
    },
  }
}

const folds = new Map<number, Fold>()

/**
 * Folds decayed sums Σ x · 2^((time − origin) / halfLife). The origin of span i is i · 16 half-lives after the epoch.
 *
 * Origins form a grid, so a partial moves from one to another by a power of two, which rounds nothing. A term is rounded when it is
 * lifted and never by decay, whatever is combined in whatever order. A term is at most 2^16 times its value, so doubles near the
 * largest overflow.
 */
export function decayFold(halfLife: number): Fold {
  let fold = folds.get(halfLife)
  if (!fold) folds.set(halfLife, (fold = buildDecayFold(halfLife)))
  return fold
}

function buildDecayFold(halfLife: number): Fold {
  const span = DECAY_SPAN * halfLife
  const scaledFrom = new Float64Array(3)
  return {
    name: `decay ${halfLife}`,
    width: 4,
    lift(time, value, out, at) {
      const index = Math.floor(time / span)
      out[at] = 1
      out[at + DECAY.sum] = value * 2 ** ((time - index * span) / halfLife)
      out[at + DECAY.error] = 0
      out[at + DECAY.span] = index
    },
    combine(into, at, from, fromAt) {
      if (from[fromAt] === 0) return
      const index = into[at] === 0 ? from[fromAt + DECAY.span] : Math.max(into[at + DECAY.span], from[fromAt + DECAY.span])
      const scaleInto = 2 ** ((into[at + DECAY.span] - index) * DECAY_SPAN)
      const scaleFrom = 2 ** ((from[fromAt + DECAY.span] - index) * DECAY_SPAN)
      scaledFrom[DECAY.n] = from[fromAt]
      scaledFrom[DECAY.sum] = from[fromAt + DECAY.sum] * scaleFrom
      scaledFrom[DECAY.error] = from[fromAt + DECAY.error] * scaleFrom
      if (into[at] !== 0) {
        into[at + DECAY.sum] = into[at + DECAY.sum] * scaleInto
        into[at + DECAY.error] = into[at + DECAY.error] * scaleInto
      }
      sumFold.combine(into, at, scaledFrom, 0)
      into[at + DECAY.span] = index
    },
  }
}
