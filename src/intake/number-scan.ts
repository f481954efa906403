/**
 * Scans decimal digits in bytes to an exact number: up to fifteen digits, which a double always holds.
 *
 * The fields hold the result of the last scan, so nothing is allocated.
 */
import { limits } from '../base/index.ts'

const DIGITS_MAX = 15
const ZERO = 0x30
const MINUS = 0x2d
const PLUS = 0x2b
const POINT = 0x2e

const POWERS = Float64Array.from({ length: DIGITS_MAX + 1 }, (_, exponent) => 10 ** exponent)

class NumberScan {
  /** Index of the byte after the last digit. */
  end = 0
  /** All digits as one signed integer; 0 has no sign. */
  #digits = 0
  /** Number of digits after the point. */
  #places = 0

  /**
   * Scans a sign, digits, and optionally a point with digits. Returns false for anything else, for more than fifteen digits, and before an
   * exponent. `json`: leading zeros are not allowed.
   */
  scan(bytes: Uint8Array, at: number, json: boolean): boolean {
    const isNegative = bytes[at] === MINUS
    const first = isNegative ? at + 1 : at
    let digits = 0
    let i = first
    for (; isDigit(bytes[i]); i++) digits = digits * 10 + (bytes[i] - ZERO)
    const whole = i - first
    if (whole === 0 || (json && whole > 1 && bytes[first] === ZERO)) return false
    let places = 0
    if (bytes[i] === POINT) {
      const fraction = ++i
      for (; isDigit(bytes[i]); i++) digits = digits * 10 + (bytes[i] - ZERO)
      places = i - fraction
      if (places === 0) return false
    }
    // `| 0x20` matches E and e.
    if (whole + places > DIGITS_MAX || (bytes[i] | 0x20) === 0x65) return false
    this.end = i
    this.#digits = isNegative ? 0 - digits : digits
    this.#places = places
    return true
  }

  /** The number in units of 10^−scale; NaN if it has more places, or is then not a safe integer. */
  scaled(scale: number): number {
    if (this.#places > scale) return NaN
    const scaled = this.#digits * POWERS[scale - this.#places]
    return Math.abs(scaled) <= limits.EXACT_MAX ? scaled : NaN
  }

  /** The nearest double: digits and power are exact, and the division rounds once. */
  get double(): number {
    return this.#digits / POWERS[this.#places]
  }
}

/**
 * End of a JSON number with a point or an exponent, of any length; −1 if there is none at `at`. An integer of more than fifteen digits may
 * not be a double, and gives −1.
 */
export function fractionEnd(bytes: Uint8Array, at: number): number {
  const first = bytes[at] === MINUS ? at + 1 : at
  const whole = digitsEnd(bytes, first)
  if (whole === first || (whole > first + 1 && bytes[first] === ZERO)) return -1
  let end = whole
  if (bytes[end] === POINT) {
    end = digitsEnd(bytes, whole + 1)
    if (end === whole + 1) return -1
  }
  if ((bytes[end] | 0x20) === 0x65) {
    const sign = bytes[end + 1] === MINUS || bytes[end + 1] === PLUS ? 1 : 0
    const exponent = end + 1 + sign
    end = digitsEnd(bytes, exponent)
    if (end === exponent) return -1
  }
  return end === whole ? -1 : end
}

function digitsEnd(bytes: Uint8Array, from: number): number {
  let i = from
  while (isDigit(bytes[i])) i++
  return i
}

const isDigit = (byte: number | undefined): boolean => byte! >= ZERO && byte! <= ZERO + 9

export const scannedNumber = new NumberScan()
