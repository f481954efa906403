/** Random actions for the decisions of a random pipeline. */
import type { ActionIR, ModelIR, PipelineIR } from '../../src/define/ir/ir.ts'
import type { Draw } from '../property/generate/draw.ts'

/**
 * Actions of some models: on every decision, or on those with a score that only some have; often with a cooldown, and some with
 * exploration.
 */
export function withActions(draw: Draw, ir: PipelineIR, span: number): PipelineIR {
  const actions = ir.models.flatMap(({ name }): ActionIR[] => {
    const count = draw.pick([0, 1, 1, 2])
    return Array.from({ length: count }, (_, i) => ({
      name: `${name}_${i}`,
      model: name,
      when: atLeast(draw.pick([1, 2, 3, 6])),
      ...(draw.chance(0.5) && { cooldown: Math.max(1, Math.ceil(span / draw.pick([3, 10, 50]))) }),
      ...(draw.chance(0.5) && { deadline: draw.magnitude(span + 1) }),
      do: { kind: 'stdout' },
    }))
  })
  const all = [...actions, ...exploring(draw, ir)]
  return all.length > 0 ? { ...ir, actions: all } : ir
}

/** Inline answers of some models, often by two actions of a model, of which one or both explore. */
const exploring = (draw: Draw, { models }: PipelineIR): ActionIR[] =>
  models
    .filter(({ decide }) => decide.kind !== 'every')
    .flatMap(({ name }) =>
      Array.from({ length: draw.pick([0, 1, 2]) }, (_, i): ActionIR => ({
        name: `${name}_answer_${i}`,
        model: name,
        when: atLeast(draw.pick([0, 1, 2])),
        ...(draw.chance(0.8) && { explore: draw.pick([0.01, 0.2, 0.5]) }),
        do: { kind: 'answer', answer: i },
      })),
    )

/** The same pipeline with other models, and with the actions of the remaining ones. */
export function withModels({ actions: all = [], ...ir }: PipelineIR, models: readonly ModelIR[]): PipelineIR {
  const actions = all.filter(action => models.some(({ name }) => name === action.model))
  return { ...ir, models, ...(actions.length > 0 && { actions }) }
}

const atLeast = (score: number): ActionIR['when'] => ({
  op: 'gte',
  left: { op: 'column', name: 'score', type: 'double' },
  right: { op: 'literal', value: score, type: 'double' },
  type: 'bool',
})
