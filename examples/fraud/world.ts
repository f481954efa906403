/**
 * Customers and terminals on a plane, as in the published simulator (*Reproducible Machine Learning for Credit Card Fraud Detection*,
 * Université libre de Bruxelles and Worldline, 2022), with its parameters.
 *
 * With other numbers of terminals than the published 10,000 the size of the plane changes, so that a customer in its middle still has 76 of
 * them within reach. Costs some 40 ms at the published size, and memory for each customer's terminals.
 */
import { between, chance } from '../chance.ts'

export interface WorldOptions {
  readonly customers: number
  readonly terminals: number
  readonly seed: number
}

export interface Customer {
  readonly index: number
  /** Mean amount, dollars; the standard deviation is half of it. */
  readonly mean: number
  /** Payments a day. */
  readonly rate: number
  /** Terminals where this customer pays, all equally often. */
  readonly reach: Int32Array
}

/** As published. With other numbers, counts a day are scaled in proportion. */
export const CUSTOMERS = 5000
export const TERMINALS = 10_000

const SIDE = 100
const REACH = 5
const purpose = { customer: 31, terminal: 32 } as const

type Place = readonly [x: number, y: number]

export function customersOf({ customers, terminals, seed }: WorldOptions): Customer[] {
  const side = SIDE * Math.sqrt(terminals / TERMINALS)
  const near = nearTo(Array.from({ length: terminals }, (_, index) => placeIn(side, chance(seed, index, purpose.terminal))))
  return Array.from({ length: customers }, (_, index) => {
    const random = chance(seed, index, purpose.customer)
    return { index, reach: near(placeIn(side, random)), mean: between(5, 100, random), rate: between(0, 4, random) }
  })
}

const placeIn = (side: number, random: () => number): Place => [side * random(), side * random()]

/** The places within reach of a place, ascending. Cells are as wide as the reach, so nine cells have all of them. */
function nearTo(places: readonly Place[]): (place: Place) => Int32Array {
  const cells = new Map<string, number[]>()
  const cellOf = (value: number): number => Math.floor(value / REACH)
  for (const [index, [x, y]] of places.entries()) {
    const cell = `${cellOf(x)} ${cellOf(y)}`
    const inside = cells.get(cell)
    if (inside) inside.push(index)
    else cells.set(cell, [index])
  }
  return ([x, y]) => {
    const found: number[] = []
    for (let column = cellOf(x) - 1; column <= cellOf(x) + 1; column++)
      for (let row = cellOf(y) - 1; row <= cellOf(y) + 1; row++)
        for (const index of cells.get(`${column} ${row}`) ?? []) {
          const [otherX, otherY] = places[index]
          if (Math.hypot(otherX - x, otherY - y) < REACH) found.push(index)
        }
    return Int32Array.from(found).sort()
  }
}
