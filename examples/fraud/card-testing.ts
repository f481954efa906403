/**
 * Card testing, which the published simulator does not have; the scenario and its parameters are our own. A buyer of stolen card numbers
 * tries each with a few small payments within minutes, and spends as much as possible before the owner notices.
 *
 * Each day four cards have a burst: 6 to 15 tests of $0.50 to $5, 20 s apart on average, all at one of 200 terminals; then one to three
 * cash-outs anywhere, each 120 s on average after the payment before, of one to three times the card's mean and at most $219, which
 * scenario 1 does not detect. The gaps and terminals of the cash-outs, and that bursts begin before 23:00 so that a day contains its own,
 * are choices of this file.
 */
import { between, chance } from '../chance.ts'
import { exponential, rounded, someOf, wholeBetween } from './draws.ts'
import { DAY_SECONDS, type Payment } from './spending.ts'
import { CUSTOMERS, TERMINALS, type Customer } from './world.ts'

/** Bursts a day for the published number of customers. */
export const BURSTS_A_DAY = 4

const TEST_TERMINALS = 200
const TEST_GAP = 20
const CASH_OUT_GAP = 120
const CASH_OUT_CENTS_MAX = 21_900
const LAST_BEGIN = 23 * 3600
const purpose = { testTerminals: 36, bursts: 37 } as const

export interface CardTestingOptions {
  readonly seed: number
  /** Bursts a day for 5,000 customers. */
  readonly bursts: number
}

export class CardTesting {
  /** Bursts so far. */
  bursts = 0
  readonly #options: CardTestingOptions
  readonly #customers: readonly Customer[]
  readonly #terminals: number
  readonly #tested: readonly number[]

  constructor(customers: readonly Customer[], terminals: number, options: CardTestingOptions) {
    this.#options = options
    this.#customers = customers
    this.#terminals = terminals
    const count = Math.max(1, Math.round((TEST_TERMINALS * terminals) / TERMINALS))
    this.#tested = someOf(terminals, count, chance(options.seed, purpose.testTerminals))
  }

  /** The payments of a day's bursts, burst by burst. */
  on(day: number): Payment[] {
    const { seed, bursts } = this.#options
    const { length: customers } = this.#customers
    const random = chance(seed, day, purpose.bursts)
    const cards = someOf(customers, rounded((bursts * customers) / CUSTOMERS, random), random)
    return cards.flatMap(card => this.#burst(this.#customers[card], random))
  }

  #burst({ index: customer, mean }: Customer, random: () => number): Payment[] {
    const burst = this.bursts++
    const payments: Payment[] = []
    let second = LAST_BEGIN * random()
    const pay = (terminal: number, cents: number, isTest: boolean): void => {
      payments.push({
        second: Math.min(Math.floor(second), DAY_SECONDS - 1),
        customer,
        terminal,
        cents: Math.round(cents),
        scenario: 'testing',
        burst,
        isTest,
      })
    }
    const tested = this.#tested[Math.floor(this.#tested.length * random())]
    for (let left = wholeBetween(6, 15, random); left > 0; left--) {
      pay(tested, between(50, 500, random), true)
      second += exponential(TEST_GAP, random)
    }
    for (let left = wholeBetween(1, 3, random); left > 0; left--) {
      second += exponential(CASH_OUT_GAP, random)
      const terminal = Math.floor(this.#terminals * random())
      pay(terminal, Math.min(between(1, 3, random) * mean * 100, CASH_OUT_CENTS_MAX), false)
    }
    return payments
  }
}
