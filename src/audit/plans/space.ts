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

/** Number of an element's current choice. */
export const CURRENT = 0

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
      const values = choices.map(choice => JSON.stringify(valueSetting(choice)))
      return [...values.keys()].filter(pick => values.indexOf(values[pick]) === pick)
    })
    this.size = this.#values.reduce((product, { length }) => product * length, 1)
  }

  get now(): Picks {
    return this.elements.map(() => CURRENT)
  }

  /** The plan's choice of each element. */
  choices(picks: Picks): PlanChoice[] {
    return this.elements.map(({ choices }, element) => choices[picks[element]])
  }

  /** True if no choice of the plan is unconfirmed. */
  isConfirmed(picks: Picks): boolean {
    return this.choices(picks).every(({ unconfirmed }) => unconfirmed !== true)
  }

  /** The plan's settings, for its cost. */
  planOf(picks: Picks): Plan {
    return this.#planOf(picks, ({ setting }) => setting)
  }

  /** The plan's settings that determine values; equal for plans of equal values. */
  valuesOf(picks: Picks): Plan {
    return this.#planOf(picks, valueSetting)
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
    const settings = this.choices(picks).map((choice, i) => [elementId(this.elements[i].element), settingOf(choice)] as const)
    return new Map(settings.filter(([, { kind }]) => kind !== 'now'))
  }
}

/** The setting that determines the values of a choice. */
export const valueSetting = ({ setting, sameValuesAs = setting }: PlanChoice): ElementSetting => sameValuesAs

/** The plan with another choice for one element. */
export const withChoice = (picks: Picks, element: number, pick: number): Picks => picks.with(element, pick)

/** Elements whose choice is not the current one, by index. */
export const changedElements = (picks: Picks): number[] => [...picks.keys()].filter(element => picks[element] !== CURRENT)

/** Equal for equal plans. */
export const planKey = (plan: Plan): string => JSON.stringify([...plan].sort(([a], [b]) => (a < b ? -1 : 1)))
