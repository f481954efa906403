/**
 * The inputs of a model: a record of expressions, nested as the user likes, and the flat vector that it becomes.
 *
 * Invariant: each slot has a name of its own, nested names joined by dots (`card.n10m`), in the order of writing.
 */
import type { Expression, ExprKind } from '../expression/expression.ts'
import { GroupValue } from '../feature/features.ts'
import type { ExprIR, InputIR } from '../ir/ir.ts'
import { mistake } from '../mistake/mistake.ts'
import { checkDistinct, checkName } from '../mistake/names.ts'
import { describe, Node, type Realm } from '../expression/node.ts'

export interface Inputs {
  readonly [name: string]: Expression<'input'> | Inputs
}

/** The vector of a model: each input as delivered, nested as `inputs` is. */
export type Vector<I> = { readonly [N in keyof I]: I[N] extends Expression<'input', ExprKind, infer T> ? T : Vector<I[N]> }

/**
 * The names of the vector's slots. TypeScript checks `score` once before it has looked into `inputs`, when `I` is any `Inputs`: what a
 * score takes must fit then too, so names are any string and `Known` is `never`.
 */
export type InputName<I> = string extends keyof I ? string : InputPath<I>
export type Known<I, T> = string extends keyof I ? never : T
type InputPath<I> = { [N in keyof I & string]: I[N] extends Expression ? N : `${N}.${InputPath<I[N]>}` }[keyof I & string]

/** The names of slots that are texts or lists. */
export type NoNumbers<I> = string extends keyof I ? never : NoNumber<I>
type NoNumber<I> = {
  [N in keyof I & string]: I[N] extends Expression<'input', infer K> ? (K extends 'string' | 'list' ? N : never) : `${N}.${NoNumber<I[N]>}`
}[keyof I & string]

/** An input with its node, whose type says more than the IR. */
export interface Input {
  readonly ir: InputIR
  readonly node: Node
}

export function flatten(what: string, tree: unknown, realm: Realm): readonly Input[] {
  const inputs = leaves(what, tree, realm, [], [])
  if (inputs.length === 0) mistake(`${what}: inputs must give at least one`)
  checkDistinct(
    `${what}: inputs`,
    inputs.map(({ ir }) => ir.name),
  )
  return inputs
}

/** `above` is the records on the way here: one that holds itself would never end. */
function leaves(what: string, value: unknown, realm: Realm, path: readonly string[], above: readonly unknown[]): Input[] {
  const name = path.join('.')
  if (value instanceof Node) {
    if (value.realm !== realm)
      mistake(`${what}: input '${name}' is over ${value.realm.name}; use the trigger's fields and features read with of(…)`)
    return [{ ir: { name, expr: value.ir }, node: value }]
  }
  if (above.includes(value)) mistake(`${what}: input '${name}' refers to itself in a circle`)
  if (value instanceof GroupValue)
    mistake(
      `${what}: input '${name}' is a group without a key; write ${value.name}.of(${value.ir.key.map(column => `p.${column}`).join(', ')})`,
    )
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    mistake(`${what}: ${name === '' ? 'inputs' : `input '${name}'`} is ${describe(value)}, not an expression or a record of them`)
  return Object.entries(value).flatMap(([key, inner]) =>
    leaves(what, inner, realm, [...path, checkName(`${what}: input`, key)], [...above, value]),
  )
}

type FeatureLeaf = Extract<ExprIR, { op: 'feature' }>

/** The features that an expression refers to. */
export function featuresRead(expr: ExprIR): readonly FeatureLeaf[] {
  if (expr.op === 'feature') return [expr]
  if ('left' in expr) return [...featuresRead(expr.left), ...featuresRead(expr.right)]
  return 'of' in expr ? featuresRead(expr.of) : []
}
