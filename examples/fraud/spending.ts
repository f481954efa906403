/** Genuine payments of one customer on one day: a function of (seed, customer, day), so that any day can be computed again. */
import { chance, normal } from '../chance.ts'
import { poisson } from './draws.ts'
import type { Customer } from './world.ts'

/** One payment; `scenario` names its kind of fraud, if any. */
export interface Payment {
  /** Whole second of its day. */
  readonly second: number
  readonly customer: number
  readonly terminal: number
  cents: number
  scenario: Scenario | undefined
  /** Of card testing: its burst, and whether it only tests the card. */
  readonly burst?: number
  readonly isTest?: boolean
}

/** Cause of a fraud: its amount, a terminal that copies cards, a stolen card number, or a stolen number with tests before. */
export type Scenario = 'large' | 'terminal' | 'stolen' | 'testing'

export const DAY_SECONDS = 86_400

const NOON = DAY_SECONDS / 2
const AROUND_NOON = 20_000
const purpose = { spending: 33 } as const

/** In the order of the draws, not of time. */
export function spendingOf({ index, mean, rate, reach }: Customer, day: number, seed: number): Payment[] {
  const payments: Payment[] = []
  if (reach.length === 0) return payments
  const random = chance(seed, index, day, purpose.spending)
  for (let left = poisson(rate, random); left > 0; left--) {
    const second = Math.trunc(NOON + AROUND_NOON * normal(random))
    const drawn = mean + (mean / 2) * normal(random)
    const amount = drawn < 0 ? 2 * mean * random() : drawn
    const terminal = reach[Math.floor(reach.length * random())]
    if (second > 0 && second < DAY_SECONDS)
      payments.push({ second, customer: index, terminal, cents: Math.round(amount * 100), scenario: undefined })
  }
  return payments
}
