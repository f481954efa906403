/**
 * A monoid over doubles. Partials are combined and never subtracted, because subtracting inexact sums leaves the rounding errors of
 * values that have left the window.
 *
 * A partial is `width` doubles in a `Float64Array`; `n` is at 0, and all zeros is the identity.
 */
export interface Fold {
  readonly name: string
  readonly width: number
  /** Writes the partial of one event. */
  lift(time: number, value: number, out: Float64Array, at: number): void
  /** into ← into ⊕ from; the two may not overlap. */
  combine(into: Float64Array, at: number, from: Float64Array, from_at: number): void
}

/** The partial of one value: its sum and mean are the value, its error and spread 0. */
const liftValue: Fold['lift'] = (_time, value, out, at) => {
  out[at] = 1
  out[at + 1] = value
  out[at + 2] = 0
}

/** [n, sum, error]: a double-double sum, so the order of combining changes the result by less than a tolerance of 2^−40. */
export const sumFold: Fold = {
  name: 'sum',
  width: 3,
  lift: liftValue,
  combine(into, at, from, from_at) {
    into[at] = into[at] + from[from_at]
    const a = into[at + 1]
    const b = from[from_at + 1]
    const sum = a + b
    const aPart = sum - b
    const error = a - aPart + (b - (sum - aPart)) + into[at + 2] + from[from_at + 2]
    into[at + 1] = sum + error
    into[at + 2] = error - (into[at + 1] - sum)
  },
}

/** [n, mean, M2] with M2 = Σ(x − mean)², combined by the formula of Chan, Golub and LeVeque (1979). */
export const spreadFold: Fold = {
  name: 'spread',
  width: 3,
  lift: liftValue,
  combine(into, at, from, from_at) {
    const na = into[at]
    const nb = from[from_at]
    if (nb === 0) return
    const n = na + nb
    const delta = from[from_at + 1] - into[at + 1]
    into[at] = n
    into[at + 1] = na === 0 ? from[from_at + 1] : into[at + 1] + (delta * nb) / n
    into[at + 2] = na === 0 ? from[from_at + 2] : into[at + 2] + from[from_at + 2] + ((delta * na) / n) * nb * delta
  },
}

/** [n, origin, mean of τ, mean of x, Σ(τ − mean)², Σ(τ − mean)(x − mean)], where τ is ms from `origin`, an event time of the partial. */
export const trendFold: Fold = {
  name: 'trend',
  width: 6,
  lift(time, value, out, at) {
    out[at] = 1
    out[at + 1] = time
    out[at + 2] = 0
    out[at + 3] = value
    out[at + 4] = 0
    out[at + 5] = 0
  },
  combine(into, at, from, from_at) {
    const na = into[at]
    const nb = from[from_at]
    if (nb === 0) return
    if (na === 0) {
      for (let i = 0; i < 6; i++) into[at + i] = from[from_at + i]!
      return
    }
    const n = na + nb
    const deltaTau = from[from_at + 1] - into[at + 1] + (from[from_at + 2] - into[at + 2])
    const deltaX = from[from_at + 3] - into[at + 3]
    const weight = (na / n) * nb
    into[at] = n
    into[at + 2] = into[at + 2] + (deltaTau * nb) / n
    into[at + 3] = into[at + 3] + (deltaX * nb) / n
    into[at + 4] = into[at + 4] + from[from_at + 4] + weight * deltaTau * deltaTau
    into[at + 5] = into[at + 5] + from[from_at + 5] + weight * deltaTau * deltaX
  },
}
