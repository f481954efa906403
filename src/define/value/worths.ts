/** The worths of a pipeline: one a model, of models that are in it, each with something that says how many decisions act. */
import { thresholdOf } from '../action/action-threshold.ts'
import type { ActionIR, WorthIR } from '../ir/ir.ts'
import type { UtilityCompute } from './judged-decisions.ts'
import { mistake } from '../mistake/mistake.ts'
import type { ModelValue } from '../model/model.ts'
import type { WorthValue } from './worth.ts'

export interface PipelineWorth {
  readonly ir: WorthIR
  /** The user's function, where the utility is one. */
  readonly compute?: UtilityCompute
}

/** By the model's name. */
export function worthsOf(
  given: readonly WorthValue[],
  {
    pipeline,
    models,
    actions,
  }: { readonly pipeline: string; readonly models: readonly ModelValue[]; readonly actions: readonly ActionIR[] },
): ReadonlyMap<string, PipelineWorth> {
  const found = new Map<string, WorthValue>()
  for (const value of given) {
    const { name, model, ir, place } = value
    const first = found.get(name)
    if (first === value) continue
    if (first) mistake(`model '${name}' has another worth${first.place ? `, at ${first.place}` : ''}; leave one of them out`, place)
    if (!models.includes(model))
      mistake(
        models.some(other => other.name === name)
          ? `worth is of another model '${name}' than the one that pipeline '${pipeline}' has`
          : `worth is of model '${name}', which pipeline '${pipeline}' does not have; put the model, or an action on it, beside its worth`,
        place,
      )
    if (ir.utility.budget === undefined && !actions.some(action => action.model === name && thresholdOf(action) !== undefined))
      mistake(
        `worth of model '${name}' does not say how many decisions act: give it a budget: '10%', or the pipeline an action with a threshold: when: ${name}.score.gte(0.9)`,
        place,
      )
    found.set(name, value)
  }
  return new Map([...found].map(([name, { ir, compute }]) => [name, Object.freeze({ ir, ...(compute && { compute }) })]))
}
