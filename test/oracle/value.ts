/** `V(k, agg, W, hop; P, t)` of the semantics: filter the whole log, then one formula over the rest. */
import type { LoggedEvent } from '../../src/define/source/source.ts'
import type { FeatureIR, GroupIR, SourceIR, TypeIR, Value } from '../../src/define/ir/ir.ts'
import { type Exact, type Operand, compute, delivered, evaluate, operand, order, physical, power10, rowReader } from './arithmetic.ts'
import { countDistinct } from './distinct.ts'
import { formula, type OracleValue } from './formulas.ts'
import { isDeleted, standing } from './placement.ts'

/** The value of a feature for `key` at `t` with the `visible` events of the group's source. `before` excludes `trigger`. */
export function value(
  group: GroupIR,
  feature: FeatureIR,
  source: SourceIR,
  key: readonly Value[],
  visible: readonly LoggedEvent[],
  t: number,
  trigger?: LoggedEvent,
): OracleValue {
  return valueOf(source, feature, ofKey(group, standing(source, visible), key), t, trigger)
}

/** Events of the group's key. NULL, in the event or in the requested key, equals nothing. */
export const ofKey = (group: GroupIR, events: readonly LoggedEvent[], key: readonly Value[]): readonly LoggedEvent[] =>
  events.filter(event => group.key.every((column, i) => key[i] !== null && event.row[column] === key[i]))

/** The value over the events of one key, none of them superseded. */
export function valueOf(
  source: SourceIR,
  feature: FeatureIR,
  events: readonly LoggedEvent[],
  t: number,
  trigger?: LoggedEvent,
): OracleValue {
  const { window, hop, where, before } = feature
  const tail = window === 'lifetime' ? -Infinity : Math.floor((t - window) / hop) * hop
  const present = events
    .filter(event => tail <= event.time && event.time <= t)
    .filter(event => !(before && event === trigger))
    .filter(event => where === undefined || evaluate(where, event.row) === true)
    .toSorted(inOrder)
  if (feature.agg === 'row') return rowOf(source, feature, present.at(-1))
  const members = present.filter(event => !isDeleted(source, event))
  if (feature.agg === 'count') return answer(members.length)
  const terms: Term[] = members
    .map(event => ({ time: event.time, x: feature.input ? compute(feature.input, rowReader(event.row)) : true }))
    .filter(term => term.x !== null)
  return aggregate(feature, terms, t)
}

/** The row of a key in a table: that of its latest event; undefined if there is none, or if it is a delete. */
function rowOf(source: SourceIR, feature: FeatureIR, latest: LoggedEvent | undefined): OracleValue {
  if (latest === undefined || isDeleted(source, latest)) return answer(null)
  return answer(delivered(compute(feature.input!, rowReader(latest.row))))
}

/** The order in which aggregates process events. */
export const inOrder = (a: LoggedEvent, b: LoggedEvent): number =>
  a.time - b.time || a.arrival - b.arrival || a.partition - b.partition || a.offset - b.offset

/** A value that is not NULL, with the time of its event. */
interface Term {
  readonly time: number
  readonly x: Operand
}

const answer = (delivered: OracleValue['delivered']): OracleValue => ({ delivered, tolerance: 0 })

function aggregate(feature: FeatureIR, terms: readonly Term[], t: number): OracleValue {
  const xs = terms.map(term => term.x)
  if (feature.agg === 'countDistinct') return answer(countDistinct(xs.map(physical), feature.limit))
  if (feature.agg === 'topK') return topK(feature, xs)
  if (feature.agg === 'histogram') return answer(histogram(feature, xs))
  if (terms.length === 0) return answer(null)
  switch (feature.agg) {
    case 'share':
      return answer(xs.filter(x => x === true).length / xs.length)
    case 'quantile':
      return answer(quantile(feature, xs))
    case 'lastK':
      return answer(xs.slice(-feature.k!).toReversed().map(delivered))
    case 'first':
      return answer(delivered(xs[0]))
    case 'last':
      return answer(delivered(xs.at(-1)!))
    case 'min':
      return answer(delivered(xs.toSorted(order)[0]))
    case 'max':
      return answer(delivered(xs.toSorted(order).at(-1)!))
    case 'timeSinceLast':
      return answer(t - terms.at(-1)!.time)
    default:
      return formula(feature, terms as readonly { time: number; x: Exact | number }[], t)
  }
}

/** Counts of values up to the first bound, above it and up to the second, …, and above the last. */
function histogram({ bounds, input }: FeatureIR, xs: readonly Operand[]): number[] {
  const ends = bounds!.map(bound => operand(bound, input!))
  const isUpTo = (x: Operand, end: Operand | undefined) => end === undefined || order(x, end) <= 0
  return [...ends, undefined].map((end, i) => xs.filter(x => isUpTo(x, end) && !(i > 0 && isUpTo(x, ends[i - 1]))).length)
}

/** The value of rank ⌈q · n⌉, rounded as a physical value. */
function quantile({ q, input }: FeatureIR, xs: readonly Operand[]): number {
  const rank = Math.max(1, Math.ceil(q! * xs.length))
  return rounded(physical(xs.toSorted(order)[rank - 1]) as number) / power10((input as TypeIR).scale ?? 0)
}

/** To 8 significant binary digits, half away from zero: a multiple of a 128th of the power of two at or below. */
function rounded(x: number): number {
  const size = Math.abs(x)
  let power = 2 ** -1022
  while (power * 2 <= size) power *= 2
  const nearest = Math.floor(size / (power / 128) + 0.5) * (power / 128)
  return Math.sign(x) * Math.min(nearest, 2 ** 1023 * (255 / 128)) + 0
}

/** The most frequent values; of equally frequent ones the least first. */
function topK({ k, limit = 4096 }: FeatureIR, xs: readonly Operand[]): OracleValue {
  const groups = [...Map.groupBy(xs, physical).values()]
  if (groups.length > limit) return { ...answer(null), rejected: 'SPILL_LIMIT' }
  const ranked = groups.toSorted((a, b) => b.length - a.length || order(a[0], b[0]))
  return answer(ranked.length === 0 ? null : ranked.slice(0, k).map(([x]) => delivered(x)))
}
