/**
 * `worth`: the value function of a model, for the audit. It changes nothing that the pipeline computes.
 *
 * Invariant: it is not in the IR, so no fingerprint, no saved state and no recorded decision depends on it.
 */
import { show, timestampMs, type Duration } from '../../base/index.ts'
import { isNumber, typeText } from '../expression/arithmetic.ts'
import type { DurationAdvice, Hint } from '../mistake/hint.ts'
import { callerLocation, mistake, withArticle } from '../mistake/mistake.ts'
import type { Expression, ExprKind, ColumnSpecs, KindOf } from '../expression/kinds.ts'
import { type UtilityCompute, type ValuedModel, type Utility, UtilityValue } from './utility.ts'
import { ModelValue, type Model } from '../model/model.ts'
import { checkOptions, optionNames, parseOptions } from '../mistake/names.ts'
import type { TypeInfo } from '../expression/literal.ts'
import { boundedDurationOf } from '../expression/window.ts'
import { thresholdOf } from '../action/action.ts'
import type { ActionIR, WorthIR } from '../ir/ir.ts'

/** Names of a model's inputs and its trigger's fields with a kind among `K`; any string where nothing is known of them. */
type NamesOf<I, C, K> = InputNames<I, K> | (unknown extends C ? string : FieldNames<C, K>)
type InputNames<I, K> = unknown extends I ? string : string extends keyof I ? string : PathOf<I, K>
type PathOf<I, K> = {
  [N in keyof I & string]: I[N] extends Expression<'input', infer L extends ExprKind>
    ? L extends K
      ? N
      : never
    : `${N}.${PathOf<I[N], K>}`
}[keyof I & string]
type FieldNames<C, K> = C extends ColumnSpecs ? { [N in keyof C & string]: KindOf<C[N]> extends K ? N : never }[keyof C & string] : string

/** Options of `worth`. */
export interface WorthOptions {
  /** Further ages of the staleness sweep, in addition to the pipeline's own: how much older than now. */
  readonly ages?: readonly (Duration | Hint<DurationAdvice<'ages'>>)[]
  /** Periods to show separately, since rare shocks may carry the value. */
  readonly slices?: readonly WorthSlice[]
  /** Expected decisions a week, if the history differs: values and costs are scaled by it. */
  readonly decisionsPerWeek?: number
  /** Your assumptions in words; the report lists them. */
  readonly assumes?: readonly string[]
}

const worthOptions = optionNames<WorthOptions>({
  ages: true,
  slices: true,
  decisionsPerWeek: true,
  assumes: true,
})

/** A period that the report shows separately: from `from` (included) until `until`, as ISO 8601 with an offset, a `Date` or UTC ms. */
export interface WorthSlice {
  readonly name: string
  readonly from: string | number | Date
  readonly until: string | number | Date
}

/** The value function of a model, made by `worth`: a part of a pipeline. */
export interface Worth {
  /** Name of the model. */
  readonly name: string
  readonly ir: WorthIR
}

/** The value function of a model at run time. */
export class WorthValue {
  readonly name: string
  readonly ir: WorthIR
  readonly model: ModelValue
  readonly compute: UtilityCompute | undefined
  readonly definedAt = callerLocation()

  constructor(ir: WorthIR, model: ModelValue, compute: UtilityCompute | undefined) {
    this.name = ir.model
    this.ir = ir
    this.model = model
    this.compute = compute
    Object.freeze(this)
  }
}

/**
 * Values the decisions of a model, for `spillway audit`. The model needs a label.
 *
 * @throws SpillwayError `SPILL_DEFINITION` for a model without a label, and for an input or option that does not fit.
 * @example
 * // The 0.5 % of payments with the highest scores are stopped. A fraud that is stopped saves its amount; a wrong stop costs 5.
 * // The audit reports dollars a year at each age of the features, among them 1 hour and 1 day older than now.
 * const value = worth(fraud, money({ budget: '0.5%', saves: 'amount', wrong: 5 }), { ages: ['1h', '1d'] })
 * @example
 * // Frauds that are caught, without a price. The budget limits how many decisions act.
 * const frauds = worth(fraud, caught({ budget: '0.5%', unit: 'frauds' }))
 * @example
 * // Periods that the report shows separately.
 * const slices = [{ name: 'holidays', from: '2025-12-20T00:00:00Z', until: '2026-01-02T00:00:00Z' }]
 * const seasonal = worth(fraud, caught({ budget: '0.5%', unit: 'frauds' }), { slices })
 */
export function worth<I, R, C>(
  model: Model<I, R, C>,
  utility:
    | Utility<NamesOf<NoInfer<I>, NoInfer<C>, 'number'>, NamesOf<NoInfer<I>, NoInfer<C>, Exclude<ExprKind, 'string' | 'list'>>>
    | Hint<'saves: dollars, or the name of a numeric input of the model or field of its trigger'>,
  options: WorthOptions = {},
): Worth {
  const modelValue: unknown = model
  if (!(modelValue instanceof ModelValue)) mistake(`worth needs a model: worth(late, caught({ … })), got ${show(modelValue)}`)
  const subject = `worth of model '${modelValue.name}'`
  const value: unknown = utility
  if (!(value instanceof UtilityValue))
    mistake(`${subject} needs a utility: caught({ … }), notice({ … }), money({ … }) or own(d => …, { … }), got ${show(value)}`)
  if (!modelValue.label)
    mistake(`${subject} needs labels, and the model has none; give it labelFrom(source, { … }), begins(…) or happens(…)`)
  checkOptions(subject, options, worthOptions)
  const { ages, slices, decisionsPerWeek, assumes }: { readonly [N in keyof WorthOptions]: unknown } = options
  const ir: WorthIR = {
    model: modelValue.name,
    utility: value.build(valuedModelOf(modelValue), value.definedAt),
    ...parseOptions(subject, { ages }, agesOf),
    ...parseOptions(subject, { slices }, slicesOf),
    ...parseOptions(subject, { decisionsPerWeek }, volumeOf),
    ...parseOptions(subject, { assumes }, textsOf),
  }
  return new WorthValue(ir, modelValue, value.compute)
}

/** An input takes precedence over a field of the same name, as in `Cases.column`. */
function valuedModelOf({ name, inputs, trigger, ir }: ModelValue): ValuedModel {
  const kindOf = (type: TypeInfo): string => (type.list ? 'a list' : isNumber(type.type) ? 'number' : withArticle(typeText(type)))
  return {
    model: `worth of model '${name}'`,
    columns: new Map([
      ...trigger.columns.map(column => [column.name, kindOf(column)] as const),
      ...inputs.map(({ ir, node }) => [ir.name, kindOf(node.type)] as const),
    ]),
    isTicking: ir.decide.kind === 'every',
  }
}

function agesOf(subject: string, value: unknown): readonly number[] {
  if (!Array.isArray(value) || value.length === 0) mistake(`${subject} is a list of durations: ['5m', '1h'], got ${show(value)}`)
  return [...new Set(value.map((age: Duration) => boundedDurationOf(subject, age)))].toSorted((a, b) => a - b)
}

function slicesOf(subject: string, value: unknown): NonNullable<WorthIR['slices']> {
  if (!Array.isArray(value)) mistake(`${subject} is a list of { name, from, until }, got ${show(value)}`)
  const names = new Set<string>()
  return value.map((slice: unknown) => {
    checkOptions(subject, slice, ['name', 'from', 'until'])
    const { name, from, until } = slice as Readonly<Record<string, unknown>>
    if (typeof name !== 'string' || name === '') mistake(`${subject}: a slice needs a name, got ${show(name)}`)
    if (names.has(name)) mistake(`${subject}: two slices have the name '${name}'; rename one`)
    names.add(name)
    const [begins, ends] = [timeOf(`${subject}: from of '${name}'`, from), timeOf(`${subject}: until of '${name}'`, until)]
    if (begins >= ends) mistake(`${subject}: '${name}' ends before it begins; until is after from`)
    return { name, from: begins, until: ends }
  })
}

const timeOf = (subject: string, value: unknown): number =>
  timestampMs(value) ?? mistake(`${subject} is a time (ISO 8601 with its offset, a Date or UTC ms), got ${show(value)}`)

function volumeOf(subject: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0) mistake(`${subject} is a number above 0, got ${show(value)}`)
  return value
}

function textsOf(subject: string, value: unknown): readonly string[] {
  const isText = (text: unknown): text is string => typeof text === 'string' && text.trim() !== ''
  if (!Array.isArray(value) || !value.every(isText))
    mistake(`${subject} is a list of texts: ['a chargeback comes within a month'], got ${show(value)}`)
  return value
}

/** The value function of a model, as a pipeline has it. */
export interface PipelineWorth {
  readonly ir: WorthIR
  /** The user's function, for `own`. */
  readonly compute?: UtilityCompute
}

/** Value functions by the model's name. Throws `SPILL_DEFINITION`. */
export function pipelineWorths(
  values: readonly WorthValue[],
  {
    pipeline,
    models,
    actions,
  }: { readonly pipeline: string; readonly models: readonly ModelValue[]; readonly actions: readonly ActionIR[] },
): ReadonlyMap<string, PipelineWorth> {
  const byModel = new Map<string, WorthValue>()
  for (const value of values) {
    const { name, model, ir, definedAt } = value
    const first = byModel.get(name)
    if (first === value) continue
    if (first)
      mistake(
        `model '${name}' has two worths${first.definedAt ? `, the first at ${first.definedAt}` : ''}; leave one of them out`,
        definedAt,
      )
    if (!models.includes(model))
      mistake(
        models.some(other => other.name === name)
          ? `worth is of a different model '${name}' than pipeline '${pipeline}' has`
          : `worth is of model '${name}', which pipeline '${pipeline}' does not have; put the model, or an action on it, beside its worth`,
        definedAt,
      )
    if (ir.utility.budget === undefined && !actions.some(action => action.model === name && thresholdOf(action) !== undefined))
      mistake(
        `worth of model '${name}' needs a budget: '10%', or its pipeline needs an action with a threshold: when: ${name}.score.gte(0.9)`,
        definedAt,
      )
    byModel.set(name, value)
  }
  return new Map([...byModel].map(([name, { ir, compute }]) => [name, Object.freeze({ ir, ...(compute && { compute }) })]))
}
