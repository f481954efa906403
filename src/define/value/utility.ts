/**
 * Value functions: `caught`, `notice`, `money` and the user's `own`. Each values one decision, so the values of many decisions
 * add up.
 *
 * Checks that need the model (does it have an input of that name?) run in `worth`; their messages name the line of the value
 * function.
 */
import { didYouMean, show, type Duration } from '../../base/index.ts'
import type { DurationAdvice, Hint } from '../mistake/hint.ts'
import { callerLocation, mistake } from '../mistake/mistake.ts'
import { checkOptions, parseOptions } from '../mistake/names.ts'
import { boundedDurationOf } from '../expression/window.ts'
import type { UtilityIR } from '../ir/worth-ir.ts'

declare const reads: unique symbol

/** Share of all decisions: `'10%'`, `'0.5%'`. */
export type Percent = `${number}%`

/** Decisions in columns of `length` rows, one row per decision, ordered by `t`. */
export interface Judged<Read extends string = string> {
  /** Number of decisions. */
  readonly length: number
  /** As-of time, UTC ms, ascending. */
  readonly t: Float64Array
  /** Key of the decision, as a small integer. */
  readonly key: Int32Array
  /** Score; NaN if there is none. */
  readonly score: Float64Array
  /** 1 where the decision acts, otherwise 0. */
  readonly alert: Uint8Array
  /** Time at which the action was done, UTC ms. */
  readonly acted: Float64Array
  /** True if the action is the answer to the event, and so stops it. */
  readonly inline: boolean
  /** Label: 1 for true, 0 for false or unknown. */
  readonly label: Uint8Array
  /** 1 where the label is known, otherwise 0. */
  readonly known: Uint8Array
  /** Time at which the label became true, UTC ms; NaN otherwise. */
  readonly outcome: Float64Array
  /** An input of the model or a field of its trigger as numbers; NaN for NULL. */
  readonly column: (name: Read) => Float64Array
}

/** The user's value function: the value of each decision, in the order of the decisions. */
export type UtilityCompute = (decisions: Judged) => Float64Array

/** A value function, made by `caught`, `notice`, `money` or `own`. `Saves` and `Read` are the inputs or fields that it reads. */
export interface Utility<Saves extends string = string, Read extends string = string> {
  readonly [reads]: { readonly saves: Saves; readonly read: Read }
}

/** The model whose decisions are valued, as far as a value function looks at it. */
export interface ValuedModel {
  /** Name for messages. */
  readonly model: string
  /** Type of each input and field of the trigger: `number` for one number, otherwise in words, such as `a string`. */
  readonly columns: ReadonlyMap<string, string>
  readonly isTicking: boolean
}

/** A value function at run time; its IR needs the model. */
export class UtilityValue {
  readonly build: (of: ValuedModel, definedAt: string | undefined) => UtilityIR
  readonly compute: UtilityCompute | undefined
  readonly definedAt = callerLocation()

  constructor(build: UtilityValue['build'], compute?: UtilityCompute) {
    this.build = build
    this.compute = compute
    Object.freeze(this)
  }
}

interface BudgetOption {
  /**
   * Alert budget: the share of decisions that may act, `'10%'`. Default: the threshold of an action on the model (`when:
   * late.score.gte(0.4)`); without such an action the budget is required.
   */
  readonly budget?: Percent | Hint<"budget: a text such as '10%'">
}

interface AlertOptions extends BudgetOption {
  /** Unit of the outcomes, in the plural: `'late arrivals'`. */
  readonly unit: string
  /** Cost of a wrong action, dollars; only with `dollars`. */
  readonly wrong?: number
}

/** Options of `caught`. */
export interface CaughtOptions extends AlertOptions {
  /** Value of one caught outcome, dollars. Without it the audit states break-even values instead of dollars. */
  readonly dollars?: number
}

/** Options of `notice`. */
export interface NoticeOptions extends AlertOptions {
  /** Value of a minute of notice, dollars. */
  readonly dollars?: number
}

/**
 * Counts the true outcomes on which the model acts before they happen, each once.
 *
 * With `wrong` each wrong action subtracts `wrong / dollars` of an outcome.
 *
 * @throws SpillwayError `SPILL_DEFINITION` for an option that does not fit, and for `wrong` without `dollars`.
 * @example
 * const value = caught({ budget: '10%', unit: 'late arrivals', dollars: 50, wrong: 2 })
 */
export function caught(options: CaughtOptions): Utility<never, never> {
  return alertUtility('caught', options)
}

/**
 * Sums the minutes of notice: from the first action to the true outcome, 0 for an outcome without an action in time.
 *
 * With `wrong` each wrong action subtracts `wrong / dollars` minutes.
 *
 * @throws SpillwayError `SPILL_DEFINITION` for an option that does not fit, and for `wrong` without `dollars`.
 * @example
 * const value = notice({ budget: '5%', unit: 'low glucose episodes' })
 */
export function notice(options: NoticeOptions): Utility<never, never> {
  return alertUtility('notice', options)
}

function alertUtility(kind: 'caught' | 'notice', options: CaughtOptions | NoticeOptions): Utility<never, never> {
  checkOptions(kind, options, ['budget', 'unit', 'dollars', 'wrong'])
  const { budget, unit, dollars, wrong }: { readonly [N in keyof CaughtOptions]: unknown } = options
  if (wrong !== undefined && dollars === undefined)
    mistake(`${kind}: wrong needs dollars, the value of ${perUnit[kind]}; add dollars, or leave wrong out`)
  const ir: UtilityIR = {
    kind,
    ...parseOptions(kind, { budget }, partOf),
    unit: textOf(`${kind}: unit`, unit, "what happens, such as 'late arrivals'"),
    ...parseOptions(kind, { dollars }, priceOf),
    ...parseOptions(kind, { wrong }, dollarsOf),
  }
  return utilityOf(() => ir)
}

const perUnit = { caught: 'a caught outcome', notice: 'a minute of notice' } as const

/** Options of `money`. */
export interface MoneyOptions<Saves extends string | number = string | number> extends BudgetOption {
  /** Savings of a right action, dollars: a number, or the name of an input of the model or a field of its trigger. */
  readonly saves: Saves
  /** Cost of a wrong action, dollars. */
  readonly wrong: number
  /**
   * Blocking period after an action: each event of the key in it is saved or wrongly stopped. The event of the decision itself
   * only if the action is its answer.
   */
  readonly blocks?: Duration | Hint<DurationAdvice<'blocks'>>
}

/**
 * Sums the dollars that actions save, minus those that wrong actions cost.
 *
 * @throws SpillwayError `SPILL_DEFINITION` for an option that does not fit.
 * @example
 * const value = money({ budget: '0.5%', saves: 'amount', wrong: 5, blocks: '1d' })
 */
export function money<const Saves extends string | number>(options: MoneyOptions<Saves>): Utility<Extract<Saves, string>, never> {
  checkOptions('money', options, ['budget', 'saves', 'wrong', 'blocks'])
  const { budget, saves, wrong, blocks }: { readonly [N in keyof MoneyOptions]: unknown } = options
  if (typeof saves !== 'string' && typeof saves !== 'number')
    mistake(`money: saves is what a right action saves: dollars, or the name of the input that has them, got ${show(saves)}`)
  if (wrong === undefined) mistake('money: wrong is missing: what a wrong action costs, dollars; 0 if it costs nothing')
  const ir: UtilityIR = {
    kind: 'money',
    ...parseOptions('money', { budget }, partOf),
    saves: typeof saves === 'number' ? dollarsOf('money: saves', saves) : saves,
    wrong: dollarsOf('money: wrong', wrong),
    ...parseOptions('money', { blocks }, boundedDurationOf),
  }
  return utilityOf((of, definedAt) => {
    if (typeof saves === 'string') checkSaves(saves, of, definedAt)
    if (blocks !== undefined && of.isTicking)
      mistake(
        `${of.model}: money stops events (blocks), and a model that decides at ticks has none; leave blocks out, or decide: on(source)`,
        definedAt,
      )
    return ir
  })
}

function checkSaves(saves: string, { model, columns }: ValuedModel, definedAt: string | undefined): void {
  const kind = columns.get(saves)
  if (kind === 'number') return
  const numbers = [...columns].flatMap(([name, kind]) => (kind === 'number' ? [name] : []))
  mistake(
    kind === undefined
      ? `${model}: money saves '${saves}', which is no input of the model and no field of its trigger${didYouMean(saves, numbers)}`
      : `${model}: money saves '${saves}', which is ${kind}, not a number of dollars`,
    definedAt,
  )
}

/** Options of `own`. */
export interface OwnOptions extends BudgetOption {
  /** Unit of the values: `'minutes'`, `'$'`. */
  readonly unit: string
  /** Version of the function. Change it whenever the function returns different values. */
  readonly version: string
  /** Value of one unit, dollars. */
  readonly dollars?: number
}

/**
 * The user's own value function: the value of each decision, in their order, in `unit`; NaN where the value is unknown. It must
 * be pure.
 *
 * @throws SpillwayError `SPILL_DEFINITION` for anything but a function, or an option that does not fit.
 * @example
 * const value = own(d => Float64Array.from(d.label, (isTrue, i) => (d.alert[i] === 1 ? (isTrue === 1 ? 20 : -1) : 0)), {
 *   budget: '1%',
 *   unit: '$',
 *   version: '1',
 *   dollars: 1,
 * })
 */
export function own<Read extends string>(compute: (decisions: Judged<Read>) => Float64Array, options: OwnOptions): Utility<never, Read> {
  const value: unknown = compute
  if (typeof value !== 'function') mistake(`own needs a function of the decisions: own(d => …, { unit, version }), got ${show(value)}`)
  checkOptions('own', options, ['budget', 'unit', 'version', 'dollars'])
  const { budget, unit, version, dollars }: { readonly [N in keyof OwnOptions]: unknown } = options
  const ir: UtilityIR = {
    kind: 'own',
    unit: textOf('own: unit', unit, "what it counts, such as 'minutes'"),
    version: textOf('own: version', version, "text that changes whenever the function gives other values, such as '1'"),
    ...parseOptions('own', { dollars }, priceOf),
    ...parseOptions('own', { budget }, partOf),
  }
  return utilityOf(() => ir, compute)
}

const utilityOf = (build: UtilityValue['build'], compute?: UtilityCompute): Utility<never, never> =>
  new UtilityValue(build, compute) as unknown as Utility<never, never>

/** `'10%'` is 0.1. */
function partOf(subject: string, value: unknown): number {
  const part = typeof value === 'string' && /^\d+(\.\d+)?%$/.test(value) ? Number(value.slice(0, -1)) / 100 : NaN
  if (!(part > 0 && part <= 1)) mistake(`${subject} is a share of all decisions, above 0 % and at most 100 %: '10%', got ${show(value)}`)
  return part
}

function dollarsOf(subject: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0)
    mistake(`${subject} is dollars, a number from 0, got ${show(value)}`)
  return value
}

/** The value of one unit, by which costs are divided. */
function priceOf(subject: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0)
    mistake(`${subject} is dollars, a number above 0, got ${show(value)}`)
  return value
}

function textOf(subject: string, value: unknown, expected: string): string {
  if (typeof value !== 'string' || value.trim() === '') mistake(`${subject} is ${expected}, got ${show(value)}`)
  return value
}
