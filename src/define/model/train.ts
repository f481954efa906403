/**
 * `train`: how a model is trained by Spillway itself: with which algorithm, when, on what, and what must hold of a version before it decides.
 *
 * Trainers take numbers, so that an input that is none is a mistake here and not in a week.
 */
import { didYouMean } from '../../base/did-you-mean.ts'
import { show } from '../../base/show.ts'
import type { Duration } from '../../base/time.ts'
import type { Input } from './inputs.ts'
import type { ScheduleIR } from '../ir/ir.ts'
import { durationOf, mistake } from '../mistake/mistake.ts'
import { checkOptions } from '../mistake/names.ts'
import { Interval, scheduleOf } from '../feature/placement.ts'
import type { ExternalIR } from '../ir/external-ir.ts'
import { orWhenOf, type OrWhen } from './train-drift.ts'
import { algorithmNames, type AlgorithmName, type PromoteIR, type TrainIR } from '../ir/train-ir.ts'
import { spanOf } from '../expression/window.ts'

/** What holds of a version before it decides: a rule over the decisions it is judged by, or somebody says so (`spillway models`). */
export type Promotion =
  | 'by hand'
  | ({ readonly metric: 'auc' | 'ap'; readonly atLeast?: number } & Beside)
  | ({ readonly metric: 'logloss' | 'rmse'; readonly atMost?: number } & Beside)

/** Compared with what scores now, on the same decisions. */
interface Beside {
  /** 0 unless given. */
  readonly betterBy?: number
  /** For so long it then scores beside what decides, and the rule must hold of those decisions too, once their labels are settled. */
  readonly shadow?: Duration
}

interface Training {
  /** `'day'` and `'week'` (at 00:00, of Monday), whole intervals from the epoch such as `'12h'`, or a cron; when somebody asks unless given. */
  readonly every?: string
  /** Also when what the model is given, what it says, or how good it is has moved away from what it was trained on. */
  readonly orWhen?: OrWhen
  /** Of `'day'`, `'week'` and a cron; UTC unless given. */
  readonly zone?: string
  /** How long before a decision may lie that is learnt from; no bound unless given. */
  readonly over?: Duration
  /** How long at the end is kept apart, to judge by; the last fifth of the decisions unless given. Between the two lies the horizon of the label. */
  readonly holdout?: Duration
  /** By hand unless given. */
  readonly promote?: Promotion
}

/** `ridge`, `standardise` and `ifNull` are those of `fitLogistic` and `fitLinear` (docs/training.md). */
export interface RegressionTraining extends Training {
  readonly algorithm: 'logistic' | 'linear'
  readonly ridge?: number
  readonly standardise?: boolean
  readonly ifNull?: number
}

/** The options are those of `fitTrees` (docs/training.md). */
export interface TreesTraining extends Training {
  readonly algorithm: 'trees'
  readonly rounds?: number
  readonly learningRate?: number
  readonly leaves?: number
  readonly depth?: number
  readonly minRows?: number
  readonly ridge?: number
  readonly bins?: number
  readonly rowShare?: number
  readonly columnShare?: number
  readonly seed?: number
}

/** `external({ command: 'python3', args: ['train.py'] })`: whatever it leaves as coefficients or trees (docs/training.md has the contract). */
export interface ExternalTraining extends Training {
  readonly algorithm: ExternalIR
  readonly seed?: number
}

export type Train = RegressionTraining | TreesTraining | ExternalTraining

const common = ['algorithm', 'every', 'zone', 'orWhen', 'over', 'holdout', 'promote']
const regression = ['ridge', 'standardise', 'ifNull']
const ownOptions: Readonly<Record<AlgorithmName, readonly string[]>> = {
  logistic: regression,
  linear: regression,
  trees: ['rounds', 'learningRate', 'leaves', 'depth', 'minRows', 'ridge', 'bins', 'rowShare', 'columnShare', 'seed'],
}

/** The IR of `train`, or the mistake in it. */
export function trainOf(model: string, given: unknown, { inputs, hasLabel }: { inputs: readonly Input[]; hasLabel: boolean }): TrainIR {
  const what = `${model}: train`
  if (given === null || typeof given !== 'object')
    mistake(`${what} needs options: { algorithm: 'logistic', every: 'week' }, got ${show(given)}`)
  const options = given as Readonly<Record<string, unknown>>
  const algorithm = algorithmOf(what, options['algorithm'])
  const own = typeof algorithm === 'string' ? ownOptions[algorithm] : ['seed']
  checkOptions(what, options, [...common, ...own])
  if (!hasLabel) mistake(`${what} needs a label, what came of each decision: labelFrom(source, { … }) or begins(source, r => …, { … })`)
  for (const input of inputs) checkNumber(what, input)
  const { every, zone, orWhen, over, holdout } = options
  if (every === undefined && zone !== undefined) mistake(`${what}: zone is of a schedule; add every: 'week', or leave it out`)
  const promote = promoteOf(`${what}: promote`, options['promote'] ?? 'by hand')
  return {
    algorithm,
    options: Object.fromEntries(own.flatMap(name => (options[name] === undefined ? [] : [[name, optionOf(what, name, options[name])]]))),
    ...(every !== undefined && { every: everyOf(`${what}: every`, every, zone) }),
    ...(over !== undefined && { over: spanOf(`${what}: over`, over) }),
    ...(holdout !== undefined && { holdout: spanOf(`${what}: holdout`, holdout) }),
    ...(orWhen !== undefined && { orWhen: orWhenOf(`${what}: orWhen`, orWhen, promote) }),
    promote,
  }
}

function algorithmOf(what: string, given: unknown): AlgorithmName | ExternalIR {
  if (isExternal(given)) return given
  const found = algorithmNames.find(name => name === given)
  const names = algorithmNames.map(name => `'${name}'`).join(', ')
  return found ?? mistake(`${what}: algorithm is ${show(given)}, none of ${names} or external({ … })${didYouMean(given, algorithmNames)}`)
}

const isExternal = (given: unknown): given is ExternalIR =>
  typeof given === 'object' && given !== null && (given as Partial<ExternalIR>).kind === 'external'

function checkNumber(what: string, { ir: { name }, node: { type } }: Input): void {
  if (type.list) mistake(`${what}: input '${name}' is a list, and trainers take numbers; take an aggregate that is one`)
  if (type.type === 'string')
    mistake(`${what}: input '${name}' is a string, and trainers take numbers; take a condition instead, such as p.kind.eq('web')`)
}

function optionOf(what: string, name: string, value: unknown): number | boolean {
  if (name === 'standardise' ? typeof value === 'boolean' : typeof value === 'number' && Number.isFinite(value)) return value as number
  return mistake(`${what}: ${name} is ${name === 'standardise' ? 'true or false' : 'a number'}, got ${show(value)}`)
}

const words: Readonly<Record<string, string>> = { day: '0 0 * * *', week: '0 0 * * 1' }
const isDuration = (text: string): boolean => /^[\d.]+(ms|s|m|h|d|w)$/.test(text)

function everyOf(what: string, every: unknown, zone: unknown): ScheduleIR {
  if (typeof every !== 'string') mistake(`${what} is 'day', 'week', a duration or a cron, got ${show(every)}`)
  if (isDuration(every)) {
    if (zone !== undefined) mistake(`${what}: an interval has no zone; leave it out or write a cron`)
    return new Interval({ kind: 'interval', every: durationOf(what, every), phase: 0 }).ir
  }
  // A moment, and what names a year, come to an end.
  if (/^\d{4}-/.test(every) || every.trim().split(/\s+/).length > 6)
    mistake(`${what}: '${every}' is of one moment or year, not a schedule; write 'week', '7d' or a cron such as '0 3 * * 1'`)
  return scheduleOf(what, words[every] ?? every, zone as string | undefined)
}

function promoteOf(what: string, given: unknown): PromoteIR {
  if (given === 'by hand') return { kind: 'hand' }
  if (given === null || typeof given !== 'object')
    mistake(`${what} is ${show(given)}; write 'by hand', or a rule such as { metric: 'auc', atLeast: 0.8, betterBy: 0.005 }`)
  const { metric } = given as { metric?: unknown }
  const isLoss = metric === 'logloss' || metric === 'rmse'
  if (!isLoss && metric !== 'auc' && metric !== 'ap')
    mistake(
      `${what}: metric is ${show(metric)}, none of 'auc', 'ap', 'logloss', 'rmse'${didYouMean(metric, ['auc', 'ap', 'logloss', 'rmse'])}`,
    )
  const boundName = isLoss ? 'atMost' : 'atLeast'
  checkOptions(what, given, ['metric', boundName, 'betterBy', 'shadow'])
  const { [boundName]: bound, betterBy = 0, shadow } = given as Readonly<Record<string, unknown>>
  for (const [name, value] of [
    [boundName, bound ?? 0],
    ['betterBy', betterBy],
  ] as const)
    if (typeof value !== 'number' || !(value >= 0 && Number.isFinite(value)))
      mistake(`${what}: ${name} is a number from 0, got ${show(value)}`)
  return {
    kind: 'rule',
    metric,
    ...(bound !== undefined && { bound: bound as number }),
    betterBy: betterBy as number,
    ...(shadow !== undefined && { shadow: spanOf(`${what}: shadow`, shadow) }),
  }
}
