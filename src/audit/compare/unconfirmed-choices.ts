/**
 * Marks older choices of a plan that the staleness curves contradict or do not cover. Without a value per outcome the audit does not
 * propose them.
 */
import { levelMarks } from '../statistics/freshness-threshold.ts'
import { elementId } from '../domain/element.ts'
import type { ValuationMode } from './valuation.ts'
import { sweepCurve, type ElementSweep } from './staleness-sweep.ts'
import type { PlanChoice, PlanElement } from '../domain/plan-types.ts'

/** Staleness curves with their baseline. */
export interface SweepCurves {
  readonly sweeps: readonly ElementSweep[]
  /** Weekly value of the baseline, in the mode in which plans are valued, units. */
  readonly nowPerWeek: number
}

/**
 * A choice older than the current one is `unconfirmed` unless all curve levels up to its age, and the first level at or beyond it, have the
 * mark `ok`.
 */
export const markUnconfirmed = (
  { sweeps, nowPerWeek }: SweepCurves,
  mode: ValuationMode,
  elements: readonly PlanElement[],
): PlanElement[] =>
  elements.map(element => {
    const levels = sweeps.find(({ element: swept }) => elementId(swept) === elementId(element.element))?.sweep.levels ?? []
    const curve = sweepCurve(levels, mode)
    const marks = levelMarks(curve, { nowPerWeek })
    const now = element.choices[0].age
    const isConfirmed = ({ age }: PlanChoice): boolean => {
      const covering = curve.findIndex(level => level.age >= age)
      return nowPerWeek > 0 && covering >= 0 && curve.every((level, i) => i > covering || level.age <= now || marks[i] === 'ok')
    }
    return {
      ...element,
      choices: element.choices.map(choice =>
        choice.age <= now || isConfirmed(choice) ? choice : { ...choice, unconfirmed: true as const },
      ),
    }
  })
