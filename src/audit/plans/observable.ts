/** Choices that this history can show: each is evaluated once alone, and left out with the reason if the experiment rejects it. */
import { SpillwayError } from '../../base/index.ts'
import { elementId } from '../domain/element.ts'
import type { PlanElement, PlanPorts, PlanSearchProblem } from '../domain/plan-types.ts'

/** Error codes of an experiment that a history cannot show, or from which a model can learn nothing. */
const UNOBSERVABLE_CODES = ['SPILL_UNSUPPORTED', 'SPILL_TRAINING']

/** The reason in words if the error means that the history cannot show a plan; undefined for any other error. */
export const unobservableReasonOf = (error: unknown): string | undefined =>
  error instanceof SpillwayError && UNOBSERVABLE_CODES.includes(error.code) ? error.message : undefined

/** The elements with their observable choices. An element without a second observable choice is not observable. */
export async function observableElements({ elements, select }: PlanSearchProblem, { valueOf }: PlanPorts): Promise<PlanElement[]> {
  const result: PlanElement[] = []
  for (const element of elements) result.push(element.notObservable === undefined ? await withObservableChoices(element) : element)
  return result

  async function withObservableChoices(element: PlanElement): Promise<PlanElement> {
    const choices = element.choices.slice(0, 1)
    const reasons: string[] = []
    for (const choice of element.choices.slice(1)) {
      const setting = choice.sameValuesAs ?? choice.setting
      if (
        setting.kind === 'now' ||
        choices.some(existing => JSON.stringify(existing.sameValuesAs ?? existing.setting) === JSON.stringify(setting))
      ) {
        choices.push(choice)
        continue
      }
      try {
        await valueOf(new Map([[elementId(element.element), setting]]), select)
        choices.push(choice)
      } catch (error) {
        const why = unobservableReasonOf(error)
        if (why === undefined) throw error
        reasons.push(why)
      }
    }
    return choices.length === 1 && reasons.length > 0 ? { ...element, choices, notObservable: reasons[0] } : { ...element, choices }
  }
}
