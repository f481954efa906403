/**
 * Scores with rules: the score of the first rule whose condition is true; NULL is not true.
 *
 * A condition may use the trigger's fields and features, like derived inputs. A `column` in it is the input of that name, typed as
 * delivered.
 */
import { assert } from '../base/assert.ts'
import type { ColumnData } from '../columns/block.ts'
import type { Strings } from '../columns/strings.ts'
import type { InputIR, ScoreIR } from '../define/ir/ir.ts'
import { compile, type LeafIR } from '../expression/index.ts'
import { Scratch } from '../expression/scratch.ts'
import type { DeliveredLeaves, VectorColumn } from './vector.ts'

/** The IR of a score by rules. */
export type RulesIR = Extract<ScoreIR, { kind: 'rules' }>
/** Scores the first `length` rows. */
export type RulesScore = (vector: readonly VectorColumn[], leaf: DeliveredLeaves, length: number) => ColumnData

/** Compiles rules. */
export function compileRulesScore({ rules, otherwise }: RulesIR, inputs: readonly InputIR[], strings: Strings): RulesScore {
  const lastFirst = rules.map(({ when, score }) => ({ condition: compile(when, { strings }), score: score + 0 })).reverse()
  const slots = new Map(inputs.map(({ name }, slot) => [name, slot]))
  const scratch = new Scratch()
  return (vector, leaf, length) => {
    const scores = scratch.values(length).fill(otherwise + 0, 0, length)
    const find = (node: LeafIR): ColumnData => (node.op === 'column' ? vector[slotOf(slots, node)] : leaf(node))
    for (const { condition, score } of lastFirst) {
      const { values, nulls } = condition(find, length)
      for (let i = 0; i < length; i++) if (values[i] === 1 && !nulls?.[i]) scores[i] = score
    }
    return { values: scores }
  }
}

function slotOf(slots: ReadonlyMap<string, number>, { name, type }: LeafIR): number {
  const slot = slots.get(name)
  assert(slot !== undefined, `'${name}', which a rule names, is an input`)
  assert(type === 'double' || type === 'bool' || type === 'string', `'${name}', a number in a rule, is a double`)
  return slot
}
