/** Axes of the curves: coordinates of values, and round tick values. */

/** An axis. */
export interface CurveAxis {
  readonly coordinate: (value: number) => number
  /** Round values from one end to the other, including zero. */
  readonly ticks: readonly number[]
  /** Decimals of the ticks. */
  readonly decimals: number
}

const SPREAD_MIN = 1e-9

/** An axis that contains `values` and zero. `from` and `to` are the coordinates of its ends. */
export function axisOf(values: readonly number[], from: number, to: number): CurveAxis {
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)]
  const spread = high - low
  const { step, decimals } = roundStep(spread < SPREAD_MIN ? 0.5 : spread / 4)
  const [first, last] = spread < SPREAD_MIN ? [-2, 2] : [Math.floor(low / step), Math.ceil(high / step)]
  return {
    coordinate: value => from + ((value / step - first) / (last - first)) * (to - from),
    ticks: Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12))),
    decimals,
  }
}

/** The least of 1, 2, 2.5 and 5 times a power of ten that is at least `least`. */
function roundStep(least: number): { readonly step: number; readonly decimals: number } {
  const exponent = Math.floor(Math.log10(least))
  const factor = [1, 2, 2.5, 5, 10].find(factor => factor * 10 ** exponent >= least * (1 - 1e-9))!
  return { step: factor * 10 ** exponent, decimals: Math.max(0, (factor === 2.5 ? 1 : 0) - exponent - (factor === 10 ? 1 : 0)) }
}
