/**
 * Decimal digits in bytes as a number, exactly: up to fifteen of them, which a double holds whatever they are.
 *
 * The result of the last scan stands in fields, so that none is allocated.
 */
import { limits } from '../base/limits.ts'

const DIGITS_MAX = 15
const ZERO = 0x30
const MINUS = 0x2d
const PLUS = 0x2b
const POINT = 0x2e

const POWERS = Float64Array.from({ length: DIGITS_MAX + 1 }, (_, exponent) => 10 ** exponent)

class NumberScan {
  /** The byte behind the last digit. */
  end = 0
  /** All digits as one integer, with the sign; 0 has none. */
  #digits = 0
  /** How many of them stand behind the point. */
  #places = 0

  /** Scans a sign, digits, and a point with digits behind it. False for anything else, for more digits, and where an exponent follows. `json`: no zero may lead. */
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
    // `| 0x20`: an E of either case.
    if (whole + places > DIGITS_MAX || (bytes[i] | 0x20) === 0x65) return false
    this.end = i
    this.#digits = isNegative ? 0 - digits : digits
    this.#places = places
    return true
  }

  /** The number as an integer of units of 10^−scale; NaN if it has more places, or is no safe integer then. */
  scaled(scale: number): number {
    if (this.#places > scale) return NaN
    const scaled = this.#digits * POWERS[scale - this.#places]
    return Math.abs(scaled) <= limits.EXACT_MAX ? scaled : NaN
  }

  /** The nearest double: digits and power are exact, and a division rounds once. */
  get double(): number {
    return this.#digits / POWERS[this.#places]
  }
}

/**
 * Behind a JSON number with a point or an exponent, of however many digits, that begins there; −1 if none does. A whole number is none: with more than fifteen digits it may be no double, and is
 * then no value.
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
