/**
 * Space of plans: one choice for each element.
 *
 * A plan is an array of choice numbers, one per element; all zeros is the current plan. Costs and values are not additive, so a plan is
 * never evaluated from its parts.
 */
import { elementId, type Plan, type ElementSetting } from '../domain/element.ts'
import type { PlanChoice, PlanElement } from '../domain/plan-types.ts'

/** Number of the choice of each element. */
export type Picks = readonly number[]

/** All plans of the elements that have several choices. */
export class PlanSpace {
  /** Elements with several choices. */
  readonly elements: readonly PlanElement[]
  /** Number of plans with different values. */
  readonly size: number
  /** For each element, one choice per different value. */
  readonly #values: readonly (readonly number[])[]

  constructor(elements: readonly PlanElement[]) {
    this.elements = elements.filter(({ choices, notObservable }) => notObservable === undefined && choices.length > 1)
    this.#values = this.elements.map(({ choices }) => {
      const values = choices.map(({ setting, sameValuesAs: as }) => JSON.stringify(as ?? setting))
      return [...values.keys()].filter(pick => values.indexOf(values[pick]) === pick)
    })
    this.size = this.#values.reduce((product, { length }) => product * length, 1)
  }

  get now(): Picks {
    return this.elements.map(() => 0)
  }

  choice(picks: Picks, element: number): PlanChoice {
    return this.elements[element].choices[picks[element]]
  }

  /** The plan's settings, for its cost. */
  planOf(picks: Picks): Plan {
    return this.#planOf(picks, ({ setting }) => setting)
  }

  /** The plan's settings that determine values; equal for plans of equal values. */
  valuesOf(picks: Picks): Plan {
    return this.#planOf(picks, ({ setting, sameValuesAs: as }) => as ?? setting)
  }

  /** One plan of each value, the current one first. */
  *all(): Generator<Picks> {
    for (let number = 0; number < this.size; number++) {
      let rest = number
      yield this.#values.map(picks => {
        const at = rest % picks.length
        rest = (rest - at) / picks.length
        return picks[at]
      })
    }
  }

  /** Plans that differ in one element. */
  *neighbours(picks: Picks): Generator<Picks> {
    for (let element = 0; element < picks.length; element++)
      for (let pick = 0; pick < this.elements[element].choices.length; pick++)
        if (pick !== picks[element]) yield withChoice(picks, element, pick)
  }

  /**
   * Plans that differ in two elements. A single step finds neither two groups that only pay together, nor a swap of two groups that replace
   * each other.
   */
  *pairs(picks: Picks): Generator<Picks> {
    for (const first of this.neighbours(picks)) {
      const changed = first.findIndex((pick, i) => pick !== picks[i])
      for (const second of this.neighbours(first)) if (second.findIndex((pick, i) => pick !== first[i]) > changed) yield second
    }
  }

  #planOf(picks: Picks, settingOf: (choice: PlanChoice) => ElementSetting): Plan {
    const settings = this.elements.map(({ element }, i) => [elementId(element), settingOf(this.choice(picks, i))] as const)
    return new Map(settings.filter(([, { kind }]) => kind !== 'now'))
  }
}

/** The plan with another choice for one element. */
export const withChoice = (picks: Picks, element: number, pick: number): Picks =>
  picks.map((current, i) => (i === element ? pick : current))

/** Number of elements that differ from the current plan. */
export const changeCount = (picks: Picks): number => picks.filter(pick => pick !== 0).length

/** Equal for equal plans. */
export const planKey = (plan: Plan): string => JSON.stringify([...plan].sort(([a], [b]) => (a < b ? -1 : 1)))
