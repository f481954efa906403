/**
 * Scores: how a feature vector becomes one number.
 *
 * Weights are named by input (`'card.n10m'`). The names are part of the type, so a score with an input that the model does not
 * have does not compile.
 */
import { didYouMean, show } from '../../base/index.ts'
import type { Expression } from '../expression/kinds.ts'
import { scoredInput, type ModelInput } from './inputs.ts'
import type { ScoreIR, TermIR } from '../ir/ir.ts'
import type { TypeInfo } from '../expression/literal.ts'
import { mistake } from '../mistake/mistake.ts'
import type { OnnxFile } from './onnx-file.ts'
import type { RuntimeScore } from './model-runtime.ts'
import { checkOptions } from '../mistake/names.ts'
import { describe, isCondition, type Realm } from '../expression/node.ts'

/** The user's score function: it gets the feature vector, nested as the inputs are. */
export type ScoreFunction = (vector: never) => number

/**
 * Weight of an input.
 *
 * A number adds `weight · x`; an object adds `weight · (x − mean) / scale`, with `ifNull` in place of a NULL. Defaults: `mean`
 * 0, `scale` 1. `levels` has a weight for each value as text, `otherwise` is that of other values, and `ifNull` that of NULL, by
 * default `otherwise`. Without `ifNull` or `otherwise` the score is NULL there.
 */
export type Weight =
  | number
  | { readonly weight: number; readonly mean?: number; readonly scale?: number; readonly ifNull?: number }
  | { readonly levels: Readonly<Record<string, number>>; readonly otherwise?: number; readonly ifNull?: number }

declare const names: unique symbol

/** A score over inputs of these names, made by `logistic`, `linear`, `trees`, `onnx`, `rules` or `scoreWith`. */
export interface Score<Names extends string = string> {
  readonly [names]: Names
}

/** A rule of `rules`: a condition over the inputs, and the score where it is true. */
export interface Rule {
  readonly when: Expression<'input', 'bool'>
  readonly score: number
}

/** A score before its model is known; `build` checks it against the model's inputs. */
export class ScoreValue {
  readonly build: (subject: string, inputs: readonly ModelInput[], realm: Realm) => ScoreIR
  /** The ONNX file or the runtime with its model; the IR has only its hash. */
  readonly implementation: OnnxFile | RuntimeScore | undefined
  constructor(build: ScoreValue['build'], implementation?: OnnxFile | RuntimeScore) {
    this.build = build
    this.implementation = implementation
  }
}

/**
 * Logistic regression: the probability 1 / (1 + e^−z), with z = intercept + Σ terms, added in the order of writing.
 *
 * @throws SpillwayError `SPILL_DEFINITION` for a weight that is not finite, or an input that the model does not have.
 * @example
 * const score = logistic({ intercept: -6, weights: { amount: { weight: 0.7, mean: 88, scale: 40, ifNull: 88 }, 'card.n10m': 0.4 } })
 */
export const logistic = <const Names extends string>(coefficients: Coefficients<Names>): Score<Names> =>
  weightedScore('logistic', coefficients)

/**
 * Linear model: intercept + Σ terms, added in the order of writing.
 *
 * @throws SpillwayError `SPILL_DEFINITION` for a weight that is not finite, or an input that the model does not have.
 * @example
 * const score = linear({ intercept: 10, weights: { delay: 0.8, carrier: { levels: { AA: 2.5, DL: -1 }, otherwise: 0 } } })
 */
export const linear = <const Names extends string>(coefficients: Coefficients<Names>): Score<Names> => weightedScore('linear', coefficients)

/** Coefficients of `logistic` and `linear`: the intercept, and a weight for each input by its path. */
export interface Coefficients<Names extends string> {
  readonly intercept: number
  readonly weights: Readonly<Record<Names, Weight>>
}

/**
 * Score of the first rule whose condition is true; `otherwise` if there is none.
 *
 * @throws SpillwayError `SPILL_DEFINITION` for a condition over anything but the model's inputs, or a score that is not finite.
 * @example
 * const suspicious = model('suspicious', {
 *   decide: on(payments),
 *   inputs: p => ({ amount: p.amount, card: cardNow.of(p.card) }),
 *   score: v => rules([{ when: v.card.n10m.gt(5), score: 1 }, { when: v.amount.gt(500), score: 0.5 }], 0),
 * })
 */
export function rules(list: readonly Rule[], otherwise: number): Score<never> {
  finite('rules: otherwise', otherwise)
  if (!Array.isArray(list)) mistake(`rules needs a list of { when, score }, got ${show(list)}`)
  list.forEach((rule: unknown, i) => checkOptions(`rule ${i + 1}`, rule, ['when', 'score']))
  return scoreOf((subject, _inputs, realm) => ({
    kind: 'rules',
    rules: list.map(({ when, score }: { when: unknown; score: unknown }, i) => {
      const rule = `${subject}: rule ${i + 1}`
      if (!isCondition(when)) mistake(`${rule} needs a condition in when, got ${describe(when)}`)
      if (when.realm !== realm) mistake(`${rule} has a condition over ${when.realm.name}; write score: v => rules([{ when: v.… }])`)
      return { when: when.ir, score: finite(`${rule} score`, score) }
    }),
    otherwise,
  }))
}

function weightedScore<Names extends string>(kind: 'logistic' | 'linear', coefficients: Coefficients<Names>): Score<Names> {
  checkOptions(kind, coefficients, ['intercept', 'weights'])
  const intercept = finite(`${kind} intercept`, coefficients.intercept)
  if (coefficients.weights === null || typeof coefficients.weights !== 'object')
    mistake(`${kind} needs weights: { 'group.feature': 0.3 }, got ${show(coefficients.weights)}`)
  const terms = Object.entries<unknown>(coefficients.weights).map(([input, weight]) =>
    termOf(`${kind}: weight of '${input}'`, input, weight),
  )
  return scoreOf((subject, inputs) => {
    for (const term of terms) checkTerm(`${subject}: ${kind}`, term, inputs)
    return { kind, intercept, terms }
  })
}

function termOf(subject: string, input: string, weight: unknown): TermIR {
  if (typeof weight === 'number') return { input, weight: finite(subject, weight) }
  const fields = Object(weight) as Readonly<Record<string, unknown>>
  const optional = (name: string) => (fields[name] === undefined ? {} : { [name]: finite(`${subject} ${name}`, fields[name]) })
  if ('levels' in fields) {
    checkOptions(subject, weight, ['levels', 'otherwise', 'ifNull'])
    const { levels } = fields
    if (levels === null || typeof levels !== 'object') mistake(`${subject}: levels is a weight for each value, got ${show(levels)}`)
    const weights = Object.fromEntries(
      Object.entries(levels).map(([level, weight]) => [level, finite(`${subject} at level '${level}'`, weight)]),
    )
    return { input, levels: weights, ...optional('otherwise'), ...optional('ifNull') }
  }
  checkOptions(subject, weight, ['weight', 'mean', 'scale', 'ifNull'])
  if (fields['scale'] === 0) mistake(`${subject}: scale is 0; leave it out or drop the input`)
  return { input, weight: finite(subject, fields['weight']), ...optional('mean'), ...optional('scale'), ...optional('ifNull') }
}

function checkTerm(subject: string, term: TermIR, inputs: readonly ModelInput[]): void {
  const { type } = scoredInput(subject, 'has a weight for', term.input, inputs).node
  if (type.type === 'string' && !term.levels)
    mistake(`${subject}: '${term.input}' is a string; give a weight for each value: { levels: { … } }`)
  for (const level of Object.keys(term.levels ?? {}))
    if (!isLevel(level, type)) mistake(`${subject}: '${term.input}' is never '${level}'${didYouMean(level, type.values ?? [])}`)
}

/** True if a value of the type, written as text, can be `level`. */
function isLevel(level: string, { type, values }: TypeInfo): boolean {
  if (type === 'string') return values?.includes(level) ?? true
  return type === 'bool' ? level === 'true' || level === 'false' : String(Number(level)) === level && Number.isFinite(Number(level))
}

function finite(subject: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) mistake(`${subject} must be a finite number, got ${show(value)}`)
  return value
}

const scoreOf = <Names extends string>(build: ScoreValue['build']): Score<Names> => new ScoreValue(build) as unknown as Score<Names>
