/**
 * All ways of running a pipeline that are compared: of each element one of its choices.
 *
 * A plan is known here by its picks, the number of the choice of each element; all zeros is what runs. Costs and values do not add, so nothing is known of a plan from its parts.
 */
import { elementId, type Plan, type Setting } from '../domain/element.ts'
import type { PlanChoice, PlanElement } from '../domain/plan-types.ts'

export type Picks = readonly number[]

export class PlanSpace {
  /** Those that can be run in another way. */
  readonly elements: readonly PlanElement[]
  /** How many plans there are of different values. */
  readonly size: number
  /** Of each element a choice for each value that it can have. */
  readonly #values: readonly (readonly number[])[]

  constructor(elements: readonly PlanElement[]) {
    this.elements = elements.filter(({ choices, notObservable }) => notObservable === undefined && choices.length > 1)
    this.#values = this.elements.map(({ choices }) => {
      const values = choices.map(({ setting, as }) => JSON.stringify(as ?? setting))
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

  /** What is run: for its cost. */
  planOf(picks: Picks): Plan {
    return this.#planOf(picks, ({ setting }) => setting)
  }

  /** The plan that has its values: plans of equal values are equal here. */
  valuesOf(picks: Picks): Plan {
    return this.#planOf(picks, ({ setting, as }) => as ?? setting)
  }

  /** One of each value, what runs first. */
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

  /** Those that differ in one element. */
  *neighbours(picks: Picks): Generator<Picks> {
    for (let element = 0; element < picks.length; element++)
      for (let pick = 0; pick < this.elements[element].choices.length; pick++)
        if (pick !== picks[element]) yield withPick(picks, element, pick)
  }

  /** Those that differ in two: of two groups that are worth something only together neither is found alone, and of two that stand in for one another the cheaper is a swap away. */
  *pairs(picks: Picks): Generator<Picks> {
    for (const one of this.neighbours(picks)) {
      const changed = one.findIndex((pick, i) => pick !== picks[i])
      for (const two of this.neighbours(one)) if (two.findIndex((pick, i) => pick !== one[i]) > changed) yield two
    }
  }

  #planOf(picks: Picks, settingOf: (choice: PlanChoice) => Setting): Plan {
    const settings = this.elements.map(({ element }, i) => [elementId(element), settingOf(this.choice(picks, i))] as const)
    return new Map(settings.filter(([, { kind }]) => kind !== 'now'))
  }
}

export const withPick = (picks: Picks, element: number, pick: number): Picks => picks.map((own, i) => (i === element ? pick : own))

/** How many elements run otherwise than now. */
export const changesOf = (picks: Picks): number => picks.filter(pick => pick !== 0).length

/** Equal for equal plans. */
export const planKey = (plan: Plan): string => JSON.stringify([...plan].sort(([a], [b]) => (a < b ? -1 : 1)))
