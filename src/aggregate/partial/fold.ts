/** Folds of the kernel, and tile partials of aggregates that are a `Fold`: their cells are the numbers of the fold, `n` first. */
import type { AggregateFunction, PartialMethods } from './aggregate-function.ts'
import type { Fold } from './kernel-partial.ts'
import { numberAt } from './tile-format.ts'

/** Numbers of `sumFold`. */
export const SUM = { n: 0, sum: 1, error: 2 } as const
/** Numbers of `spreadFold`; m2 is Σ(x − mean)². */
export const SPREAD = { n: 0, mean: 1, m2: 2 } as const
/** Numbers of `trendFold`; τ is ms from `origin`, an event time of the partial. */
export const TREND = { n: 0, origin: 1, meanTau: 2, meanX: 3, spread: 4, covariation: 5 } as const

/** The partial of one value: its sum and mean are the value, its error and spread 0. */
const liftValue: Fold['lift'] = (_time, value, out, at) => {
  out[at] = 1
  out[at + 1] = value
  out[at + 2] = 0
}

/** A double-double sum, so the order of combining changes the result by less than a tolerance of 2^−40. */
export const sumFold: Fold = {
  name: 'sum',
  width: 3,
  lift: liftValue,
  combine(into, at, from, fromAt) {
    into[at] += from[fromAt]
    const a = into[at + SUM.sum]
    const b = from[fromAt + SUM.sum]
    const sum = a + b
    const aPart = sum - b
    const error = a - aPart + (b - (sum - aPart)) + into[at + SUM.error] + from[fromAt + SUM.error]
    into[at + SUM.sum] = sum + error
    into[at + SUM.error] = error - (into[at + SUM.sum] - sum)
  },
}

/** Mean and Σ(x − mean)², combined by the formula of Chan, Golub and LeVeque (1979). */
export const spreadFold: Fold = {
  name: 'spread',
  width: 3,
  lift: liftValue,
  combine(into, at, from, fromAt) {
    const na = into[at]
    const nb = from[fromAt]
    if (nb === 0) return
    const n = na + nb
    const mean = from[fromAt + SPREAD.mean]
    const m2 = from[fromAt + SPREAD.m2]
    const delta = mean - into[at + SPREAD.mean]
    into[at] = n
    into[at + SPREAD.mean] = na === 0 ? mean : into[at + SPREAD.mean] + (delta * nb) / n
    into[at + SPREAD.m2] = na === 0 ? m2 : into[at + SPREAD.m2] + m2 + ((delta * na) / n) * nb * delta
  },
}

/** Means of τ and x, Σ(τ − mean)² and Σ(τ − mean)(x − mean). */
export const trendFold: Fold = {
  name: 'trend',
  width: 6,
  lift(time, value, out, at) {
    out[at] = 1
    out[at + TREND.origin] = time
    out[at + TREND.meanTau] = 0
    out[at + TREND.meanX] = value
    out[at + TREND.spread] = 0
    out[at + TREND.covariation] = 0
  },
  combine(into, at, from, fromAt) {
    const na = into[at]
    const nb = from[fromAt]
    if (nb === 0) return
    if (na === 0) {
      for (let i = 0; i < 6; i++) into[at + i] = from[fromAt + i]!
      return
    }
    const n = na + nb
    const deltaTau = from[fromAt + TREND.origin] - into[at + TREND.origin] + (from[fromAt + TREND.meanTau] - into[at + TREND.meanTau])
    const deltaX = from[fromAt + TREND.meanX] - into[at + TREND.meanX]
    const weight = (na / n) * nb
    into[at] = n
    into[at + TREND.meanTau] += (deltaTau * nb) / n
    into[at + TREND.meanX] += (deltaX * nb) / n
    into[at + TREND.spread] = into[at + TREND.spread] + from[fromAt + TREND.spread] + weight * deltaTau * deltaTau
    into[at + TREND.covariation] = into[at + TREND.covariation] + from[fromAt + TREND.covariation] + weight * deltaTau * deltaX
  },
}

/** The SQL of a fold's cells, in the order of its numbers. */
export const foldCells = <N extends string>(numbers: Readonly<Record<N, number>>, cells: Readonly<Record<N, string>>): string[] =>
  (Object.keys(numbers) as N[]).map(name => cells[name])

export const foldPartials = (fold: Fold): PartialMethods<Float64Array> & Pick<AggregateFunction, 'exactness' | 'kernelPartial'> => ({
  lift({ time, value }) {
    const partial = new Float64Array(fold.width)
    fold.lift(time, value as number, partial, 0)
    return partial
  },
  merge(left, right) {
    const merged = left.slice()
    fold.combine(merged, 0, right, 0)
    return merged
  },
  encode: partial => [...partial],
  decode: cells => (numberAt(cells, 0) === 0 ? undefined : Float64Array.from({ length: fold.width }, (_, i) => numberAt(cells, i))),
  exactness: 'inexact',
  kernelPartial: { kind: 'folds', fold },
})
