/**
 * A model: its trigger, its inputs, its score.
 *
 * Invariant: inputs are expressions over the trigger's fields and over features, read at keys that the trigger has.
 */
import { show } from '../../base/index.ts'
import type { Hint } from '../mistake/hint.ts'
import { callerLocation, mistake, callUserFunction } from '../mistake/mistake.ts'
import { GroupValue } from '../feature/features.ts'
import {
  featureReads,
  flattenInputs,
  ruleConditions,
  type ModelInput,
  type InputName,
  type InputTree,
  type IfInferred,
  type ListInput,
  type Vector,
} from './inputs.ts'
import { expressionLeaves } from '../ir/value-ir.ts'
import type { ModelIR, ScoreIR, Notes } from '../ir/ir.ts'
import type { ColumnSpecs } from '../expression/kinds.ts'
import { LabelValue, type Label } from './label.ts'
import { checkName, checkOptions, notesOf, optionNames } from '../mistake/names.ts'
import { inputRealm, Node, scoreColumn, type Realm } from '../expression/node.ts'
import type { OnnxFile } from './onnx-file.ts'
import { IntervalSchedule } from '../feature/placement.ts'
import type { RuntimeScore } from './model-runtime.ts'
import { ScoreValue, type Score, type ScoreFunction } from './score.ts'
import { columnNodes } from '../source/source.ts'
import { trainOf, type Train } from './train.ts'
import type { NumberWords } from '../expression/words.ts'
import { triggerRealm, TriggerValue, type TriggerKind, type Trigger, type TriggerFields } from './trigger.ts'

declare const vector: unique symbol
declare const requested: unique symbol
declare const triggering: unique symbol

/**
 * A model, made by `model`. `I` are its inputs, `R` the fields of a request (`null` for other triggers), `C` the columns of its
 * trigger.
 */
export interface Model<I = unknown, R = unknown, C = unknown> {
  readonly name: string
  /** The model as data. */
  readonly ir: ModelIR
  /** Score of a decision, for the `when` of an action: `fraud.score.gte(0.9)`. NULL, and so no action, where an input is missing. */
  readonly score: NumberWords<'input', number | null>
  /** Exists in types only. */
  readonly [vector]?: Vector<I>
  readonly [requested]?: R
  readonly [triggering]?: C
}
/** Type of a model's feature vector: `VectorOf<typeof fraud>`. */
export type VectorOf<M> = M extends Model<infer I> ? Vector<I> : never

/** The user's own score: a pure function of the feature vector. Change `version` whenever `compute` returns different scores. */
export interface OwnScore<I> {
  readonly version: string
  readonly compute: (vector: IfInferred<I, Vector<I>>) => number
}

interface ModelParts<C extends ColumnSpecs, I extends InputTree, R, B extends TriggerKind> extends Notes {
  /** Trigger: `on(source)`, `every('5m', patient, { live: '30m' })` or `request({ card, … })`. */
  readonly decide: Trigger<C, R, B> | Hint<"decide: on(source), every('5m', entity) or request({ … })">
  /** Inputs by name: fields of the trigger, features read with `group.of(key)`, and expressions over them. */
  readonly inputs: (trigger: TriggerFields<C>) => I
  /** Outcome of a decision: `labelFrom`, `begins`, `happens` or `doesNotHappen`. No decision reads it. */
  readonly label?: Label<NoInfer<B>> | Hint<LabelAdvice>
  /**
   * `logistic({…})`, `linear({…})`, `trees(file)`, `onnx(file)`, `v => rules([…], otherwise)` over the inputs,
   * `scoreWith(runtime, {…})`, or `{ version, compute }`. A model needs it, or `train`.
   */
  readonly score?:
    | Score<InputName<NoInfer<I>>>
    | ((inputs: IfInferred<NoInfer<I>, NoInfer<I>>) => Score<InputName<NoInfer<I>>>)
    | OwnScore<NoInfer<I>>
    | Hint<"score: weights name inputs of the model: 'amount' or 'card.n10m'">
  /** Training by the pipeline, on the model's decisions and their labels. */
  readonly train?: TrainOption<I>
}

type LabelAdvice = "label: labelFrom(source, { … }), whose join has the type of the trigger's id, or begins(source, r => …, { … })"

/** Trainers take single values: with a list no `train` compiles, and the message names the input. */
type TrainOption<I extends InputTree> = [ListInput<NoInfer<I>>] extends [never]
  ? Train
  : Hint<`train: input '${ListInput<NoInfer<I>>}' is a list; take an aggregate that is one value`>

/**
 * Options of `model`.
 *
 * A model with `train` needs no `score`: it has none until a version is promoted. A score beside `train` is in use until then.
 */
export type ModelOptions<C extends ColumnSpecs, I extends InputTree, R = unknown, B extends TriggerKind = TriggerKind> = ModelParts<
  C,
  I,
  R,
  B
> &
  ({ readonly score: unknown } | { readonly train: unknown })

type ModelAdvice = "a model needs decide, inputs, and score: logistic({ … }) or train: { algorithm: 'logistic' }"

/** Options before they are checked. */
type AnyOptions = { readonly [N in keyof ModelOptions<ColumnSpecs, InputTree>]: unknown }

const modelOptions = optionNames<ModelOptions<ColumnSpecs, InputTree>>({
  decide: true,
  inputs: true,
  score: true,
  label: true,
  train: true,
  owner: true,
  description: true,
})

/** A model at run time. */
export class ModelValue {
  readonly name: string
  readonly ir: ModelIR
  readonly trigger: TriggerValue
  readonly groups: readonly GroupValue[]
  readonly inputs: readonly ModelInput[]
  readonly compute: ScoreFunction | OnnxFile | RuntimeScore | undefined
  readonly label: LabelValue | undefined
  readonly score: Node
  readonly definedAt = callerLocation()

  constructor(
    ir: ModelIR,
    { trigger, groups, inputs, compute, label }: Pick<ModelValue, 'trigger' | 'groups' | 'inputs' | 'compute' | 'label'>,
  ) {
    this.name = ir.name
    this.ir = ir
    this.trigger = trigger
    this.groups = groups
    this.inputs = inputs
    this.compute = compute
    this.label = label
    this.score = scoreColumn(inputRealm(`the score of model '${ir.name}'`, { model: this }))
    Object.freeze(this)
  }
}

/**
 * Defines a model: when it decides, its inputs, and its score.
 *
 * `inputs` gets the trigger's fields and returns the feature vector, nested as you like. Weights and rules name inputs by their
 * path, `'card.n10m'`.
 *
 * @throws SpillwayError `SPILL_DEFINITION` for a trigger, input, score, label or training that does not fit.
 * @example
 * const fraud = model('fraud', {
 *   decide: on(payments),
 *   inputs: p => ({ amount: p.amount, card: cardNow.of(p.card) }),
 *   score: logistic({ intercept: -6, weights: { amount: 0.002, 'card.n10m': 0.4 } }),
 * })
 * @example
 * // Rules: the first rule that holds gives the score. A test shows what comes out.
 * const busy = model('busy', {
 *   decide: on(payments),
 *   inputs: p => ({ card: cardNow.of(p.card) }),
 *   score: v => rules([{ when: v.card.n10m.gt(1), score: 0.9 }], 0.1),
 * })
 * const run = await testing(pipeline('example', [busy]), { at: '2026-01-01T12:00:00Z' })
 * await run.send(payments, [
 *   { id: 'p1', card: 'c1', amount: 5, at: '2026-01-01T12:00:00Z' },
 *   { id: 'p2', card: 'c1', amount: 7, at: '2026-01-01T12:05:00Z' },
 * ])
 * run.decisions(busy).map(decision => decision.score) // => [0.1, 0.9]
 * @example
 * // A model that the pipeline trains each week, on its decisions and their outcomes. It has no score until a version is promoted.
 * const trained = model('trained', {
 *   decide: on(payments),
 *   inputs: p => ({ amount: p.amount, card: cardNow.of(p.card) }),
 *   label: labelFrom(chargebacks, { join: 'payment', value: c => c.fraud, negativeAfter: '90d' }),
 *   train: { algorithm: 'logistic', every: 'week', over: '365d' },
 * })
 */
export function model<C extends ColumnSpecs, I extends InputTree, R, B extends TriggerKind>(
  name: string,
  options: ModelOptions<C, I, R, B> | Hint<ModelAdvice>,
): Model<I, R, C> {
  const subject = `model '${checkName('model', name)}'`
  if ('action' in options)
    mistake(
      `${subject}: an action is its own definition: action('name', { when: ${name}.score.gte(0.9), do: … }), as a part of the pipeline`,
    )
  checkOptions(subject, options, modelOptions)
  const { decide, inputs: build, score: scoring, label: labelling, train, ...notes } = options as AnyOptions
  checkTrigger(subject, decide)
  if (typeof build !== 'function') mistake(`${subject} needs inputs: p => ({ … }), got ${show(build)}`)
  const realm = triggerRealm(subject)
  const tree: unknown = callUserFunction(`${subject}: inputs`, () => build(columnNodes('trigger', decide.columns, realm, decide.name)))
  const inputs = flattenInputs(subject, tree, realm)
  const isTrained = train !== undefined
  const { score, compute } = isTrained && scoring === undefined ? noScore : scoreOf(subject, scoring, tree, inputs, realm)
  const expressions = [...inputs.map(input => input.ir.expr), ...ruleConditions(score)]
  const leaves = expressions.flatMap(expressionLeaves)
  const groups = [...realm.reads!].filter(
    group => group instanceof GroupValue && leaves.some(leaf => leaf.op === 'feature' && leaf.group === group.name),
  ) as GroupValue[]
  const trigger = decide.build(subject, featureReads(expressions, groups))
  const label = labelOf(subject, labelling)
  const ir: ModelIR = {
    name,
    decide: trigger,
    inputs: inputs.map(input => input.ir),
    score,
    ...(label && { label: label.build({ model: subject, decide: trigger, trigger: decide }, label.definedAt) }),
    ...(isTrained && { train: trainOf(subject, train, { inputs, hasLabel: label !== undefined }) }),
    ...notesOf(subject, notes),
  }
  return new ModelValue(ir, { trigger: decide, groups, inputs, compute, label }) as unknown as Model<I, R, C>
}

const noScore = { score: { kind: 'none' }, compute: undefined } as const

function labelOf(subject: string, value: unknown): LabelValue | undefined {
  if (value === undefined || value instanceof LabelValue) return value
  return mistake(
    `${subject}: label is ${show(value)}; write label: labelFrom(source, { … }), begins(source, r => …, { … }) or happens(source, { … })`,
  )
}

function checkTrigger(subject: string, decide: unknown): asserts decide is TriggerValue {
  if (decide instanceof TriggerValue) return
  if (decide instanceof IntervalSchedule)
    mistake(`${subject}: decide is an interval without an entity; write every('5m', patient, { live: '30m' })`)
  mistake(`${subject}: decide is ${show(decide)}; write decide: on(source), every('5m', entity) or request({ … })`)
}

function scoreOf(
  subject: string,
  value: unknown,
  tree: unknown,
  inputs: readonly ModelInput[],
  realm: Realm,
): { score: ScoreIR; compute: ModelValue['compute'] } {
  const score: unknown = typeof value === 'function' ? callUserFunction(`${subject}: score`, () => value(tree)) : value
  if (score instanceof ScoreValue) return { score: score.build(subject, inputs, realm), compute: score.implementation }
  if (score === undefined || score instanceof Node)
    mistake(
      `${subject} needs a score: logistic({…}), linear({…}), trees(…), onnx(…), v => rules([…], otherwise) ` +
        `or { version, compute }; or train: { algorithm: 'logistic' }`,
    )
  checkOptions(`${subject}: score`, score, ['version', 'compute'])
  const { version, compute } = score as { version: unknown; compute: unknown }
  if (typeof compute !== 'function') mistake(`${subject}: compute must be a function of the vector, got ${show(compute)}`)
  if (typeof version !== 'string' || version === '')
    mistake(`${subject}: score has compute without version; add version: '1' and change it whenever compute gives other scores`)
  return { score: { kind: 'function', version }, compute: compute as ScoreFunction }
}
