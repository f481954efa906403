/** Older choices of a plan held against the curves: without a price of utility the audit proposes nothing that a row of the report contradicts, or that no row covers. */
import { marksOf } from '../statistics/knee.ts'
import { elementId } from '../domain/element.ts'
import type { Way } from './valuation.ts'
import { curveOf, type FoundLadder } from './staleness-sweep.ts'
import type { PlanChoice, PlanElement } from '../domain/plan-types.ts'

export interface Curves {
  readonly ladders: readonly FoundLadder[]
  /** Of the arm in which plans are judged, utility a week. */
  readonly nowAWeek: number
}

/** Choices older than what runs are `unconfirmed` unless every level of the curve up to their age, and the first one at or beyond it, is marked `ok`. */
export const confirmedBy = ({ ladders, nowAWeek }: Curves, way: Way, elements: readonly PlanElement[]): PlanElement[] =>
  elements.map(given => {
    const rungs = ladders.find(({ element }) => elementId(element) === elementId(given.element))?.ladder.rungs ?? []
    const curve = curveOf(rungs, way)
    const marks = marksOf(curve, { nowAWeek })
    const now = given.choices[0].age
    const isConfirmed = ({ age }: PlanChoice): boolean => {
      const beyond = curve.findIndex(level => level.age >= age)
      return nowAWeek > 0 && beyond >= 0 && curve.every((level, i) => i > beyond || level.age <= now || marks[i] === 'ok')
    }
    return {
      ...given,
      choices: given.choices.map(choice => (choice.age <= now || isConfirmed(choice) ? choice : { ...choice, unconfirmed: true as const })),
    }
  })
