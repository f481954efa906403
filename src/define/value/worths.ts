/** Value functions of a pipeline: one per model, for models in the pipeline, each with a budget or a threshold. */
import { thresholdOf } from '../action/action-threshold.ts'
import type { ActionIR, WorthIR } from '../ir/ir.ts'
import type { UtilityCompute } from './judged-decisions.ts'
import { mistake } from '../mistake/mistake.ts'
import type { ModelValue } from '../model/model.ts'
import type { WorthValue } from './worth.ts'

/** The value function of a model, as a pipeline has it. */
export interface PipelineWorth {
  readonly ir: WorthIR
  /** The user's function, for `own`. */
  readonly compute?: UtilityCompute
}

/** Value functions by the model's name. Throws `SPILL_DEFINITION`. */
export function pipelineWorths(
  values: readonly WorthValue[],
  {
    pipeline,
    models,
    actions,
  }: { readonly pipeline: string; readonly models: readonly ModelValue[]; readonly actions: readonly ActionIR[] },
): ReadonlyMap<string, PipelineWorth> {
  const byModel = new Map<string, WorthValue>()
  for (const value of values) {
    const { name, model, ir, definedAt } = value
    const first = byModel.get(name)
    if (first === value) continue
    if (first)
      mistake(
        `model '${name}' has two worths${first.definedAt ? `, the first at ${first.definedAt}` : ''}; leave one of them out`,
        definedAt,
      )
    if (!models.includes(model))
      mistake(
        models.some(other => other.name === name)
          ? `worth is of a different model '${name}' than pipeline '${pipeline}' has`
          : `worth is of model '${name}', which pipeline '${pipeline}' does not have; put the model, or an action on it, beside its worth`,
        definedAt,
      )
    if (ir.utility.budget === undefined && !actions.some(action => action.model === name && thresholdOf(action) !== undefined))
      mistake(
        `worth of model '${name}' needs a budget: '10%', or its pipeline needs an action with a threshold: when: ${name}.score.gte(0.9)`,
        definedAt,
      )
    byModel.set(name, value)
  }
  return new Map([...byModel].map(([name, { ir, compute }]) => [name, Object.freeze({ ir, ...(compute && { compute }) })]))
}
