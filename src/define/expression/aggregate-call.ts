/**
 * A call of an aggregate: a `FeatureIR` without its name, checked where it is called.
 *
 * Invariant: an aggregate that is called while `values` runs must be returned as a feature. Otherwise it is a mistake: an
 * object literal that names a feature twice silently keeps the second.
 */
import { limits, show, type StrictOmit } from '../../base/index.ts'
import type { AggregateOptions, DecayOptions, DistinctOptions, HistogramOptions, RateOptions, Window } from './aggregating.ts'
import { callerLocation, durationOf, mistake } from '../mistake/mistake.ts'
import type { AggregateName, FeatureIR } from '../ir/ir.ts'
import { bareType } from './arithmetic.ts'
import { literal, type TypeInfo } from './literal.ts'
import { checkOptions } from '../mistake/names.ts'
import { describe, isCondition, type Node, type Realm } from './node.ts'
import { signatures, takesText } from '../ir/signatures.ts'
import { defaultHop, windowOf } from './window.ts'

/** A feature before it has a name, with the line of the call for messages. */
export class AggregateCall {
  readonly feature: StrictOmit<FeatureIR, 'name'>
  /** Type of the result with what else is known of its values: an enum's values, an entity. */
  readonly result: TypeInfo
  /** Sources that its input and its condition refer to. */
  readonly realms: readonly Realm[]
  readonly definedAt: string | undefined

  constructor(feature: StrictOmit<FeatureIR, 'name'>, result: TypeInfo, realms: readonly Realm[], definedAt: string | undefined) {
    this.feature = feature
    this.result = result
    this.realms = realms
    this.definedAt = definedAt
  }
}

/** Options of any aggregate; its signature says which it has beside `commonOptions`. */
export type AnyAggregateOptions = AggregateOptions & RateOptions & DistinctOptions & Partial<DecayOptions> & Partial<HistogramOptions>

/** Options of every aggregate. */
export const commonOptions = ['where', 'hop', 'exact', 'before', 'maxEvents'] as const

let openCalls: AggregateCall[] | undefined

/** Runs `build` and returns its result with every aggregate called in it. */
export function collectCalls<T>(build: () => T): { result: T; calls: readonly AggregateCall[] } {
  const before = openCalls
  const calls = (openCalls = [] as AggregateCall[])
  try {
    return { result: build(), calls }
  } finally {
    openCalls = before
  }
}

/**
 * Checks a call of an aggregate, with its arguments `k` and `q`, and returns it. Throws `SPILL_DEFINITION` for an input, window or
 * option that does not fit.
 */
export function aggregate(
  agg: AggregateName,
  window: Window,
  options: AnyAggregateOptions = {},
  input?: Node,
  { k, q }: Pick<FeatureIR, 'k' | 'q'> = {},
): AggregateCall {
  const { options: own = [], kMax, selects, list, result: resultOf } = signatures[agg]
  checkOptions(`'${agg}'`, options, [...commonOptions, ...own])
  if (input) checkInput(agg, input)
  const where = options.where === undefined ? undefined : condition(`'where' of '${agg}'`, options.where)
  const reach = windowOf(`'${agg}'`, window)
  const hop = hopOf(agg, reach, options)
  const result = resultOf(input && bareType(input.type))
  const feature = {
    agg,
    window: reach,
    hop,
    ...result,
    ...(input && { input: input.ir }),
    ...(where && { where: where.ir }),
    ...(flag(agg, 'before', options.before) && { before: true as const }),
    ...(own.includes('per') && { per: unitOf(agg, options.per) }),
    ...(own.includes('halfLife') && { halfLife: halfLifeOf(agg, options.halfLife) }),
    ...(own.includes('bounds') && { bounds: boundsOf(agg, options.bounds, input!.type) }),
    ...(agg === 'quantile' && { q: partOf(agg, q) }),
    ...(kMax !== undefined && { k: countOf(`'${agg}' k`, k, kMax) }),
    ...(own.includes('limit') && { limit: countOf(`'${agg}' limit`, options.limit ?? limits.DISTINCT_MAX, limits.DISTINCT_MAX) }),
    ...(options.maxEvents !== undefined && { maxEvents: maxEventsOf(agg, hop, reach, options.maxEvents) }),
  }
  const call = new AggregateCall(
    Object.freeze(feature),
    { ...(selects && input ? input.type : result), ...(list && { list }) },
    [input, where].flatMap(node => (node ? [node.realm] : [])),
    callerLocation(),
  )
  openCalls?.push(call)
  return call
}

/** Returns `value` if it is a condition over a row; otherwise throws `SPILL_DEFINITION`. */
export function condition(subject: string, value: unknown): Node {
  if (!isCondition(value))
    mistake(
      `${subject} needs a condition, got ${describe(value)}${typeof value === 'boolean' ? '; compare with words: p.amount.gt(5)' : ''}`,
    )
  if (value.realm.scope !== 'row') mistake(`${subject} needs a condition over the rows of a source, got one over ${value.realm.name}`)
  return value
}

function checkInput(agg: AggregateName, input: Node): void {
  const { takes, exactWithin = Infinity } = signatures[agg]
  if (takes === 'none' || !takes.includes(input.type.type)) mistake(`'${agg}' needs ${takesText(agg)}, got ${describe(input)}`)
  const { type, min = 0, max = 0 } = input.type
  if (type !== 'double' && Math.max(-min, max) > exactWithin)
    mistake(`'${agg}' is exact only within ±2^40 (scaled), and the column's bounds are wider; narrow them or make it a t.double()`)
}

function hopOf(agg: AggregateName, window: number | 'lifetime', { hop, exact }: AnyAggregateOptions): number {
  if (window === 'lifetime') {
    if (hop !== undefined || exact !== undefined)
      mistake(`'${agg}' over the lifetime has no hop; leave out ${hop === undefined ? 'exact' : 'hop'}`)
    return 1
  }
  if (flag(agg, 'exact', exact)) {
    if (hop !== undefined) mistake(`'${agg}' has both exact and hop; exact is a hop of 1ms`)
    return 1
  }
  if (hop === undefined) return defaultHop(window)
  const ms = durationOf(`'${agg}' hop`, hop)
  if (ms > window) mistake(`'${agg}' hop ${show(hop)} is above its window; write a hop of at most the window`)
  return ms
}

function flag(agg: AggregateName, name: string, value: unknown): boolean {
  if (value !== undefined && typeof value !== 'boolean') mistake(`'${agg}' ${name} is true or left out, got ${show(value)}`)
  return value === true
}

function unitOf(agg: AggregateName, per: RateOptions['per'] = 'minute'): number {
  const units = { second: '1s', minute: '1m', hour: '1h', day: '1d' } as const
  return durationOf(`'${agg}' per`, units[per as keyof typeof units] ?? per)
}

function halfLifeOf(agg: AggregateName, halfLife: AnyAggregateOptions['halfLife']): number {
  if (halfLife === undefined) mistake(`'${agg}' needs halfLife, after how long an event counts half: { halfLife: '1h' }`)
  return durationOf(`'${agg}' halfLife`, halfLife)
}

function partOf(agg: AggregateName, q: unknown): number {
  if (typeof q !== 'number' || !(q >= 0 && q <= 1)) mistake(`'${agg}' needs q: a number from 0 to 1, 0.5 for the median, got ${show(q)}`)
  return q + 0
}

function boundsOf(agg: AggregateName, bounds: unknown, type: TypeInfo): readonly number[] {
  const most = limits.HISTOGRAM_BOUNDS_MAX
  if (!Array.isArray(bounds) || bounds.length === 0 || bounds.length > most)
    mistake(`'${agg}' needs bounds, 1 to ${most} values at which buckets end: { bounds: [10, 100] }, got ${show(bounds)}`)
  const ends = bounds.map(bound => literal(`bounds of ${agg}`, bound, type, false).value as number)
  const at = ends.findIndex((end, i) => i > 0 && !(end > ends[i - 1]))
  if (at > 0) mistake(`'${agg}' bounds are ascending; ${show(bounds[at])} stands behind ${show(bounds[at - 1])}`)
  return Object.freeze(ends)
}

function countOf(subject: string, value: unknown, max: number): number {
  if (!Number.isInteger(value) || (value as number) < 1 || (value as number) > max)
    mistake(`${subject}: write a whole number from 1 to ${max}, got ${show(value)}`)
  return value as number
}

function maxEventsOf(agg: AggregateName, hop: number, window: number | 'lifetime', maxEvents: number): number {
  if (hop !== 1 || window === 'lifetime') mistake(`'${agg}' maxEvents is for exact windows; add exact: true or leave it out`)
  return countOf(`'${agg}' maxEvents`, maxEvents, limits.ENTRIES_PER_KEY_MAX)
}
