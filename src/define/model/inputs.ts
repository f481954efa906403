/**
 * Inputs of a model: a record of expressions, nested as the user likes, and the flat feature vector made of them.
 *
 * Invariant: each input has a unique name, nested names joined by dots (`card.n10m`), in the order of writing.
 */
import type { Expression, ExprKind } from '../expression/kinds.ts'
import { GroupValue } from '../feature/features.ts'
import { didYouMean, show } from '../../base/index.ts'
import type { ExprIR, FeatureIR, GroupIR, InputIR, ScoreIR } from '../ir/ir.ts'
import { expressionLeaves } from '../ir/value-ir.ts'
import type { Hint } from '../mistake/hint.ts'
import { mistake } from '../mistake/mistake.ts'
import { checkDistinct, checkName } from '../mistake/names.ts'
import { describe, Node, type Realm } from '../expression/node.ts'

/** Inputs as users write them: expressions by name, nested to any depth. */
export interface InputTree {
  readonly [name: string]: Expression<'input'> | InputTree | Hint<'inputs: read a group at a key, such as cardNow.of(p.card)'>
}

/** Feature vector of a model: each input as delivered, nested as `inputs` is. */
export type Vector<I> = { readonly [N in keyof I]: I[N] extends Expression<'input', ExprKind, infer T> ? T : Vector<I[N]> }

/**
 * Names of the inputs.
 *
 * TypeScript checks `score` once before it has inferred `inputs`, when `I` is any `InputTree`. A score must fit then too, so names
 * are any string and `IfInferred` is `never`.
 */
export type InputName<I> = string extends keyof I ? string : InputPath<I>
/** `T`, or `never` while the inputs are not inferred yet. */
export type IfInferred<I, T> = string extends keyof I ? never : T
type InputPath<I> = { [N in keyof I & string]: I[N] extends Expression ? N : `${N}.${InputPath<I[N]>}` }[keyof I & string]

/** Names of the inputs that are lists. An input that does not compile is of type `any`, and its own error says so. */
export type ListInput<I> = string extends keyof I ? never : ListPath<I>
type ListPath<I> = {
  [N in keyof I & string]: IsAny<I[N]> extends true
    ? never
    : I[N] extends Expression<'input', infer K>
      ? K extends 'list'
        ? N
        : never
      : `${N}.${ListPath<I[N]>}`
}[keyof I & string]
/** Of tuples, since a conditional type over the type of an expression that does not compile would be that type again. */
type IsAny<T> = [0] extends [1 & T] ? true : false

/** An input with its expression, whose type has more than the IR. */
export interface ModelInput {
  readonly ir: InputIR
  readonly node: Node
}

/** Inputs in the order of writing, by their dotted names. Throws `SPILL_DEFINITION`. */
export function flattenInputs(subject: string, tree: unknown, realm: Realm): readonly ModelInput[] {
  const inputs = leaves(subject, tree, realm, [], [])
  if (inputs.length === 0) mistake(`${subject}: inputs must give at least one`)
  checkDistinct(
    `${subject}: inputs`,
    inputs.map(({ ir }) => ir.name),
  )
  return inputs
}

/** `above` has the records on the path: a record that contains itself would never end. */
function leaves(subject: string, value: unknown, realm: Realm, path: readonly string[], above: readonly unknown[]): ModelInput[] {
  const name = path.join('.')
  if (value instanceof Node) {
    if (value.realm !== realm)
      mistake(`${subject}: input '${name}' is over ${value.realm.name}; use the trigger's fields and features read with of(…)`)
    return [{ ir: { name, expr: value.ir }, node: value }]
  }
  if (above.includes(value)) mistake(`${subject}: input '${name}' refers to itself in a circle`)
  if (value instanceof GroupValue)
    mistake(
      `${subject}: input '${name}' is a group without a key; ` +
        `write ${value.name}.of(${value.ir.key.map(column => `p.${column}`).join(', ')})`,
    )
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    mistake(`${subject}: ${name === '' ? 'inputs' : `input '${name}'`} is ${describe(value)}, not an expression or a record of them`)
  return Object.entries(value).flatMap(([key, inner]) =>
    leaves(subject, inner, realm, [...path, checkName(`${subject}: input`, key)], [...above, value]),
  )
}

/**
 * The input `name` that a score reads. Throws `SPILL_DEFINITION` for an unknown input and for a list; `reads` is the verb of the
 * message: `has a weight for`.
 */
export function scoredInput(subject: string, reads: string, name: unknown, inputs: readonly ModelInput[]): ModelInput {
  const names = inputs.map(({ ir }) => ir.name)
  const input =
    inputs.find(({ ir }) => ir.name === name) ??
    mistake(`${subject} ${reads} ${show(name)}, which is no input of the model${didYouMean(name, names)}`)
  if (input.node.type.list) mistake(`${subject}: '${input.ir.name}' is a list; only your own compute can score it`)
  return input
}

/** A feature that a model or a report reads. */
export interface FeatureRead {
  readonly group: GroupIR
  readonly feature: FeatureIR
}

/** The features of `groups` that expressions refer to. */
export const featureReads = (expressions: readonly ExprIR[], groups: readonly GroupValue[]): FeatureRead[] =>
  expressions.flatMap(expressionLeaves).flatMap(leaf => {
    if (leaf.op !== 'feature') return []
    const { ir } = groups.find(group => group.name === leaf.group)!
    return [{ group: ir, feature: ir.features.find(feature => feature.name === leaf.name)! }]
  })

/** Conditions of a score's rules, which may refer to more than the model's inputs. */
export const ruleConditions = (score: ScoreIR): ExprIR[] => (score.kind === 'rules' ? score.rules.map(({ when }) => when) : [])
