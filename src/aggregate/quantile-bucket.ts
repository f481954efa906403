/**
 * The buckets in which `quantile` counts values: doubles of 8 significant binary digits. `sql/quantile-bucket.ts` computes the same bucket in
 * SQL.
 */
import { limits } from '../base/index.ts'

const bits = new DataView(new ArrayBuffer(8))
/** Fraction bits of the upper word (of 20) that are rounded away. The leading digit is not stored. */
const DROPPED = 20 - (limits.QUANTILE_DIGITS - 1)
const HALF = 1 << (DROPPED - 1)
const KEPT = ~((1 << DROPPED) - 1)

/** The largest double of `QUANTILE_DIGITS` digits: 2^1024 less a step. */
const LARGEST = 2 ** 1023 * (2 - 2 ** (1 - limits.QUANTILE_DIGITS))

/**
 * Rounds to the nearest double of `QUANTILE_DIGITS` significant binary digits, half away from zero: within 2^−8 of the value. The
 * results are the log-linear buckets of `quantile`: 128 between two powers of two, each named by the number that its values round to.
 *
 * It is addition on the bits, without a logarithm, so it is the same on every machine. Below 2^−1022 steps are as wide as above it;
 * nothing rounds to infinity.
 */
export function quantileBucket(value: number): number {
  bits.setFloat64(0, value)
  bits.setInt32(0, (bits.getInt32(0) + HALF) & KEPT)
  bits.setInt32(4, 0)
  return Math.max(-LARGEST, Math.min(LARGEST, bits.getFloat64(0))) + 0
}
