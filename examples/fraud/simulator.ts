/**
 * All payments of a generated city, day by day: genuine spending, the published fraud scenarios, and card testing. The same options give
 * the same payments on every machine; fewer days give a prefix. Memory does not grow with days.
 */
import { CardTesting, type CardTestingOptions } from './card-testing.ts'
import { Scenarios } from './scenarios.ts'
import { spendingOf, type Payment, type Scenario } from './spending.ts'
import { customersOf, type WorldOptions } from './world.ts'

export interface SimulatorOptions extends WorldOptions, CardTestingOptions {
  readonly days: number
}

/** Counts of a generated city. */
export interface Planted {
  readonly payments: number
  readonly frauds: number
  /** Frauds by the scenario that marked them first. */
  readonly marked: Readonly<Record<Scenario, number>>
  readonly bursts: number
}

export class Simulator {
  readonly #options: SimulatorOptions
  #payments = 0
  #testing = 0
  #scenarios: Scenarios | undefined
  #cardTesting: CardTesting | undefined

  constructor(options: SimulatorOptions) {
    this.#options = options
  }

  /** The counts so far. */
  get planted(): Planted {
    const marked = { ...(this.#scenarios?.marked ?? { large: 0, terminal: 0, stolen: 0 }), testing: this.#testing }
    const frauds = Object.values(marked).reduce((sum, count) => sum + count, 0)
    return { payments: this.#payments, frauds, marked, bursts: this.#cardTesting?.bursts ?? 0 }
  }

  /** The payments of each day, in order of time. */
  *days(): Generator<Payment[]> {
    const { seed, days, terminals } = this.#options
    const customers = customersOf(this.#options)
    this.#scenarios = new Scenarios(customers, terminals, seed)
    this.#cardTesting = new CardTesting(customers, terminals, this.#options)
    for (let day = 0; day < days; day++) {
      const spending = customers.map(customer => spendingOf(customer, day, seed))
      this.#scenarios.apply(spending, day)
      const tests = this.#cardTesting.on(day)
      const payments = [...spending.flat(), ...tests].sort((a, b) => a.second - b.second)
      this.#testing += tests.length
      this.#payments += payments.length
      yield payments
    }
  }
}
