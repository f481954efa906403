/**
 * A model: when it decides, what it sees, how it scores.
 *
 * Invariant: inputs are expressions over the trigger's fields and over features read at keys that the trigger gives; each has a name of its
 * own, nested records joined by dots (`card.n10m`).
 */
import { callerPlace } from './caller.ts'
import type { Expression, ExprKind, Field } from './expr.ts'
import { GroupValue } from './features.ts'
import type { ExprIR, InputIR, ModelIR, ScoreIR } from './ir.ts'
import type { Columns, DeliveredOf, KindOf } from './kinds.ts'
import { checkName, checkOptions, didYouMean, mistake, show, unsupported } from './mistake.ts'
import { describe, Node, type Realm } from './node.ts'
import { strictRecord } from './record.ts'
import { ScoreValue, type Input, type Score, type ScoreFunction } from './score.ts'
import { SourceValue, type Source } from './source.ts'

declare const vector: unique symbol
declare const triggered: unique symbol

/** What makes a model decide. */
export interface Trigger<C extends Columns = Columns> {
  readonly [triggered]: C
}

/** The triggering event's columns as expressions, as delivered. */
export type TriggerFields<C extends Columns> = { readonly [N in keyof C]: Field<'input', KindOf<C[N]>, DeliveredOf<C[N]>> }

export interface Inputs {
  readonly [name: string]: Expression<'input'> | Inputs
}

/** The vector of a model: each input as delivered, nested as `inputs` is. */
type Vector<I> = { readonly [N in keyof I]: I[N] extends Expression<'input', ExprKind, infer T> ? T : Vector<I[N]> }
/** Any string while `I` is not inferred yet: TypeScript checks `score` once before it has looked into `inputs`. */
type InputName<I> = string extends keyof I ? string : InputPath<I>
type InputPath<I> = { [N in keyof I & string]: I[N] extends Expression ? N : `${N}.${InputPath<I[N]>}` }[keyof I & string]

export interface Model<I = unknown> {
  readonly name: string
  readonly ir: ModelIR
  /** For types only. */
  readonly [vector]?: Vector<I>
}
export type VectorOf<M> = M extends Model<infer I> ? Vector<I> : never

/** The user's own function of the vector, known by its version. It must be pure. */
export interface OwnScore<I> {
  readonly version: string
  readonly compute: (vector: Vector<I>) => number
}

export interface ModelOptions<C extends Columns, I extends Inputs> {
  readonly decide: Trigger<C>
  readonly inputs: (trigger: TriggerFields<C>) => I
  /** `logistic({…})`, `linear({…})`, `v => rules([…], otherwise)` over the inputs, or `{ version, compute }`. */
  readonly score: Score<InputName<NoInfer<I>>> | ((inputs: NoInfer<I>) => Score<InputName<NoInfer<I>>>) | OwnScore<NoInfer<I>>
  readonly owner?: string
  readonly description?: string
}

/** Decides at every event of a source, with everything known up to and including it. */
export function on<C extends Columns>(source: Source<C>): Trigger<C> {
  const given: unknown = source
  if (!(given instanceof SourceValue)) mistake(`on(…) needs a source, got ${show(given)}`)
  return new TriggerValue(given) as unknown as Trigger<C>
}

export function request(..._notYet: unknown[]): never {
  return unsupported('request(…) comes with the live runtime; until then write decide: on(source)')
}

class TriggerValue {
  readonly source: SourceValue
  constructor(source: SourceValue) {
    this.source = source
  }
}

/** What a model is at run time. */
export class ModelValue {
  readonly name: string
  readonly ir: ModelIR
  readonly source: SourceValue
  readonly groups: readonly GroupValue[]
  readonly compute: ScoreFunction | undefined
  readonly place: string | undefined

  constructor(ir: ModelIR, source: SourceValue, groups: readonly GroupValue[], compute: ScoreFunction | undefined) {
    this.name = ir.name
    this.ir = ir
    this.source = source
    this.groups = groups
    this.compute = compute
    this.place = callerPlace()
    Object.freeze(this)
  }
}

const notYet = { label: 'labels', train: 'training', action: 'actions' } as const

export function model<C extends Columns, I extends Inputs>(name: string, options: ModelOptions<C, I>): Model<I> {
  const what = `model '${checkName('model', name)}'`
  for (const [option, feature] of Object.entries(notYet))
    if (options !== null && typeof options === 'object' && option in options)
      unsupported(`${what}: ${option} comes with ${feature}; leave it out until then, and give a score`)
  checkOptions(what, options, ['decide', 'inputs', 'score', 'owner', 'description'])
  const decide: unknown = options.decide
  if (!(decide instanceof TriggerValue)) mistake(`${what}: decide is ${show(decide)}; write decide: on(source)`)
  const { source } = decide
  const groups = new Set<GroupValue>()
  const realm = triggerRealm(what, group => groups.add(group))
  const tree: unknown = (options.inputs as (trigger: unknown) => unknown)(triggerFields(source, realm))
  const inputs = flatten(what, tree, realm)
  const { score, compute } = scoreOf(what, options.score, tree, inputs, realm)
  const ir: ModelIR = {
    name,
    decide: { kind: 'on', source: source.name },
    inputs: inputs.map(input => input.ir),
    score,
    ...(options.owner !== undefined && { owner: options.owner }),
    ...(options.description !== undefined && { description: options.description }),
  }
  return new ModelValue(ir, source, [...groups], compute)
}

function triggerRealm(what: string, read: (group: GroupValue) => void): Realm {
  const realm: Realm = {
    scope: 'input',
    name: `the trigger of ${what}`,
    make: (ir, type) => new Node(realm, ir, type),
    read: group => read(group as GroupValue),
  }
  return realm
}

function triggerFields(source: SourceValue, realm: Realm): Readonly<Record<string, Node>> {
  const { columns } = source.ir
  const nodes = columns.map(column => {
    const { name, type, scale } = column
    return [name, realm.make({ op: 'trigger', name, type, ...(scale !== undefined && { scale }) }, column)] as const
  })
  const names = columns.map(column => column.name)
  return strictRecord(Object.fromEntries(nodes), name =>
    mistake(`source '${source.name}' has no column '${name}'${didYouMean(name, names)}`),
  )
}

function flatten(what: string, tree: unknown, realm: Realm): readonly Input[] {
  const inputs: Input[] = []
  visit(tree, [], [])
  if (inputs.length === 0) mistake(`${what}: inputs must give at least one`)
  return inputs

  function visit(value: unknown, path: readonly string[], above: readonly unknown[]): void {
    const name = path.join('.')
    if (value instanceof Node) {
      if (value.realm !== realm)
        mistake(`${what}: input '${name}' is over ${value.realm.name}; use the trigger's fields and features read with of(…)`)
      inputs.push({ ir: { name, expr: value.ir }, node: value })
      return
    }
    if (above.includes(value)) mistake(`${what}: input '${name}' refers to itself in a circle`)
    if (value instanceof GroupValue)
      mistake(`${what}: input '${name}' is a group without a key; write ${value.name}.of(p.${value.ir.key.join(', p.')})`)
    if (value === null || typeof value !== 'object' || Array.isArray(value))
      mistake(`${what}: ${name === '' ? 'inputs' : `input '${name}'`} is ${describe(value)}, not an expression or a record of them`)
    for (const [key, inner] of Object.entries(value)) visit(inner, [...path, checkName(`${what}: input`, key)], [...above, value])
  }
}

function scoreOf(
  what: string,
  given: unknown,
  tree: unknown,
  inputs: readonly Input[],
  realm: Realm,
): { score: ScoreIR; compute: ScoreFunction | undefined } {
  const score: unknown = typeof given === 'function' ? (given as (inputs: unknown) => unknown)(tree) : given
  if (score instanceof ScoreValue) return { score: score.build(what, inputs, realm), compute: undefined }
  if (score === undefined) mistake(`${what} needs a score: logistic({…}), linear({…}), v => rules([…], otherwise) or { version, compute }`)
  checkOptions(`${what}: score`, score, ['version', 'compute'])
  const { version, compute } = score as { version: unknown; compute: unknown }
  if (typeof version !== 'string' || version === '')
    mistake(`${what}: score has compute without version; add version: '1' and change it whenever compute gives other scores`)
  if (typeof compute !== 'function') mistake(`${what}: compute must be a function of the vector, got ${show(compute)}`)
  return { score: { kind: 'function', version }, compute: compute as ScoreFunction }
}

/** Names of the groups that an expression reads. */
export function groupsRead(expr: ExprIR, into: Set<string> = new Set()): Set<string> {
  if (expr.op === 'feature') into.add(expr.group)
  if ('left' in expr) groupsRead(expr.right, groupsRead(expr.left, into))
  return 'of' in expr ? groupsRead(expr.of, into) : into
}

export type { InputIR }
