/**
 * Which choices this history can tell anything of: each is tried once by itself, and those that the experiment refuses are left out, with its reason.
 */
import { SpillwayError } from '../../base/errors.ts'
import { elementId } from '../domain/element.ts'
import type { PlanElement, PlanPorts, PlanQuestion } from '../domain/plan-types.ts'

/** What an experiment answers where a history cannot show what is asked, or has nothing for a model to learn from. */
const refusals = ['SPILL_UNSUPPORTED', 'SPILL_TRAINING']

/** In words, if it is that it cannot be told; undefined of another error. */
export const refusalOf = (error: unknown): string | undefined =>
  error instanceof SpillwayError && refusals.includes(error.code) ? error.message : undefined

/** The elements with the choices that can be told of; an element whose others all cannot is not observable. */
export async function observable({ elements, select }: PlanQuestion, { valueOf }: PlanPorts): Promise<PlanElement[]> {
  const seen: PlanElement[] = []
  for (const given of elements) seen.push(given.notObservable === undefined ? await tried(given) : given)
  return seen

  async function tried(given: PlanElement): Promise<PlanElement> {
    const choices = given.choices.slice(0, 1)
    const whys: string[] = []
    for (const choice of given.choices.slice(1)) {
      const setting = choice.as ?? choice.setting
      if (setting.kind === 'now' || choices.some(other => JSON.stringify(other.as ?? other.setting) === JSON.stringify(setting))) {
        choices.push(choice)
        continue
      }
      try {
        await valueOf(new Map([[elementId(given.element), setting]]), select)
        choices.push(choice)
      } catch (error) {
        const why = refusalOf(error)
        if (why === undefined) throw error
        whys.push(why)
      }
    }
    return choices.length === 1 && whys.length > 0 ? { ...given, choices, notObservable: whys[0] } : { ...given, choices }
  }
}
