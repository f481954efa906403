/**
 * `train`: how Spillway trains a model: algorithm (its own, or `external`), schedule, rows, and the rule by which a version is
 * promoted.
 *
 * Trainers take numbers, bools and strings, an external program no strings: another input is a mistake in the definition and not in the
 * first training.
 */
import { didYouMean, show, type Duration } from '../../base/index.ts'
import type { ModelInput } from './inputs.ts'
import type { ScheduleIR } from '../ir/ir.ts'
import type { DurationAdvice, Hint } from '../mistake/hint.ts'
import { durationOf, mistake } from '../mistake/mistake.ts'
import { checkOptions, parseOptions } from '../mistake/names.ts'
import { IntervalSchedule, scheduleOf } from '../feature/placement.ts'
import { type ExternalIR, algorithmNames, type AlgorithmName, type PromoteIR, type TrainIR } from '../ir/train-ir.ts'
import { orWhenOf, type OrWhen } from './train-drift.ts'
import { boundedDurationOf } from '../expression/window.ts'

/**
 * Promotion of a trained version: `'by hand'` (`spillway models`), or a rule over the decisions of the holdout.
 *
 * `auc` and `ap` (average precision) must be at least `atLeast`, `logloss` and `rmse` at most `atMost`, and better than the
 * champion's by `betterBy`. A version that scores fewer decisions than the champion is not promoted. Beside a score of the definition that
 * is computed by rules, ONNX, a function or a runtime, only a rule with a bound and without `betterBy`, or one with `shadow`, is met.
 */
export type Promotion =
  | 'by hand'
  | ({ readonly metric: 'auc' | 'ap'; readonly atLeast?: number } & ChampionComparison)
  | ({ readonly metric: 'logloss' | 'rmse'; readonly atMost?: number } & ChampionComparison)

/** Comparison with the champion on the same decisions. */
interface ChampionComparison {
  /** Least improvement over the champion's metric. Default 0. */
  readonly betterBy?: number
  /**
   * Shadow period: the version first scores beside the champion this long, and the rule must hold for those decisions too, once
   * their labels are settled.
   */
  readonly shadow?: Duration | Hint<DurationAdvice<'shadow'>>
}

/** Options that all trainers share. */
interface CommonTraining {
  /** Schedule: `'day'` or `'week'` (00:00, Monday), an interval from the epoch such as `'12h'`, or a cron. Default: on command only. */
  readonly every?: string
  /** Trains also when inputs, scores or quality have drifted away from those of the last training. */
  readonly orWhen?: OrWhen
  /** IANA time zone of `'day'`, `'week'` and a cron. Default UTC. */
  readonly zone?: string
  /** Age of the oldest decisions to learn from. Default: all. */
  readonly over?: Duration | Hint<DurationAdvice<'over'>>
  /**
   * Length of the holdout at the end, on which a version is evaluated. Default: the last fifth of the decisions. The label's
   * horizon lies between training rows and holdout.
   */
  readonly holdout?: Duration | Hint<DurationAdvice<'holdout'>>
  /** Rule by which a version is promoted. Default `'by hand'`. */
  readonly promote?: Promotion
}

/** Options of `fitLogistic` and `fitLinear`, and of their training (docs/guides/trainers.md). */
export interface RegressionOptions {
  /** L2 penalty: the fit minimises its summed loss plus `ridge · Σ weight² / 2`, without the intercept. Default 1. */
  readonly ridge?: number
  /** True (the default) applies `ridge` to weights of standardised columns, so that units do not matter; false to the raw weights. */
  readonly standardise?: boolean
  /** Value in place of NULL in every column. Default: the mean of each column. */
  readonly ifNull?: number
}

/** Option of Spillway's own trainers for string inputs. */
export interface CategoryOptions {
  /**
   * Most categories of a string input that a training tells apart: the most frequent ones, each of at least 20 training rows. Other
   * texts, and those that a decision meets later, are one category, and NULL is one. Default 32.
   */
  readonly categories?: number
}

/** Training of a regression. */
export interface RegressionTraining extends CommonTraining, RegressionOptions, CategoryOptions {
  readonly algorithm: 'logistic' | 'linear'
}

/** Options of boosted trees, of `fitTrees` and of a training (docs/guides/trainers.md). */
export interface BoostingOptions {
  /** Greatest number of trees. Default 100. Fewer if no split decreases the loss any more. */
  readonly rounds?: number
  /** Learning rate: share of a tree's values that is added, above 0 and at most 1. Default 0.1. */
  readonly learningRate?: number
  /** Greatest number of leaves of a tree. Default 31. */
  readonly leaves?: number
  /** Greatest number of splits on the path to a leaf. Default: limited by the leaves alone. */
  readonly depth?: number
  /** Least number of rows in a leaf. Default 20. */
  readonly minRows?: number
  /** L2 penalty: added to the sum of Hessians of a leaf, which shrinks its value towards 0. Default 0. */
  readonly ridge?: number
  /** Greatest number of bins of a column, without that of NULL. Default 255. */
  readonly bins?: number
  /** Share of the rows that each tree sees, drawn at random. Default 1. */
  readonly rowShare?: number
  /** Share of the columns that each tree sees, drawn at random. Default 1. */
  readonly columnShare?: number
  /** Seed of the random draws. Default 0. */
  readonly seed?: number
}

/** Training of boosted trees. */
export interface TreesTraining extends CommonTraining, BoostingOptions, CategoryOptions {
  readonly algorithm: 'trees'
}

/** Training by a command: `external({ command: 'python3', args: ['train.py'] })` (contract: docs/guides/trainers.md). */
export interface ExternalTraining extends CommonTraining {
  readonly algorithm: ExternalIR
  /** Seed for the command. Default 0. */
  readonly seed?: number
}

/**
 * Training of a model, as the option `train` of `model`.
 *
 * @example
 * const trained = model('trained', {
 *   decide: on(payments),
 *   inputs: p => ({ amount: p.amount, card: cardNow.of(p.card) }),
 *   label: labelFrom(chargebacks, { join: 'payment', value: c => c.fraud, negativeAfter: '90d' }),
 *   train: { algorithm: 'trees', every: 'week', promote: { metric: 'ap', betterBy: 0.005, shadow: '7d' } },
 * })
 */
export type Train = RegressionTraining | TreesTraining | ExternalTraining

const common = ['algorithm', 'every', 'zone', 'orWhen', 'over', 'holdout', 'promote']
const regression = ['ridge', 'standardise', 'ifNull', 'categories']
const ownOptions: Readonly<Record<AlgorithmName, readonly string[]>> = {
  logistic: regression,
  linear: regression,
  trees: ['rounds', 'learningRate', 'leaves', 'depth', 'minRows', 'ridge', 'bins', 'rowShare', 'columnShare', 'seed', 'categories'],
}

/** IR of `train`. Throws `SPILL_DEFINITION`. */
export function trainOf(
  model: string,
  value: unknown,
  { inputs, hasLabel }: { inputs: readonly ModelInput[]; hasLabel: boolean },
): TrainIR {
  const subject = `${model}: train`
  if (value === null || typeof value !== 'object')
    mistake(`${subject} needs options: { algorithm: 'logistic', every: 'week' }, got ${show(value)}`)
  const options = value as Readonly<Record<string, unknown>>
  const algorithm = algorithmOf(subject, options['algorithm'])
  const ownNames = typeof algorithm === 'string' ? ownOptions[algorithm] : ['seed']
  checkOptions(subject, options, [...common, ...ownNames])
  if (!hasLabel) mistake(`${subject} needs a label: labelFrom(source, { … }), begins(source, r => …, { … }) or happens(source, { … })`)
  for (const input of inputs) checkTrainable(subject, input, isExternal(algorithm))
  const { every, zone, orWhen, over, holdout } = options
  if (every === undefined && zone !== undefined) mistake(`${subject}: zone is of a schedule; add every: 'week', or leave it out`)
  const promote = promoteOf(`${subject}: promote`, options['promote'] ?? 'by hand')
  return {
    algorithm,
    options: Object.fromEntries(
      ownNames.flatMap(name => (options[name] === undefined ? [] : [[name, optionOf(subject, name, options[name])]])),
    ),
    ...(every !== undefined && { every: everyOf(`${subject}: every`, every, zone) }),
    ...parseOptions(subject, { over, holdout }, boundedDurationOf),
    ...(orWhen !== undefined && { orWhen: orWhenOf(`${subject}: orWhen`, orWhen, promote) }),
    promote,
  }
}

function algorithmOf(subject: string, value: unknown): AlgorithmName | ExternalIR {
  if (isExternal(value)) return value
  const match = algorithmNames.find(name => name === value)
  const names = algorithmNames.map(name => `'${name}'`).join(', ')
  return (
    match ?? mistake(`${subject}: algorithm is ${show(value)}, none of ${names} or external({ … })${didYouMean(value, algorithmNames)}`)
  )
}

const isExternal = (value: unknown): value is ExternalIR =>
  typeof value === 'object' && value !== null && (value as Partial<ExternalIR>).kind === 'external'

function checkTrainable(subject: string, { ir: { name }, node: { type } }: ModelInput, byProgram: boolean): void {
  if (type.list) mistake(`${subject}: input '${name}' is a list, and trainers take single values; take an aggregate that is one`)
  if (byProgram && type.type === 'string')
    mistake(`${subject}: input '${name}' is a string, and an external program takes numbers; take a condition, such as p.kind.eq('web')`)
}

function optionOf(subject: string, name: string, value: unknown): number | boolean {
  if (name === 'standardise' ? typeof value === 'boolean' : typeof value === 'number' && Number.isFinite(value)) return value as number
  return mistake(`${subject}: ${name} is ${name === 'standardise' ? 'true or false' : 'a number'}, got ${show(value)}`)
}

const namedSchedules: Readonly<Record<string, string>> = { day: '0 0 * * *', week: '0 0 * * 1' }
const isDuration = (text: string): boolean => /^[\d.]+(ms|s|m|h|d|w)$/.test(text)

function everyOf(subject: string, every: unknown, zone: unknown): ScheduleIR {
  if (typeof every !== 'string') mistake(`${subject} is 'day', 'week', a duration or a cron, got ${show(every)}`)
  if (isDuration(every)) {
    if (zone !== undefined) mistake(`${subject}: an interval has no zone; leave it out or write a cron`)
    return new IntervalSchedule({ kind: 'interval', every: durationOf(subject, every), phase: 0 }).ir
  }
  return scheduleOf(subject, namedSchedules[every] ?? every, zone as string | undefined)
}

function promoteOf(subject: string, value: unknown): PromoteIR {
  if (value === 'by hand') return { kind: 'hand' }
  if (value === null || typeof value !== 'object')
    mistake(`${subject} is ${show(value)}; write 'by hand', or a rule such as { metric: 'auc', atLeast: 0.8, betterBy: 0.005 }`)
  const { metric } = value as { metric?: unknown }
  const isLoss = metric === 'logloss' || metric === 'rmse'
  if (!isLoss && metric !== 'auc' && metric !== 'ap')
    mistake(
      `${subject}: metric is ${show(metric)}, ` +
        `none of 'auc', 'ap', 'logloss', 'rmse'${didYouMean(metric, ['auc', 'ap', 'logloss', 'rmse'])}`,
    )
  const boundName = isLoss ? 'atMost' : 'atLeast'
  checkOptions(subject, value, ['metric', boundName, 'betterBy', 'shadow'])
  const { [boundName]: bound, betterBy = 0, shadow } = value as Readonly<Record<string, unknown>>
  for (const [name, value] of [
    [boundName, bound ?? 0],
    ['betterBy', betterBy],
  ] as const)
    if (typeof value !== 'number' || !(value >= 0 && Number.isFinite(value)))
      mistake(`${subject}: ${name} is a number from 0, got ${show(value)}`)
  return {
    kind: 'rule',
    metric,
    ...(bound !== undefined && { bound: bound as number }),
    betterBy: betterBy as number,
    ...parseOptions(subject, { shadow }, boundedDurationOf),
  }
}

/** Options of `external`. */
export interface ExternalOptions {
  /** A program: its path, or its name in the PATH. It runs without a shell. */
  readonly command: string
  /** Arguments before the two folders that the command gets. */
  readonly args?: readonly string[]
  /** Timeout, after which the command and all processes that it started are ended. Default 1 hour. */
  readonly timeout?: Duration | Hint<DurationAdvice<'timeout'>>
  /** Further environment variables. They are part of the definition: pass secrets through the environment of the training process. */
  readonly env?: Readonly<Record<string, string>>
}

/**
 * A trainer for `train`: a command that gets the training rows as Parquet and leaves coefficients, trees or ONNX
 * (docs/guides/trainers.md).
 *
 * @throws SpillwayError `SPILL_DEFINITION` for an option that does not fit.
 * @example
 * const trainer = external({ command: 'python3', args: ['train.py'], timeout: '30m' })
 */
export function external(options: ExternalOptions): ExternalIR {
  checkOptions('external', options, ['command', 'args', 'timeout', 'env'])
  const { command, args = [], timeout = '1h', env = {} } = options
  if (typeof command !== 'string' || command === '') mistake(`external needs a command, such as 'python3', got ${show(command)}`)
  if (!Array.isArray(args) || !args.every(isText)) mistake(`external: args is a list of texts, got ${show(args)}`)
  if (env === null || typeof env !== 'object' || Array.isArray(env) || !Object.values(env).every(isText))
    mistake(`external: env is a text by the name of each variable, got ${show(env)}`)
  return Object.freeze({ kind: 'external', command, args: [...args], timeout: durationOf('external: timeout', timeout), env: { ...env } })
}

/** True for a text that an operating system accepts as an argument: without a zero byte. */
const isText = (value: unknown): value is string => typeof value === 'string' && !value.includes('\0')
