/**
 * `worth`: what the decisions of a model are worth, for the audit. A part of a pipeline that changes nothing of what it computes.
 *
 * Invariant: it stands beside the IR, so that no fingerprint, no saved state and no recorded decision depends on it.
 */
import { show, withArticle } from '../../base/show.ts'
import { timestampMs } from '../../base/exact.ts'
import type { Duration } from '../../base/time.ts'
import { isNumber, typeText } from '../expression/arithmetic.ts'
import { callerPlace } from '../mistake/caller.ts'
import type { Expression, ExprKind } from '../expression/expression.ts'
import type { Columns, KindOf } from '../expression/kinds.ts'
import type { UtilityCompute } from './judged-decisions.ts'
import { mistake } from '../mistake/mistake.ts'
import { ModelValue, type Model } from '../model/model.ts'
import { checkOptions } from '../mistake/names.ts'
import { Node } from '../expression/node.ts'
import { type Judging, type Utility, UtilityValue } from './utility.ts'
import { spanOf } from '../expression/window.ts'
import type { WorthIR } from '../ir/worth-ir.ts'

/** The inputs of a model whose kind is among `K`, and such fields of its trigger; any text where nothing is known of them. */
type NamesOf<I, C, K> = InputNames<I, K> | (unknown extends C ? string : FieldNames<C, K>)
type InputNames<I, K> = unknown extends I ? string : string extends keyof I ? string : PathOf<I, K>
type PathOf<I, K> = {
  [N in keyof I & string]: I[N] extends Expression<'input', infer L extends ExprKind>
    ? L extends K
      ? N
      : never
    : `${N}.${PathOf<I[N], K>}`
}[keyof I & string]
type FieldNames<C, K> = C extends Columns ? { [N in keyof C & string]: KindOf<C[N]> extends K ? N : never }[keyof C & string] : string

export interface WorthOptions {
  /** Ages that are tried beside those that follow from the pipeline: how much older than now. */
  readonly ages?: readonly Duration[]
  /** Stretches of time that are shown apart, since rare shocks may carry the value; times as ISO 8601 with an offset, Date or UTC ms. */
  readonly slices?: readonly WorthSlice[]
  /** What a week will have, where the history has another: whatever is said of a year is scaled by it. */
  readonly decisionsAWeek?: number
  /** What you take for granted, in words: the report says it among what is assumed. */
  readonly assumes?: readonly string[]
}

export interface WorthSlice {
  readonly name: string
  readonly from: string | number | Date
  readonly until: string | number | Date
}

export interface Worth {
  /** The model's. */
  readonly name: string
  readonly ir: WorthIR
}

/** What a worth is at run time. */
export class WorthValue {
  readonly name: string
  readonly ir: WorthIR
  readonly model: ModelValue
  readonly compute: UtilityCompute | undefined
  readonly place: string | undefined

  constructor(ir: WorthIR, model: ModelValue, compute: UtilityCompute | undefined) {
    this.name = ir.model
    this.ir = ir
    this.model = model
    this.compute = compute
    this.place = callerPlace()
    Object.freeze(this)
  }
}

/** What decisions of `model` are worth, which needs a label: `worth(late, caught({ budget: '10%', unit: 'late arrivals' }))`. Throws `SPILL_DEFINITION`. */
export function worth<I, R, C>(
  model: Model<I, R, C>,
  utility: Utility<NamesOf<NoInfer<I>, NoInfer<C>, 'number'>, NamesOf<NoInfer<I>, NoInfer<C>, Exclude<ExprKind, 'string' | 'list'>>>,
  options: WorthOptions = {},
): Worth {
  const given: unknown = model
  if (!(given instanceof ModelValue)) mistake(`worth needs a model: worth(late, caught({ … })), got ${show(given)}`)
  const what = `worth of model '${given.name}'`
  const value: unknown = utility
  if (!(value instanceof UtilityValue))
    mistake(`${what} needs a utility: caught({ … }), notice({ … }), money({ … }) or own(d => …, { … }), got ${show(value)}`)
  if (!given.label)
    mistake(`${what} is counted by what came of its decisions, and the model has no label; give it labelFrom(source, { … }) or begins(…)`)
  checkOptions(what, options, ['ages', 'slices', 'decisionsAWeek', 'assumes'])
  const { ages, slices, decisionsAWeek, assumes }: { readonly [N in keyof WorthOptions]: unknown } = options
  const ir: WorthIR = {
    model: given.name,
    utility: value.build(judging(given), value.place),
    ...(ages !== undefined && { ages: agesOf(`${what}: ages`, ages) }),
    ...(slices !== undefined && { slices: slicesOf(`${what}: slices`, slices) }),
    ...(decisionsAWeek !== undefined && { decisionsAWeek: volumeOf(`${what}: decisionsAWeek`, decisionsAWeek) }),
    ...(assumes !== undefined && { assumes: textsOf(`${what}: assumes`, assumes) }),
  }
  return new WorthValue(ir, given, value.compute)
}

/** An input goes before a field of the same name: `Cases.column` gives that one. */
function judging({ name, inputs, trigger, ir }: ModelValue): Judging {
  const isOf = ({ type, list, scale }: Node['type']): string =>
    list ? 'a list' : isNumber(type) ? 'number' : withArticle(typeText({ type, ...(scale !== undefined && { scale }) }))
  return {
    model: `worth of model '${name}'`,
    columns: new Map([
      ...trigger.columns.map(column => [column.name, isOf({ ...column })] as const),
      ...inputs.map(({ ir, node }) => [ir.name, isOf(node.type)] as const),
    ]),
    isTicking: ir.decide.kind === 'every',
  }
}

function agesOf(what: string, given: unknown): readonly number[] {
  if (!Array.isArray(given) || given.length === 0) mistake(`${what} is a list of durations: ['5m', '1h'], got ${show(given)}`)
  return [...new Set(given.map((age: Duration) => spanOf(what, age)))].toSorted((a, b) => a - b)
}

function slicesOf(what: string, given: unknown): NonNullable<WorthIR['slices']> {
  if (!Array.isArray(given)) mistake(`${what} is a list of { name, from, until }, got ${show(given)}`)
  const names = new Set<string>()
  return given.map((slice: unknown) => {
    checkOptions(what, slice, ['name', 'from', 'until'])
    const { name, from, until } = slice as Readonly<Record<string, unknown>>
    if (typeof name !== 'string' || name === '') mistake(`${what}: one needs a name, got ${show(name)}`)
    if (names.has(name)) mistake(`${what}: '${name}' stands twice; rename one`)
    names.add(name)
    const [begins, ends] = [timeOf(`${what}: from of '${name}'`, from), timeOf(`${what}: until of '${name}'`, until)]
    if (begins >= ends) mistake(`${what}: '${name}' ends before it begins; until is after from`)
    return { name, from: begins, until: ends }
  })
}

const timeOf = (what: string, given: unknown): number =>
  timestampMs(given) ?? mistake(`${what} is a time (ISO 8601 with its offset, a Date or UTC ms), got ${show(given)}`)

function volumeOf(what: string, given: unknown): number {
  if (typeof given !== 'number' || !Number.isFinite(given) || given <= 0) mistake(`${what} is a number above 0, got ${show(given)}`)
  return given
}

function textsOf(what: string, given: unknown): readonly string[] {
  const isText = (text: unknown): text is string => typeof text === 'string' && text.trim() !== ''
  if (!Array.isArray(given) || !given.every(isText))
    mistake(`${what} is a list of texts: ['a chargeback comes within a month'], got ${show(given)}`)
  return given
}
