import { limits } from '../base/limits.ts'

const bits = new DataView(new ArrayBuffer(8))
/** Bits of the upper word's 20 bits of fraction that are rounded away. The leading digit is not stored. */
const DROPPED = 20 - (limits.QUANTILE_DIGITS - 1)
const HALF = 1 << (DROPPED - 1)
const KEPT = ~((1 << DROPPED) - 1)

/** The largest double of so many digits: 2^1024 less a step. */
const LARGEST = 2 ** 1023 * (2 - 2 ** (1 - limits.QUANTILE_DIGITS))

/**
 * The nearest double of `QUANTILE_DIGITS` significant binary digits, half away from zero: within 2^−8 of the value. These are the log-linear buckets of
 * `quantile`: 128 between a power of two and the next, each named by the number that all in it round to.
 *
 * It is addition on the bits, so it is the same on every machine: no logarithm. Below 2^−1022 steps are as wide as above it; nothing rounds to infinity.
 */
export function significant(value: number): number {
  bits.setFloat64(0, value)
  bits.setInt32(0, (bits.getInt32(0) + HALF) & KEPT)
  bits.setInt32(4, 0)
  return Math.max(-LARGEST, Math.min(LARGEST, bits.getFloat64(0))) + 0
}
