/**
 * Scores with rules: the score of the first rule whose condition is true; NULL is not true.
 *
 * A condition may use the trigger's fields and features, like derived inputs. A `column` in it is the input of that name, typed as
 * delivered.
 */
import { assert } from '../base/index.ts'
import { type InputIR, type ScoreIR, expressionLeaves, type LeafIR } from '../define/ir/index.ts'
import type { ModelRuntime, RuntimeColumn, RuntimeInput } from '../define/model/index.ts'
import { compile } from '../expression/index.ts'

/** The IR of a score by rules. */
export type RulesIR = Extract<ScoreIR, { kind: 'rules' }>

/** The trigger's fields and features that conditions refer to, as inputs of the rules beside those of the model. */
export function ruleLeaves({ rules }: RulesIR): InputIR[] {
  const leaves = rules.flatMap(({ when }) => expressionLeaves(when)).filter(({ op }) => op !== 'column')
  return [...new Map(leaves.map(expr => [leafName(expr), { name: leafName(expr), expr }])).values()]
}

/** No input of a model has the name of a leaf. */
const leafName = (leaf: LeafIR): string => (leaf.op === 'column' ? leaf.name : JSON.stringify(leaf))

/** Runs rules. Its inputs are those of the model and `ruleLeaves`. */
export const rulesRuntime: ModelRuntime<RulesIR> = {
  name: 'rules',
  version: '1',
  load({ definition: { rules, otherwise }, inputs, strings }) {
    const lastFirst = rules.map(({ when, score }) => ({ condition: compile(when, { strings }), score: score + 0 })).reverse()
    const slots = new Map(rules.flatMap(({ when }) => expressionLeaves(when)).map(leaf => [leaf, slotOf(leaf, inputs)]))
    return {
      score({ columns, length }, scores) {
        scores.fill(otherwise + 0, 0, length)
        const find = (leaf: LeafIR): RuntimeColumn => columns[slots.get(leaf)!]
        for (const { condition, score } of lastFirst) {
          const { values, nulls } = condition(find, length)
          for (let i = 0; i < length; i++) if (values[i] === 1 && !nulls?.[i]) scores[i] = score
        }
      },
    }
  },
}

function slotOf(leaf: LeafIR, inputs: readonly RuntimeInput[]): number {
  const { op, name, type } = leaf
  const slot = inputs.findIndex(input => input.name === leafName(leaf))
  assert(slot >= 0, `'${name}', which a rule names, is an input`)
  assert(op !== 'column' || type === 'double' || type === 'bool' || type === 'string', `'${name}', a number in a rule, is a double`)
  return slot
}
