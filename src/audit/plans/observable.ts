/** Choices that this history can show: each is evaluated once alone, and left out with the reason if the experiment rejects it. */
import { SpillwayError } from '../../base/index.ts'
import { elementId } from '../domain/element.ts'
import { isInconclusive, type Inconclusive, type PlanElement, type PlanPorts, type PlanSearchProblem } from '../domain/plan-types.ts'
import { valueSetting } from './space.ts'

/** Error codes of an experiment that a history cannot show, or from which a model can learn nothing. */
const UNOBSERVABLE_CODES = ['SPILL_UNSUPPORTED', 'SPILL_TRAINING']

/** Runs an experiment. Returns the reason in words if the history cannot show it, and throws any other error. */
export async function orUnobservable<T extends object>(experiment: () => T | Promise<T>): Promise<T | Inconclusive> {
  try {
    return await experiment()
  } catch (error) {
    if (!(error instanceof SpillwayError) || !UNOBSERVABLE_CODES.includes(error.code)) throw error
    return { why: error.message }
  }
}

/** The elements with their observable choices. An element without a second observable choice is not observable. */
export async function observableElements({ elements, select }: PlanSearchProblem, { valueOf }: PlanPorts): Promise<PlanElement[]> {
  const result: PlanElement[] = []
  for (const element of elements) result.push(element.notObservable === undefined ? await withObservableChoices(element) : element)
  return result

  async function withObservableChoices(element: PlanElement): Promise<PlanElement> {
    const [current, ...others] = element.choices
    const choices = [current]
    const reasons: string[] = []
    for (const choice of others) {
      const setting = valueSetting(choice)
      const isKnown = choices.some(existing => JSON.stringify(valueSetting(existing)) === JSON.stringify(setting))
      const values =
        setting.kind === 'now' || isKnown
          ? []
          : await orUnobservable(() => valueOf(new Map([[elementId(element.element), setting]]), select))
      if (isInconclusive(values)) reasons.push(values.why)
      else choices.push(choice)
    }
    return choices.length === 1 && reasons.length > 0 ? { ...element, choices, notObservable: reasons[0] } : { ...element, choices }
  }
}
