/**
 * Scores: how a model's vector becomes one number.
 *
 * Weights are named by input (`'card.n10m'`), and the names travel in the type, so that a score which names an input that the model does
 * not have does not compile.
 */
import { didYouMean } from '../../base/did-you-mean.ts'
import { show } from '../../base/show.ts'
import type { Expression } from '../expression/expression.ts'
import type { Input } from './inputs.ts'
import type { ScoreIR, TermIR } from '../ir/ir.ts'
import type { TypeInfo } from '../expression/literal.ts'
import { mistake } from '../mistake/mistake.ts'
import type { OnnxFile } from './onnx-file.ts'
import { checkOptions } from '../mistake/names.ts'
import { describe, Node, type Realm } from '../expression/node.ts'

/** The user's function from a vector to a score, as the model room calls it: nested as the inputs are. */
export type ScoreFunction = (vector: never) => number

/**
 * What an input adds to the score: `weight · (x − mean) / scale`, with `ifNull` for a NULL; or a weight for each value written as text, with
 * `otherwise` for the values, and NULL, that are not listed. Without `ifNull` or `otherwise` the score is NULL there.
 */
export type Weight =
  | number
  | { readonly weight: number; readonly mean?: number; readonly scale?: number; readonly ifNull?: number }
  | { readonly levels: Readonly<Record<string, number>>; readonly otherwise?: number }

declare const names: unique symbol

/** A score over inputs of these names. */
export interface Score<Names extends string = string> {
  readonly [names]: Names
}

export interface Rule {
  readonly when: Expression<'input', 'bool'>
  readonly score: number
}

/** A score before its model is known: `build` checks it against the inputs. */
export class ScoreValue {
  readonly build: (what: string, inputs: readonly Input[], realm: Realm) => ScoreIR
  /** What it scores by, where the IR has only its hash. */
  readonly file: OnnxFile | undefined
  constructor(build: (what: string, inputs: readonly Input[], realm: Realm) => ScoreIR, file?: OnnxFile) {
    this.build = build
    this.file = file
  }
}

/** 1 / (1 + e^−z), with z = intercept + the terms in the order given: a probability. */
export const logistic = <const Names extends string>(coefficients: Coefficients<Names>): Score<Names> => weighted('logistic', coefficients)

/** intercept + the terms in the order given. */
export const linear = <const Names extends string>(coefficients: Coefficients<Names>): Score<Names> => weighted('linear', coefficients)

export interface Coefficients<Names extends string> {
  readonly intercept: number
  readonly weights: Readonly<Record<Names, Weight>>
}

/** The score of the first rule whose condition is true; `otherwise` if none is. */
export function rules(list: readonly Rule[], otherwise: number): Score<never> {
  finite('rules: otherwise', otherwise)
  if (!Array.isArray(list)) mistake(`rules needs a list of { when, score }, got ${show(list)}`)
  list.forEach((rule: unknown, i) => checkOptions(`rule ${i + 1}`, rule, ['when', 'score']))
  return scoreOf((what, _inputs, realm) => ({
    kind: 'rules',
    rules: list.map(({ when, score }: { when: unknown; score: unknown }, i) => {
      const rule = `${what}: rule ${i + 1}`
      if (!(when instanceof Node) || when.type.type !== 'bool' || when.type.list)
        mistake(`${rule} needs a condition in when, got ${describe(when)}`)
      if (when.realm !== realm) mistake(`${rule} has a condition over ${when.realm.name}; write score: v => rules([{ when: v.… }])`)
      return { when: when.ir, score: finite(`${rule} score`, score) }
    }),
    otherwise,
  }))
}

function weighted<Names extends string>(kind: 'logistic' | 'linear', coefficients: Coefficients<Names>): Score<Names> {
  checkOptions(kind, coefficients, ['intercept', 'weights'])
  const intercept = finite(`${kind} intercept`, coefficients.intercept)
  if (coefficients.weights === null || typeof coefficients.weights !== 'object')
    mistake(`${kind} needs weights: { 'group.feature': 0.3 }, got ${show(coefficients.weights)}`)
  const terms = Object.entries<unknown>(coefficients.weights).map(([input, weight]) =>
    termOf(`${kind}: weight of '${input}'`, input, weight),
  )
  return scoreOf((what, inputs) => {
    for (const term of terms) checkTerm(`${what}: ${kind}`, term, inputs)
    return { kind, intercept, terms }
  })
}

function termOf(what: string, input: string, weight: unknown): TermIR {
  if (typeof weight === 'number') return { input, weight: finite(what, weight) }
  if (weight !== null && typeof weight === 'object' && 'levels' in weight) {
    checkOptions(what, weight, ['levels', 'otherwise'])
    const { levels, otherwise } = weight as { levels: unknown; otherwise?: unknown }
    if (levels === null || typeof levels !== 'object') mistake(`${what}: levels is a weight for each value, got ${show(levels)}`)
    const checked = Object.fromEntries(Object.entries(levels).map(([level, one]) => [level, finite(`${what} at level '${level}'`, one)]))
    return { input, levels: checked, ...(otherwise !== undefined && { otherwise: finite(`${what} otherwise`, otherwise) }) }
  }
  checkOptions(what, weight, ['weight', 'mean', 'scale', 'ifNull'])
  const given = weight as Readonly<Record<string, unknown>>
  const optional = (name: string) => (given[name] === undefined ? {} : { [name]: finite(`${what} ${name}`, given[name]) })
  if (given['scale'] === 0) mistake(`${what}: scale is 0; leave it out or drop the input`)
  return { input, weight: finite(what, given['weight']), ...optional('mean'), ...optional('scale'), ...optional('ifNull') }
}

function checkTerm(what: string, term: TermIR, inputs: readonly Input[]): void {
  const input = inputs.find(({ ir }) => ir.name === term.input)
  if (!input)
    mistake(
      `${what} has a weight for '${term.input}', which is no input${didYouMean(
        term.input,
        inputs.map(({ ir }) => ir.name),
      )}`,
    )
  const { type } = input.node
  if (type.list) mistake(`${what}: '${term.input}' is a list; only your own compute can score it`)
  if (type.type === 'string' && !term.levels)
    mistake(`${what}: '${term.input}' is a string; give a weight for each value: { levels: { … } }`)
  for (const level of Object.keys(term.levels ?? {}))
    if (!isLevel(level, type)) mistake(`${what}: '${term.input}' is never '${level}'${didYouMean(level, type.values ?? [])}`)
}

/** Whether a value of the type, written as text, can be this. */
function isLevel(level: string, { type, values }: TypeInfo): boolean {
  if (type === 'string') return values?.includes(level) ?? true
  return type === 'bool' ? level === 'true' || level === 'false' : String(Number(level)) === level && Number.isFinite(Number(level))
}

function finite(what: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) mistake(`${what} must be a finite number, got ${show(value)}`)
  return value
}

const scoreOf = <Names extends string>(build: ScoreValue['build']): Score<Names> => new ScoreValue(build) as unknown as Score<Names>
