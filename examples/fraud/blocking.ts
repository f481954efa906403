/**
 * What an action at each score would have done: a payment that scores `declineFrom` or more is declined, and its card blocked for 24 h.
 *
 * Dollars: a fraud that is refused saves its amount, a genuine payment that is refused costs $10; so does each that falls into a block, right or
 * wrong. The history stays as it is: nobody gives up because a test was declined, and what was declined still counts in the windows.
 */
import { WEEK, type Scored } from './scored.ts'

const FALSE_DECLINE_DOLLARS = 10
const BLOCK = 86_400_000

export interface Blocking {
  /** Net dollars of each week. */
  readonly weeks: Float64Array
  /** Payments that were refused, and those of them that were genuine. */
  readonly refused: number
  readonly refusedGenuine: number
  /** Bursts of card testing; and those of which some payment was refused. */
  readonly bursts: number
  readonly burstsFound: number
  /** Dollars of their cash-outs, and what of that was refused. */
  readonly cashOuts: number
  readonly cashOutsRefused: number
}

/** Not `inline`, the decision comes after the payment was approved: only the card is blocked. */
export function block({ t, score, amount, card, fraud, burst, isTest }: Scored, declineFrom: number, { inline = true } = {}): Blocking {
  const start = t[0] - (t[0] % BLOCK)
  const weeks = new Float64Array(Math.floor((t[t.length - 1] - start) / WEEK) + 1)
  const blockedUntil = new Map<number, number>()
  const seen = new Set<number>()
  const found = new Set<number>()
  let [refused, refusedGenuine, cashOuts, cashOutsRefused] = [0, 0, 0, 0]
  for (let i = 0; i < t.length; i++) {
    const isBlocked = t[i] < (blockedUntil.get(card[i]) ?? -Infinity)
    const isDeclined = !isBlocked && score[i] >= declineFrom
    if (isDeclined) blockedUntil.set(card[i], t[i] + BLOCK)
    const isRefused = isBlocked || (inline && isDeclined)
    const isCashOut = burst[i] >= 0 && isTest[i] === 0
    if (burst[i] >= 0) seen.add(burst[i])
    if (isCashOut) cashOuts += amount[i]
    if (!isRefused) continue
    refused++
    if (fraud[i] === 0) refusedGenuine++
    if (burst[i] >= 0) found.add(burst[i])
    if (isCashOut) cashOutsRefused += amount[i]
    weeks[Math.floor((t[i] - start) / WEEK)] += fraud[i] === 1 ? amount[i] : -FALSE_DECLINE_DOLLARS
  }
  return { weeks, refused, refusedGenuine, bursts: seen.size, burstsFound: found.size, cashOuts, cashOutsRefused }
}

export const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length
