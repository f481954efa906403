/**
 * Payments of the fraud example's generated city for `bench decide`, in order and without times: a day of them is sent within a minute and
 * a half.
 */
import { Simulator } from '../../examples/fraud/simulator.ts'
import type { Payment } from '../../examples/fraud/spending.ts'

const DAYS_MAX = 36_500

/** Two terminals a customer, as published; about 1.9 payments of each a day, and twelve tests and cash-outs of each burst of card testing. */
export function paymentsOf(customers: number, payments: number): Payment[] {
  const simulator = new Simulator({ customers, terminals: 2 * customers, days: DAYS_MAX, seed: 1, bursts: BURSTS_A_DAY })
  const collected: Payment[] = []
  for (const day of simulator.days()) {
    collected.push(...day)
    if (collected.length >= payments) break
  }
  return collected.slice(0, payments)
}

/** For each 5,000 customers: five times the example's, so that a short time has some. */
const BURSTS_A_DAY = 20
