import { limits } from '../../base/index.ts'

/**
 * Represents the exact moments of a window as a vector of doubles under plain addition.
 *
 * A sum that could pass 2^53 is stored in limbs: each event's contribution is cut into pieces so small that the sum of each piece,
 * over as many events as a window may hold, stays a safe integer. So every addition and subtraction is exact, combining adds vectors,
 * and removing an event subtracts its vector.
 *
 * - `n`: events. `x`: Σx, 1 limb if the column's bounds allow, else 2 of base 2^26.
 * - `xx`: Σx², 1 limb or 3 of base 2^30.
 * - `trend`: Στ (2 limbs of base 2^26), Στ² and Στx (3 of base 2^30 each). τ is the event time itself: slope's exact integers do not
 *   depend
 *   on the origin of τ.
 * - `buckets`: the events of each bucket of a histogram but the last, which is the rest of `n`.
 * - `outside`: events whose value is too large for `xx` or `trend`; a window that holds one is rejected.
 */
export type MomentTerm = 'x' | 'xx' | 'trend'

/** The column of the number of values. */
export const MOMENT_N = 0

/** Columns of each term in a vector of moments. */
export interface MomentLayout {
  /** Doubles per vector. `n` is at `MOMENT_N`. */
  readonly width: number
  /** First limb of each term, −1 if the term is absent. */
  readonly x: number
  readonly xLimbs: 1 | 2
  readonly xx: number
  readonly xxLimbs: 1 | 3
  readonly tau: number
  readonly tauTau: number
  readonly tauX: number
  readonly outside: number
  readonly buckets: number
  /** Upper bound of each bucket but the last, inclusive. */
  readonly bounds: readonly number[]
}

const SUM_BASE = 2 ** 26
const PRODUCT_BASE = 2 ** 30
const HALF = 2 ** 22

const HALF_RANGE = 2 ** 53

/**
 * a + b modulo 2^54, for integers within ±2^53: exact, and again within ±2^53. So running sums lose nothing, and the difference of
 * two sums is right if it is a safe integer.
 */
export function modulo54(a: number, b: number): number {
  const sum = a + b
  if (sum < HALF_RANGE && sum > -HALF_RANGE) return sum
  const half = sum > 0 ? HALF_RANGE : -HALF_RANGE
  return a - half + (b - half)
}

/**
 * The layout of these terms and of the buckets that end at `bounds`. `bound`, the column's largest magnitude, determines the number
 * of limbs.
 */
export function momentLayout(terms: ReadonlySet<MomentTerm>, bound: number, bounds: readonly number[] = []): MomentLayout {
  const xLimbs = bound * limits.SUM_COUNT_MAX <= limits.EXACT_MAX ? 1 : 2
  const xxLimbs = bound * bound * limits.MOMENT_COUNT_MAX <= limits.EXACT_MAX ? 1 : 3
  let width = 1
  const place = (isPresent: boolean, limbs: number): number => {
    if (!isPresent) return -1
    width += limbs
    return width - limbs
  }
  const trend = terms.has('trend')
  const x = place(terms.size > 0, xLimbs)
  const xx = place(terms.has('xx'), xxLimbs)
  const tau = place(trend, 2)
  const tauTau = place(trend, 3)
  const tauX = place(trend, 3)
  const outside = place((terms.has('xx') || trend) && bound > limits.MOMENT_VALUE_MAX, 1)
  const buckets = place(bounds.length > 0, bounds.length)
  return { width, x, xLimbs, xx, xxLimbs, tau, tauTau, tauX, outside, buckets, bounds }
}

/**
 * Writes the vector of one event to `out` from `at`. `value` is a safe integer, or any double if the layout has buckets alone; `time`
 * is within ±2^43.
 */
export function liftMoments(layout: MomentLayout, time: number, value: number, out: Float64Array, at: number): void {
  out[at] = 1
  if (layout.x >= 0) {
    if (layout.xLimbs === 1) out[at + layout.x] = value
    else sumLimbs(value, out, at + layout.x)
  }
  let factor = value
  if (layout.outside >= 0) {
    const outside = Math.abs(value) > limits.MOMENT_VALUE_MAX
    out[at + layout.outside] = outside ? 1 : 0
    if (outside) factor = 0
  }
  if (layout.xx >= 0) {
    if (layout.xxLimbs === 1) out[at + layout.xx] = value * value
    else productLimbs(factor, factor, out, at + layout.xx)
  }
  if (layout.tau >= 0) {
    sumLimbs(time, out, at + layout.tau)
    productLimbs(time, time, out, at + layout.tauTau)
    productLimbs(time, factor, out, at + layout.tauX)
  }
  if (layout.buckets >= 0) markBucket(layout.bounds, value, out, at + layout.buckets)
}

/** Writes 1 for the bucket of a value, 0 for the others; the last bucket has no column. */
function markBucket(bounds: readonly number[], value: number, out: Float64Array, at: number): void {
  out.fill(0, at, at + bounds.length)
  let bucket = 0
  while (bucket < bounds.length && value > bounds[bucket]) bucket++
  if (bucket < bounds.length) out[at + bucket] = 1
}

/** Writes value = out[at] + out[at + 1] · 2^26, with 0 <= out[at] < 2^26. */
function sumLimbs(value: number, out: Float64Array, at: number): void {
  const high = Math.floor(value / SUM_BASE)
  out[at] = value - high * SUM_BASE
  out[at + 1] = high
}

/**
 * Writes u · v = out[at] + out[at + 1] · 2^30 + out[at + 2] · 2^60 exactly, for |u|, |v| <= 2^44; limbs are below 2^30 in magnitude
 * and of one sign.
 */
function productLimbs(u: number, v: number, out: Float64Array, at: number): void {
  const sign = u < 0 === v < 0 ? 1 : -1
  const a = Math.abs(u)
  const b = Math.abs(v)
  const a1 = Math.floor(a / HALF)
  const a0 = a - a1 * HALF
  const b1 = Math.floor(b / HALF)
  const b0 = b - b1 * HALF
  const high = a1 * b1 // · 2^44
  const middle = a1 * b0 + a0 * b1 // · 2^22
  const middleHigh = Math.floor(middle / 2 ** 8)
  const low = a0 * b0 + (middle - middleHigh * 2 ** 8) * HALF
  const lowCarry = Math.floor(low / PRODUCT_BASE)
  const highHigh = Math.floor(high / 2 ** 16)
  const second = middleHigh + (high - highHigh * 2 ** 16) * 2 ** 14 + lowCarry
  const secondCarry = Math.floor(second / PRODUCT_BASE)
  out[at] = sign * (low - lowCarry * PRODUCT_BASE)
  out[at + 1] = sign * (second - secondCarry * PRODUCT_BASE)
  out[at + 2] = sign * (highHigh + secondCarry)
}

/** The exact integer of a sum in one or two limbs, at `row`. */
export function exactSum(columns: readonly Float64Array[], first: number, limbs: 1 | 2, row: number): bigint {
  const low = BigInt(columns[first][row])
  return limbs === 1 ? low : low + BigInt(columns[first + 1][row]) * BigInt(SUM_BASE)
}

/** The exact integer of a sum of products in one or three limbs, at `row`. */
export function exactProductSum(columns: readonly Float64Array[], first: number, limbs: 1 | 3, row: number): bigint {
  const low = BigInt(columns[first][row])
  if (limbs === 1) return low
  return low + BigInt(columns[first + 1][row]) * 2n ** 30n + BigInt(columns[first + 2][row]) * 2n ** 60n
}

/** fl(Σx) of each row: both limbs are exact doubles, so one addition rounds once. */
export function roundedSums(layout: MomentLayout, columns: readonly Float64Array[], rows: number): Float64Array {
  const low = columns[layout.x]
  if (layout.xLimbs === 1) return low
  const high = columns[layout.x + 1]
  const sums = new Float64Array(rows)
  for (let row = 0; row < rows; row++) sums[row] = high[row] * SUM_BASE + low[row]
  return sums
}

/** The rounding error of `roundedSums`: Σx − fl(Σx), itself exact (Knuth's two-sum). */
export function roundedSumError(layout: MomentLayout, columns: readonly Float64Array[], row: number): number {
  if (layout.xLimbs === 1) return 0
  const low = columns[layout.x][row]
  const high = columns[layout.x + 1][row] * SUM_BASE
  const sum = high + low
  const highPart = sum - low
  return high - highPart + (low - (sum - highPart))
}
