/**
 * `V(k, agg, W, hop; P, t)` of semantics §3, with the formulas of §6: filter the whole log, then one formula over what is left.
 *
 * Doubles take the same way as decimals: they are written as integers times a power of two, so that sums and products of either kind are
 * exact and a result is rounded once or twice. What an engine computes in doubles may differ by `tolerance`.
 */
import type { ErrorCode } from '../../src/base/errors.ts'
import type { LoggedEvent } from '../../src/define/event.ts'
import type { FeatureIR, GroupIR, SourceIR, Value } from '../../src/define/ir.ts'
import { type Exact, type Operand, compute, delivered, evaluate, finite, isExact, order, physical, power10, rowReader } from './arithmetic.ts'
import { current } from './placement.ts'

export interface OracleValue {
  /** What is delivered; decimals as fl(int) / 10^s, times in milliseconds, `lastK` as an array. */
  readonly delivered: Value | readonly Value[]
  /** `sum` and `change` over exact types: the exact scaled integer. */
  readonly exact?: bigint
  /** By how much a computation may differ; 0 is to the bit. Infinite where doubles overflow on the way: any answer, NULL too, agrees. */
  readonly tolerance: number
  /** The answer is this error. */
  readonly refused?: ErrorCode
}

/** The value of a feature for `key` when the events `known` (of the group's source) are known and it is `t`; `trigger` is what `before` leaves out. */
export function value(
  group: GroupIR, feature: FeatureIR, source: SourceIR, key: readonly Value[], known: readonly LoggedEvent[], t: number, trigger?: LoggedEvent,
): OracleValue {
  return valueOf(feature, ofKey(group, current(source, known), key), t, trigger)
}

/** Events of the group's key. NULL, in the event or in the key asked for, is equal to nothing. */
export const ofKey = (group: GroupIR, events: readonly LoggedEvent[], key: readonly Value[]): readonly LoggedEvent[] =>
  events.filter(event => group.key.every((column, i) => key[i] !== null && event.row[column] === key[i]))

/** The value over the events of one key, none of them superseded. */
export function valueOf(feature: FeatureIR, events: readonly LoggedEvent[], t: number, trigger?: LoggedEvent): OracleValue {
  const { window, hop, where, before } = feature
  const tail = window === 'lifetime' ? -Infinity : Math.floor((t - window) / hop) * hop
  const members = events
    .filter(event => tail <= event.time && event.time <= t)
    .filter(event => !(before && event === trigger))
    .filter(event => where === undefined || evaluate(where, event.row) === true)
    .toSorted(inOrder)
  if (feature.agg === 'count') return exactly(members.length)
  const terms: Term[] = members
    .map(event => ({ time: event.time, x: feature.input ? compute(feature.input, rowReader(event.row)) : true }))
    .filter(term => term.x !== null)
  return aggregate(feature, terms, t)
}

const inOrder = (a: LoggedEvent, b: LoggedEvent): number =>
  a.time - b.time || a.arrival - b.arrival || a.partition - b.partition || a.offset - b.offset

/** A value that is not NULL, with the time of its event. */
interface Term {
  readonly time: number
  readonly x: Operand
}

const exactly = (value: OracleValue['delivered']): OracleValue => ({ delivered: value, tolerance: 0 })
const NULL = exactly(null)

function aggregate(feature: FeatureIR, terms: readonly Term[], t: number): OracleValue {
  const xs = terms.map(term => term.x)
  switch (feature.agg) {
    case 'countDistinct': {
      const distinct = new Set(xs.map(physical)).size
      return distinct > (feature.limit ?? 4096) ? { ...NULL, refused: 'SPILL_LIMIT' } : exactly(distinct)
    }
    case 'share':
      return xs.length === 0 ? NULL : exactly(xs.filter(x => x === true).length / xs.length)
    case 'lastK':
      return xs.length === 0 ? NULL : exactly(xs.slice(-feature.k!).reverse().map(delivered))
    case 'first':
      return exactly(delivered(xs[0] ?? null))
    case 'last':
      return exactly(delivered(xs.at(-1) ?? null))
    case 'min':
      return exactly(delivered(xs.toSorted(order)[0] ?? null))
    case 'max':
      return exactly(delivered(xs.toSorted(order).at(-1) ?? null))
    case 'timeSinceLast':
      return terms.length === 0 ? NULL : exactly(t - terms.at(-1)!.time)
  }
  return terms.length === 0 ? NULL : formula(feature, terms, t)
}

/**
 * The formulas over numbers. `Σ|…|`, for the tolerance of §6, is over the terms of the formula as it is written there:
 * sum Σ|x|; mean Σ|x| / n; change |last| + |first|; rate the same · u / span; variance (n·Q + S²) / (n·(n − 1)), at most 2·Q / (n − 1), of
 * which the half Q / (n − 1) is taken; slope (n·Σ|τx| + Σ|τ|·Σ|x|)·u / (n·Στ² − (Στ)²). stddev has the error of a root: see there.
 */
function formula(feature: FeatureIR, terms: readonly Term[], t: number): OracleValue {
  const { ints, scaled, double } = asIntegers(terms.map(term => term.x as Exact | number))
  const n = ints.length
  const N = BigInt(n)
  const u = feature.per ?? 60_000
  const [first, last] = [ints[0]!, ints.at(-1)!]
  const S = total(ints)
  const Q = total(ints.map(x => x * x))
  const A = total(ints.map(absolute))
  const answer = (value: number, terms: number): OracleValue =>
    double ? { delivered: finite(value), tolerance: tolerance(terms) } : exactly(finite(value))

  switch (feature.agg) {
    case 'sum':
      return { ...answer(scaled(Number(S)), scaled(Number(A))), ...(double ? {} : { exact: S }) }
    case 'mean':
      return answer(scaled(Number(S) / n), scaled(Number(A) / n))
    case 'change':
      return { ...answer(scaled(Number(last - first)), scaled(Number(absolute(last) + absolute(first)))), ...(double ? {} : { exact: last - first }) }
    case 'rate': {
      const span = terms.at(-1)!.time - terms[0]!.time
      if (span === 0) return NULL
      const per = (x: bigint): number => scaled(Number(x * BigInt(u)) / span)
      return answer(per(last - first), per(absolute(last) + absolute(first)))
    }
    case 'variance':
    case 'stddev': {
      if (n < 2) return NULL
      const before = Number(N * Q - S * S) / Number(N * (N - 1n))
      const slack = scaled(scaled(Number(Q) / (n - 1)))
      if (feature.agg === 'variance') return answer(scaled(before, 2), slack)
      const root = answer(scaled(Math.sqrt(before)), 0)
      return double ? { ...root, tolerance: rootTolerance(Number(root.delivered), tolerance(slack)) } : root
    }
    case 'slope': {
      const taus = terms.map(term => BigInt(term.time - t))
      const T = total(taus)
      const D = N * total(taus.map(tau => tau * tau)) - T * T
      if (n < 2 || D === 0n) return NULL
      const per = (x: bigint): number => scaled(Number(x * BigInt(u)) / Number(D))
      const products = taus.map((tau, i) => tau * ints[i]!)
      return answer(per(N * total(products) - T * S), per(N * total(products.map(absolute)) + total(taus.map(absolute)) * A))
    }
  }
  throw new Error(`no formula for ${feature.agg}`)
}

const total = (xs: readonly bigint[]): bigint => xs.reduce((sum, x) => sum + x, 0n)
const absolute = (x: bigint): bigint => (x < 0n ? -x : x)

/** 2^−40 of the terms, and what is lost where doubles underflow. */
const tolerance = (terms: number): number => terms * 2 ** -40 + 2 ** -960

/** |√a − √b| where |a − b| <= d: at most √d, and at most d / √a. */
const rootTolerance = (root: number, d: number): number => Math.min(Math.sqrt(d), d / root)

interface Integers {
  readonly ints: readonly bigint[]
  /** A result over these integers in the unit of the values: / 10^s, or · 2^−shift; squared, twice that. */
  readonly scaled: (result: number, power?: 1 | 2) => number
  readonly double: boolean
}

/**
 * Exact values as they are. Doubles as multiples of 2^−shift, chosen so that the largest has about 400 bits: what is below the smallest
 * of them is 2^−400 of the largest value, and no tolerance can see it.
 */
function asIntegers(xs: readonly (Exact | number)[]): Integers {
  if (xs.every(isExact)) {
    const { scale } = xs[0]!
    return { ints: xs.map(x => x.int), scaled: (result, power = 1) => result / power10(power * scale), double: false }
  }
  const doubles = xs as readonly number[]
  const largest = doubles.reduce((max, x) => Math.max(max, Math.abs(x)), 2 ** -600)
  const shift = 400 - Math.ceil(Math.log2(largest))
  return {
    ints: doubles.map(x => BigInt(Math.round(x * 2 ** shift))),
    scaled: (result, power = 1) => (power === 2 ? result * 2 ** -shift : result) * 2 ** -shift,
    double: true,
  }
}
