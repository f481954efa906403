/**
 * A model: when it decides, what it sees, how it scores.
 *
 * Invariant: inputs are expressions over the trigger's fields and over features, read at keys that the trigger gives.
 */
import { show } from '../../base/show.ts'
import { callerPlace } from '../mistake/caller.ts'
import { GroupValue } from '../feature/features.ts'
import { featuresRead, flatten, type Input, type InputName, type Inputs, type Known, type NoNumbers, type Vector } from './inputs.ts'
import type { ModelIR, ScoreIR } from '../ir/ir.ts'
import type { Columns } from '../expression/kinds.ts'
import { LabelValue, type Label } from './label.ts'
import { mistake, userCall } from '../mistake/mistake.ts'
import { checkName, checkOptions, notesOf } from '../mistake/names.ts'
import { Node, type Realm } from '../expression/node.ts'
import type { OnnxFile } from './onnx-file.ts'
import { Interval } from '../feature/placement.ts'
import { ScoreValue, type Score, type ScoreFunction } from './score.ts'
import { trainOf, type Train } from './train.ts'
import type { NumberWords } from '../expression/words.ts'
import { triggerFields, triggerRealm, TriggerValue, type By, type FeatureRead, type Trigger, type TriggerFields } from './trigger.ts'

declare const vector: unique symbol
declare const requested: unique symbol
declare const triggering: unique symbol

/** `R` is the fields that it is requested with, `null` for a model that is not; `C` the columns of its trigger. */
export interface Model<I = unknown, R = unknown, C = unknown> {
  readonly name: string
  readonly ir: ModelIR
  /** The score of a decision, for the `when` of an action: `fraud.score.gte(0.9)`. NULL, and so no action, where an input was missing. */
  readonly score: NumberWords<'input', number | null>
  /** For types only. */
  readonly [vector]?: Vector<I>
  readonly [requested]?: R
  readonly [triggering]?: C
}
/** The vector that a model decides by: `VectorOf<typeof fraud>`. */
export type VectorOf<M> = M extends Model<infer I> ? Vector<I> : never

/** The user's own function of the vector, known by its version. It must be pure. */
export interface OwnScore<I> {
  readonly version: string
  readonly compute: (vector: Known<I, Vector<I>>) => number
}

interface ModelParts<C extends Columns, I extends Inputs, R, B extends By> {
  /** `on(source)`, `every('5m', patient, { live: '30m' })` or `request({ card, … })`. */
  readonly decide: Trigger<C, R, B>
  readonly inputs: (trigger: TriggerFields<C>) => I
  /** What came of a decision: `labelFrom(source, { … })` or `begins(source, r => …, { … })`. Nothing that decides looks at it. */
  readonly label?: Label<NoInfer<B>>
  /** How it is trained by its pipeline, on its decisions and what came of them. */
  readonly train?: TrainOption<I>
  readonly owner?: string
  readonly description?: string
}

/** `logistic({…})`, `linear({…})`, `trees(file)`, `onnx(file)`, `v => rules([…], otherwise)` over the inputs, or `{ version, compute }`. */
type ScoreOption<I extends Inputs> =
  | Score<InputName<NoInfer<I>>>
  | ((inputs: Known<NoInfer<I>, NoInfer<I>>) => Score<InputName<NoInfer<I>>>)
  | OwnScore<NoInfer<I>>

/** Trainers take numbers: with an input that is none no `train` compiles, and the message names it. */
type TrainOption<I extends Inputs> = [NoNumbers<NoInfer<I>>] extends [never]
  ? Train
  : { readonly 'trainers take numbers, not': NoNumbers<NoInfer<I>> }

/**
 * A model that is trained (`train`) need not have a score: then it has none until a version of it is promoted, and the one that it is given is its score until then.
 */
export type ModelOptions<C extends Columns, I extends Inputs, R = unknown, B extends By = By> = ModelParts<C, I, R, B> &
  ({ readonly score: ScoreOption<I> } | { readonly score?: undefined; readonly train: object })

/** What a model is at run time. */
export class ModelValue {
  readonly name: string
  readonly ir: ModelIR
  readonly trigger: TriggerValue
  readonly groups: readonly GroupValue[]
  readonly inputs: readonly Input[]
  readonly compute: ScoreFunction | OnnxFile | undefined
  readonly label: LabelValue | undefined
  readonly score: Node
  readonly place: string | undefined

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
    this.place = callerPlace()
    this.score = scoreNode(this)
    Object.freeze(this)
  }
}

/** The one column that the condition of an action is over. */
function scoreNode(model: { readonly name: string }): Node {
  const realm: Realm = { scope: 'input', name: `the score of model '${model.name}'`, model, make: (ir, type) => new Node(realm, ir, type) }
  return realm.make({ op: 'column', name: 'score', type: 'double' }, { type: 'double' })
}

export function model<C extends Columns, I extends Inputs, R, B extends By>(
  name: string,
  options: ModelOptions<C, I, R, B>,
): Model<I, R, C> {
  const what = `model '${checkName('model', name)}'`
  if ('action' in options)
    mistake(`${what}: an action stands by itself: action('name', { when: ${name}.score.gte(0.9), do: … }), and makes the pipeline`)
  checkOptions(what, options, ['decide', 'inputs', 'score', 'label', 'train', 'owner', 'description'])
  const { decide, inputs: build }: { decide: unknown; inputs: unknown } = options
  checkTrigger(what, decide)
  if (typeof build !== 'function') mistake(`${what} needs inputs: p => ({ … }), got ${show(build)}`)
  const realm = triggerRealm(what)
  const tree: unknown = userCall(`${what}: inputs`, () => build(triggerFields(decide, realm)))
  const inputs = flatten(what, tree, realm)
  const isTrained = options.train !== undefined
  const { score, compute } = isTrained && options.score === undefined ? noScore : scoreOf(what, options.score, tree, inputs, realm)
  const read = [...inputs.map(input => input.ir.expr), ...(score.kind === 'rules' ? score.rules.map(rule => rule.when) : [])]
  const leaves = read.flatMap(featuresRead)
  const groups = [...realm.reads!].filter(
    group => group instanceof GroupValue && leaves.some(leaf => leaf.group === group.name),
  ) as GroupValue[]
  const trigger = decide.build(
    what,
    leaves.map(({ group, name: feature }) => readOf(groups, group, feature)),
  )
  const label = labelOf(what, options.label)
  const ir: ModelIR = {
    name,
    decide: trigger,
    inputs: inputs.map(input => input.ir),
    score,
    ...(label && { label: label.build({ model: what, decide: trigger, trigger: decide }, label.place) }),
    ...(isTrained && { train: trainOf(what, options.train, { inputs, hasLabel: label !== undefined }) }),
    ...notesOf(what, options),
  }
  return new ModelValue(ir, { trigger: decide, groups, inputs, compute, label }) as unknown as Model<I, R, C>
}

const noScore = { score: { kind: 'none' }, compute: undefined } as const

function labelOf(what: string, given: unknown): LabelValue | undefined {
  if (given === undefined || given instanceof LabelValue) return given
  return mistake(`${what}: label is ${show(given)}; write label: labelFrom(source, { … }) or begins(source, r => …, { … })`)
}

function checkTrigger(what: string, decide: unknown): asserts decide is TriggerValue {
  if (decide instanceof TriggerValue) return
  if (decide instanceof Interval)
    mistake(`${what}: decide is an interval alone; say what is decided about: every('5m', patient, { live: '30m' })`)
  mistake(`${what}: decide is ${show(decide)}; write decide: on(source), every('5m', entity) or request({ … })`)
}

function readOf(groups: readonly GroupValue[], name: string, feature: string): FeatureRead {
  const { ir } = groups.find(group => group.name === name)!
  return { group: ir, feature: ir.features.find(candidate => candidate.name === feature)! }
}

function scoreOf(
  what: string,
  given: unknown,
  tree: unknown,
  inputs: readonly Input[],
  realm: Realm,
): { score: ScoreIR; compute: ScoreFunction | OnnxFile | undefined } {
  const score: unknown = typeof given === 'function' ? userCall(`${what}: score`, () => given(tree)) : given
  if (score instanceof ScoreValue) return { score: score.build(what, inputs, realm), compute: score.file }
  if (score === undefined || score instanceof Node)
    mistake(
      `${what} needs a score: logistic({…}), linear({…}), trees(…), onnx(…), v => rules([…], otherwise) or { version, compute }; or train: { algorithm: 'logistic' }`,
    )
  checkOptions(`${what}: score`, score, ['version', 'compute'])
  const { version, compute } = score as { version: unknown; compute: unknown }
  if (typeof compute !== 'function') mistake(`${what}: compute must be a function of the vector, got ${show(compute)}`)
  if (typeof version !== 'string' || version === '')
    mistake(`${what}: score has compute without version; add version: '1' and change it whenever compute gives other scores`)
  return { score: { kind: 'function', version }, compute: compute as ScoreFunction }
}
