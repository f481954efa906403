/**
 * The three published fraud scenarios, applied to a day's payments in this order; a later scenario overrides an earlier one.
 *
 * 1. Every amount above $220.
 * 2. Each day two terminals begin to copy cards: all payments there within 28 days are fraud, including the first day.
 * 3. Each day three cards are stolen: a third of their payments within 14 days are fraud, of five times the amount.
 *
 * Days must come in order from 0. Memory holds a day for each terminal, and the stolen payments of the next 14 days.
 */
import { chance } from '../chance.ts'
import { rounded, someOf } from './draws.ts'
import { spendingOf, type Payment, type Scenario } from './spending.ts'
import { CUSTOMERS, TERMINALS, type Customer } from './world.ts'

const LARGE_CENTS = 22_000
const TERMINALS_A_DAY = 2
const COPYING_DAYS = 28
const CARDS_A_DAY = 3
const STOLEN_DAYS = 14
const STOLEN_SHARE = 3
const STOLEN_TIMES = 5
const purpose = { terminals: 34, cards: 35 } as const

/** Index of a customer's payment of a day, in the order of `spendingOf`. */
interface Stolen {
  readonly customer: number
  readonly nth: number
}

export class Scenarios {
  /** Payments that no earlier scenario had marked as fraud. */
  readonly marked: Record<Exclude<Scenario, 'testing'>, number> = { large: 0, terminal: 0, stolen: 0 }
  readonly #customers: readonly Customer[]
  readonly #seed: number
  /** For each terminal, the day from which it no longer copies cards. */
  readonly #copiesUntil: Int32Array
  readonly #stolen = new Map<number, Stolen[]>()

  constructor(customers: readonly Customer[], terminals: number, seed: number) {
    this.#customers = customers
    this.#seed = seed
    this.#copiesUntil = new Int32Array(terminals)
  }

  /** `byCustomer`: the payments of each customer on that day, as `spendingOf` returned them. */
  apply(byCustomer: readonly Payment[][], day: number): void {
    this.#begin(day)
    for (const payments of byCustomer)
      for (const payment of payments) {
        if (payment.cents > LARGE_CENTS) this.#mark(payment, 'large')
        if (this.#copiesUntil[payment.terminal] > day) this.#mark(payment, 'terminal')
      }
    for (const { customer, nth } of this.#stolen.get(day) ?? []) {
      const payment = byCustomer[customer][nth]
      payment.cents *= STOLEN_TIMES
      this.#mark(payment, 'stolen')
    }
    this.#stolen.delete(day)
  }

  #mark(payment: Payment, scenario: keyof Scenarios['marked']): void {
    if (payment.scenario === undefined) this.marked[scenario]++
    payment.scenario = scenario
  }

  #begin(day: number): void {
    const { length: terminals } = this.#copiesUntil
    const forTerminals = chance(this.#seed, day, purpose.terminals)
    const copying = rounded((TERMINALS_A_DAY * terminals) / TERMINALS, forTerminals)
    for (const terminal of someOf(terminals, copying, forTerminals)) this.#copiesUntil[terminal] = day + COPYING_DAYS
    this.#steal(day)
  }

  /** The third is of all payments of the day's cards, so these are counted first. Each day is computed again when it comes. */
  #steal(day: number): void {
    const { length: customers } = this.#customers
    const random = chance(this.#seed, day, purpose.cards)
    const cards = someOf(customers, rounded((CARDS_A_DAY * customers) / CUSTOMERS, random), random)
    const paid: (Stolen & { readonly on: number })[] = []
    for (const customer of cards)
      for (let on = day; on < day + STOLEN_DAYS; on++)
        for (const nth of spendingOf(this.#customers[customer], on, this.#seed).keys()) paid.push({ customer, nth, on })
    for (const i of someOf(paid.length, Math.floor(paid.length / STOLEN_SHARE), random)) {
      const { on } = paid[i]
      const stolen = this.#stolen.get(on)
      if (stolen) stolen.push(paid[i])
      else this.#stolen.set(on, [paid[i]])
    }
  }
}
