/**
 * The formulas of the semantics (aggregates) over numbers, in exact integers: fl is a conversion from BigInt, and a division or root of
 * doubles.
 *
 * Doubles are treated like decimals: as integers times a power of two, so sums and products of either kind are exact. An engine that
 * computes in doubles may differ by 2^−40 of Σ|…| over the terms of the formula as written there; the terms are stated at each formula.
 */
import type { ErrorCode } from '../../src/base/errors.ts'
import type { FeatureIR, Value } from '../../src/define/ir/ir.ts'
import { type Exact, finite, isExact, power10 } from './arithmetic.ts'

export interface OracleValue {
  /** The delivered value; decimals as fl(int) / 10^s, times in milliseconds, lists as arrays. */
  readonly delivered: Value | readonly Value[]
  /** `sum` and `change` over exact types: the exact scaled integer. */
  readonly exact?: bigint
  /** Tolerance of a computation; 0 is bit-exact. Infinite if doubles overflow on the way: any answer agrees, also NULL. */
  readonly tolerance: number
  /** The expected error. */
  readonly rejected?: ErrorCode
}

interface Term {
  readonly time: number
  readonly x: Exact | number
}

/** Numbers of one window, in order and at least one. */
interface Numbers {
  readonly times: readonly number[]
  readonly ints: readonly bigint[]
  /** From the integers' unit to that of the values, once (/ 10^s, or · 2^−shift). */
  readonly scaled: (result: number) => number
  /** The same for a product of two values. */
  readonly scaledTwice: (result: number) => number
  readonly double: boolean
}

export function formula(feature: FeatureIR, terms: readonly Term[], t: number): OracleValue {
  // Intermediate results may be so large that the common unit would be visible in results of these two alone.
  const isOfEnds = feature.agg === 'change' || feature.agg === 'rate'
  const numbers = asIntegers(isOfEnds ? [terms[0], terms.at(-1)!] : terms)
  const unit = BigInt(feature.per ?? 60_000)
  switch (feature.agg) {
    case 'sum':
      return sum(numbers)
    case 'mean':
      return mean(numbers)
    case 'change':
      return change(numbers)
    case 'rate':
      return rate(numbers, unit)
    case 'variance':
      return variance(numbers)
    case 'stddev':
      return stddev(numbers)
    case 'slope':
      return slope(numbers, unit, t)
    case 'decayedSum':
      return decayedSum(terms, feature.halfLife!, t)
    default:
      throw new Error(`no formula for ${feature.agg}`)
  }
}

/** Terms: Σ|x|. */
function sum({ ints, scaled, double }: Numbers): OracleValue {
  const S = total(ints)
  return { ...answer(double, scaled(Number(S)), scaled(Number(total(ints.map(absolute))))), ...(double ? {} : { exact: S }) }
}

/** Terms: Σ|x| / n. */
const mean = ({ ints, scaled, double }: Numbers): OracleValue =>
  answer(double, scaled(Number(total(ints)) / ints.length), scaled(Number(total(ints.map(absolute))) / ints.length))

/** Terms: |last| + |first|. */
function change({ ints, scaled, double }: Numbers): OracleValue {
  const difference = ints.at(-1)! - ints[0]
  const terms = absolute(ints.at(-1)!) + absolute(ints[0])
  return { ...answer(double, scaled(Number(difference)), scaled(Number(terms))), ...(double ? {} : { exact: difference }) }
}

/** Terms: (|last| + |first|) · u / span. */
function rate({ times, ints, scaled, double }: Numbers, unit: bigint): OracleValue {
  const span = times.at(-1)! - times[0]
  if (span === 0) return NULL
  const per = (x: bigint): number => scaled(Number(x * unit) / span)
  return answer(double, per(ints.at(-1)! - ints[0]), per(absolute(ints.at(-1)!) + absolute(ints[0])))
}

/** n·Q − S² over n·(n − 1). Terms: of n·Q + S², which is at most 2·n·Q, the half: Q / (n − 1). */
function moments(ints: readonly bigint[]): { before: number; terms: number } {
  const n = BigInt(ints.length)
  const S = total(ints)
  const Q = total(ints.map(x => x * x))
  return { before: Number(n * Q - S * S) / Number(n * (n - 1n)), terms: Number(Q) / (ints.length - 1) }
}

function variance({ ints, scaledTwice, double }: Numbers): OracleValue {
  if (ints.length < 2) return NULL
  const { before, terms } = moments(ints)
  return answer(double, scaledTwice(before), scaledTwice(terms))
}

/** |√a − √b|, where |a − b| <= d, is at most √d and at most d / √a. */
function stddev({ ints, scaled, scaledTwice, double }: Numbers): OracleValue {
  if (ints.length < 2) return NULL
  const { before, terms } = moments(ints)
  const root = scaled(Math.sqrt(before))
  const d = tolerance(scaledTwice(terms))
  return { delivered: finite(root), tolerance: double ? Math.min(Math.sqrt(d), d / root) : 0 }
}

/** Terms: (n·Σ|τx| + Σ|τ|·Σ|x|) · u / (n·Στ² − (Στ)²). */
function slope({ times, ints, scaled, double }: Numbers, unit: bigint, t: number): OracleValue {
  const n = BigInt(ints.length)
  const taus = times.map(time => BigInt(time - t))
  const products = taus.map((tau, i) => tau * ints[i])
  const T = total(taus)
  const D = n * total(taus.map(tau => tau * tau)) - T * T
  if (D === 0n) return NULL // fewer than 2, or a zero span
  const per = (x: bigint): number => scaled(Number(x * unit) / Number(D))
  const terms = n * total(products.map(absolute)) + total(taus.map(absolute)) * total(ints.map(absolute))
  return answer(double, per(n * total(products) - T * total(ints)), per(terms))
}

/** Terms: Σ|x| · 2^(−age / halfLife). A computation over numbers 2^16 times as large is allowed. */
function decayedSum(terms: readonly Term[], halfLife: number, t: number): OracleValue {
  const xs = terms.map(({ x }) => (isExact(x) ? Number(x.int) / power10(x.scale) : x))
  const decayed = xs.map((x, i) => x * 2 ** ((terms[i].time - t) / halfLife))
  const largest = xs.reduce((sum, x) => sum + Math.abs(x), 0) * 2 ** 16
  const absolute = decayed.reduce((sum, x) => sum + Math.abs(x), 0)
  return {
    delivered: finite(decayed.reduce((sum, x) => sum + x, 0)),
    tolerance: Number.isFinite(largest) ? tolerance(absolute) : Infinity,
  }
}

const NULL: OracleValue = { delivered: null, tolerance: 0 }
const total = (xs: readonly bigint[]): bigint => xs.reduce((sum, x) => sum + x, 0n)
const absolute = (x: bigint): bigint => (x < 0n ? -x : x)

const answer = (double: boolean, value: number, terms: number): OracleValue => ({
  delivered: finite(value),
  tolerance: double ? tolerance(terms) : 0,
})

/** 2^−40 of the terms, and the loss of underflowing doubles. */
const tolerance = (terms: number): number => terms * 2 ** -40 + 2 ** -960

/**
 * Exact values as they are. Doubles as multiples of 2^−shift, chosen so that the largest has about 400 bits: values below the unit are
 * 2^−400 of the largest value, which no tolerance can detect.
 */
function asIntegers(terms: readonly Term[]): Numbers {
  const times = terms.map(term => term.time)
  const xs = terms.map(term => term.x)
  if (xs.every(isExact)) {
    const [once, twice] = [power10(xs[0].scale), power10(2 * xs[0].scale)]
    return { times, ints: xs.map(x => x.int), scaled: result => result / once, scaledTwice: result => result / twice, double: false }
  }
  const doubles = xs as readonly number[]
  const largest = doubles.reduce((max, x) => Math.max(max, Math.abs(x)), 2 ** -600)
  const shift = 400 - Math.ceil(Math.log2(largest))
  const scaled = (result: number): number => result * 2 ** -shift
  const ints = doubles.map(x => BigInt(Math.round(x * 2 ** shift)))
  return { times, ints, scaled, scaledTwice: result => scaled(scaled(result)), double: true }
}
