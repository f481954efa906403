/**
 * Simulates the action at a threshold: a payment that scores `declineFrom` or more is declined, and its card is blocked for 24 h.
 *
 * A declined fraud saves its amount; a declined genuine payment costs $10; each payment within a block counts likewise. The history stays
 * as it is: fraudsters do not give up after a declined test, and declined payments still count in the windows.
 */
import { WEEK, type Scored } from './scored.ts'

const FALSE_DECLINE_DOLLARS = 10
const BLOCK = 86_400_000

export interface Blocking {
  /** Net dollars of each week. */
  readonly weeks: Float64Array
  /** Declined payments, and the genuine ones among them. */
  readonly rejected: number
  readonly rejectedGenuine: number
  /** Bursts of card testing, and those with a declined payment. */
  readonly bursts: number
  readonly burstsFound: number
  /** Dollars of their cash-outs, and of the declined ones. */
  readonly cashOuts: number
  readonly cashOutsRejected: number
}

/** Without `inline` the decision comes after the payment was approved: only the card is blocked. */
export function block({ t, score, amount, card, fraud, burst, isTest }: Scored, declineFrom: number, { inline = true } = {}): Blocking {
  const start = t[0] - (t[0] % BLOCK)
  const weeks = new Float64Array(Math.floor((t[t.length - 1] - start) / WEEK) + 1)
  const blockedUntil = new Map<number, number>()
  const seen = new Set<number>()
  const found = new Set<number>()
  let [rejected, rejectedGenuine, cashOuts, cashOutsRejected] = [0, 0, 0, 0]
  for (let i = 0; i < t.length; i++) {
    const isBlocked = t[i] < (blockedUntil.get(card[i]) ?? -Infinity)
    const isDeclined = !isBlocked && score[i] >= declineFrom
    if (isDeclined) blockedUntil.set(card[i], t[i] + BLOCK)
    const isRejected = isBlocked || (inline && isDeclined)
    const isCashOut = burst[i] >= 0 && isTest[i] === 0
    if (burst[i] >= 0) seen.add(burst[i])
    if (isCashOut) cashOuts += amount[i]
    if (!isRejected) continue
    rejected++
    if (fraud[i] === 0) rejectedGenuine++
    if (burst[i] >= 0) found.add(burst[i])
    if (isCashOut) cashOutsRejected += amount[i]
    weeks[Math.floor((t[i] - start) / WEEK)] += fraud[i] === 1 ? amount[i] : -FALSE_DECLINE_DOLLARS
  }
  return { weeks, rejected, rejectedGenuine, bursts: seen.size, burstsFound: found.size, cashOuts, cashOutsRejected }
}

export const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length
