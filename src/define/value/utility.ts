/**
 * What decisions can be worth: the ready utilities, and the user's own. Each says what one decision is worth, so that the worth of many is their sum.
 *
 * What depends on the model (is there an input of that name?) is checked when `worth` puts the two together, and said where the utility was written.
 */
import { didYouMean } from '../../base/did-you-mean.ts'
import { show } from '../../base/show.ts'
import type { Duration } from '../../base/time.ts'
import { callerPlace } from '../mistake/caller.ts'
import type { Judged, UtilityCompute } from './judged-decisions.ts'
import { mistake } from '../mistake/mistake.ts'
import { checkOptions } from '../mistake/names.ts'
import { spanOf } from '../expression/window.ts'
import type { UtilityIR } from '../ir/worth-ir.ts'

declare const reads: unique symbol

/** A part of all decisions: `'10%'`, `'0.5%'`. */
export type Percent = `${number}%`

/** `Saves` is the input or field that `money` counts by, `Read` those that a function of the user's may ask for. */
export interface Utility<Saves extends string = string, Read extends string = string> {
  readonly [reads]: { readonly saves: Saves; readonly read: Read }
}

/** The model that decides, as far as a utility looks at it. */
export interface Judging {
  /** For messages. */
  readonly model: string
  /** By name what an input or a field of the trigger is: `number` for one number, otherwise in words: `a string`. */
  readonly columns: ReadonlyMap<string, string>
  readonly isTicking: boolean
}

/** What a utility is at run time: its IR is known once its model is. */
export class UtilityValue {
  readonly build: (of: Judging, place: string | undefined) => UtilityIR
  readonly compute: UtilityCompute | undefined
  readonly place: string | undefined

  constructor(build: UtilityValue['build'], compute?: UtilityCompute) {
    this.build = build
    this.compute = compute
    this.place = callerPlace()
    Object.freeze(this)
  }
}

interface Alerting {
  /** The part of decisions that may act: `'10%'`. Unless given, an action on the model says from which score on they do (`when: late.score.gte(0.4)`); without one it must be said. */
  readonly budget?: Percent
  /** What happens: `'late arrivals'`. */
  readonly unit: string
  /** What an action that was wrong costs, dollars; only with `dollars`. */
  readonly wrong?: number
}

export interface CaughtOptions extends Alerting {
  /** What one that is caught is worth, dollars. Without it nothing is said of dollars but from which price on it pays. */
  readonly dollars?: number
}

export interface NoticeOptions extends Alerting {
  /** What a minute of notice is worth, dollars. */
  readonly dollars?: number
}

/** How many true outcomes are acted on before they happen, each once. With `wrong` each wrong action takes `wrong / dollars` of one away. */
export function caught(options: CaughtOptions): Utility<never, never> {
  return alerting('caught', options)
}

/** How long before each true outcome its first action was there, in minutes, 0 where none was in time. With `wrong` each wrong action takes `wrong / dollars` minutes away. */
export function notice(options: NoticeOptions): Utility<never, never> {
  return alerting('notice', options)
}

function alerting(kind: 'caught' | 'notice', options: CaughtOptions | NoticeOptions): Utility<never, never> {
  checkOptions(kind, options, ['budget', 'unit', 'dollars', 'wrong'])
  const { budget, unit, dollars, wrong }: { readonly [N in keyof CaughtOptions]: unknown } = options
  if (wrong !== undefined && dollars === undefined)
    mistake(`${kind}: wrong is what a wrong action costs beside what ${perUnit[kind]} is worth; say dollars too, or leave wrong out`)
  const ir: UtilityIR = {
    kind,
    ...(budget !== undefined && { budget: partOf(`${kind}: budget`, budget) }),
    unit: textOf(`${kind}: unit`, unit, "what happens, such as 'late arrivals'"),
    ...(dollars !== undefined && { dollars: dollarsOf(`${kind}: dollars`, dollars, { zero: false }) }),
    ...(wrong !== undefined && { wrong: dollarsOf(`${kind}: wrong`, wrong) }),
  }
  return made(() => ir)
}

const perUnit = { caught: 'one that is caught', notice: 'a minute of notice' } as const

export interface MoneyOptions<Saves = string | number> {
  readonly budget?: Percent
  /** What a right action saves, dollars: a number, or the input of the model or field of its trigger that has it. */
  readonly saves: Saves
  /** What a wrong one costs, dollars. */
  readonly wrong: number
  /** For so long what is decided about is stopped, and each of its events in that time is saved, or wrongly stopped; the event itself only where the action is its answer. */
  readonly blocks?: Duration
}

/** Dollars, by what an action does. */
export function money(options: MoneyOptions<number>): Utility<never, never>
export function money<const Saves extends string>(options: MoneyOptions<Saves>): Utility<Saves, never>
export function money(options: MoneyOptions): Utility<string, never> {
  checkOptions('money', options, ['budget', 'saves', 'wrong', 'blocks'])
  const { budget, saves, wrong, blocks }: { readonly [N in keyof MoneyOptions]: unknown } = options
  if (typeof saves !== 'string' && typeof saves !== 'number')
    mistake(`money: saves is what a right action saves: dollars, or the name of the input that has them, got ${show(saves)}`)
  if (wrong === undefined) mistake('money: wrong is missing: what a wrong action costs, dollars; 0 if it costs nothing')
  const ir: UtilityIR = {
    kind: 'money',
    ...(budget !== undefined && { budget: partOf('money: budget', budget) }),
    saves: typeof saves === 'number' ? dollarsOf('money: saves', saves) : saves,
    wrong: dollarsOf('money: wrong', wrong),
    ...(blocks !== undefined && { blocks: spanOf('money: blocks', blocks) }),
  }
  return made((of, place) => {
    if (typeof saves === 'string') checkSaves(saves, of, place)
    if (blocks !== undefined && of.isTicking)
      mistake(
        `${of.model}: money stops events (blocks), and a model that decides at ticks has none; leave blocks out, or decide: on(source)`,
        place,
      )
    return ir
  })
}

function checkSaves(saves: string, { model, columns }: Judging, place: string | undefined): void {
  const is = columns.get(saves)
  if (is === 'number') return
  const numbers = [...columns].flatMap(([name, what]) => (what === 'number' ? [name] : []))
  mistake(
    is === undefined
      ? `${model}: money saves '${saves}', which is no input of the model and no field of its trigger${didYouMean(saves, numbers)}`
      : `${model}: money saves '${saves}', which is ${is}, not a number of dollars`,
    place,
  )
}

export interface OwnOptions {
  readonly budget?: Percent
  /** What is counted: `'minutes'`, `'$'`. */
  readonly unit: string
  /** Changes whenever the function gives other values. */
  readonly version: string
  /** Dollars a unit. */
  readonly dollars?: number
}

/** The user's own: a value for each of the decisions that it is given, in their order; NaN where nothing can be said. It must be pure. */
export function own<Read extends string>(compute: (decisions: Judged<Read>) => Float64Array, options: OwnOptions): Utility<never, Read> {
  const given: unknown = compute
  if (typeof given !== 'function') mistake(`own needs a function of the decisions: own(d => …, { unit, version }), got ${show(given)}`)
  checkOptions('own', options, ['budget', 'unit', 'version', 'dollars'])
  const { budget, unit, version, dollars }: { readonly [N in keyof OwnOptions]: unknown } = options
  const ir: UtilityIR = {
    kind: 'own',
    unit: textOf('own: unit', unit, "what it counts, such as 'minutes'"),
    version: textOf('own: version', version, "text that changes whenever the function gives other values, such as '1'"),
    ...(dollars !== undefined && { dollars: dollarsOf('own: dollars', dollars, { zero: false }) }),
    ...(budget !== undefined && { budget: partOf('own: budget', budget) }),
  }
  return made(() => ir, compute)
}

const made = (build: UtilityValue['build'], compute?: UtilityCompute): Utility<never, never> =>
  new UtilityValue(build, compute) as unknown as Utility<never, never>

/** `'10%'` is 0.1. */
function partOf(what: string, given: unknown): number {
  const part = typeof given === 'string' && /^\d+(\.\d+)?%$/.test(given) ? Number(given.slice(0, -1)) / 100 : NaN
  if (!(part > 0 && part <= 1)) mistake(`${what} is a part of all decisions, above 0 % and at most 100 %: '10%', got ${show(given)}`)
  return part
}

function dollarsOf(what: string, given: unknown, { zero = true } = {}): number {
  if (typeof given !== 'number' || !Number.isFinite(given) || given < 0 || (given === 0 && !zero))
    mistake(`${what} is dollars, a number ${zero ? 'from 0' : 'above 0'}, got ${show(given)}`)
  return given
}

function textOf(what: string, given: unknown, wanted: string): string {
  if (typeof given !== 'string' || given.trim() === '') mistake(`${what} is ${wanted}, got ${show(given)}`)
  return given
}
