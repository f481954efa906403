/**
 * Burn rates: how fast a service uses up the errors that its objective allows, in two windows (Google SRE workbook, chapter 5).
 *
 * A burn rate of 1 uses the error budget exactly. A rule holds if the rate is at least its factor both in a long window, so that it matters,
 * and in a short one, so that it still goes on and the alert resets soon. A minimum count keeps a few bad events at night from paging.
 */
import { limits } from '../../base/index.ts'
import type { AlertSeverity } from '../alert.ts'

/** Events of a window, and those among them that missed the objective. */
export interface WindowCounts {
  readonly total: number
  readonly bad: number
}

/** A rule: both windows, ms, burn at least at this rate. */
export interface BurnRule {
  readonly severity: AlertSeverity
  readonly factor: number
  readonly longMs: number
  readonly shortMs: number
}

const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000]

/** The rules of the workbook (table 5-8), the most urgent first. */
export const burnRules: readonly BurnRule[] = [
  { severity: 'page', factor: 14.4, longMs: HOUR, shortMs: 5 * MINUTE },
  { severity: 'page', factor: 6, longMs: 6 * HOUR, shortMs: 30 * MINUTE },
  { severity: 'ticket', factor: 1, longMs: 3 * DAY, shortMs: 6 * HOUR },
]

/** The longest window of a rule, ms. */
export const BURN_WINDOW_MS = 3 * DAY

/** A rule that holds, and the counts of its long window. */
export interface BurnBreach {
  readonly rule: BurnRule
  readonly counts: WindowCounts
}

/**
 * The most urgent rule that holds; `undefined` if none does. `countsIn` returns the counts of the window of so many ms that ends now.
 * `target` is the required share of good events, above 0 and below 1. Where a factor asks for more than all events, all must be bad.
 *
 * @example
 * burnBreach(0.99, () => ({ total: 100, bad: 20 }))?.rule.severity // 'page'
 */
export function burnBreach(target: number, countsIn: (windowMs: number) => WindowCounts): BurnBreach | undefined {
  for (const rule of burnRules) {
    const badShare = Math.min(1, rule.factor * (1 - target))
    const long = countsIn(rule.longMs)
    if (long.bad >= limits.BURN_BAD_MIN && isBurning(long, badShare) && isBurning(countsIn(rule.shortMs), badShare))
      return { rule, counts: long }
  }
  return undefined
}

const isBurning = ({ total, bad }: WindowCounts, badShare: number): boolean => bad > 0 && bad >= badShare * total

/** Counts of the last three days by minute. Memory is constant; a sum costs one addition for each minute of its window. */
export class RollingCounts {
  static readonly #length = BURN_WINDOW_MS / MINUTE
  readonly #minutes = new Float64Array(RollingCounts.#length).fill(-Infinity)
  readonly #total = new Float64Array(RollingCounts.#length)
  readonly #bad = new Float64Array(RollingCounts.#length)

  /** Adds counts at a time, UTC ms. */
  add(at: number, { total, bad }: WindowCounts): void {
    const minute = Math.floor(at / MINUTE)
    const slot = minute % RollingCounts.#length
    if (this.#minutes[slot] !== minute) {
      this.#minutes[slot] = minute
      this.#total[slot] = this.#bad[slot] = 0
    }
    this.#total[slot] = this.#total[slot] + total
    this.#bad[slot] = this.#bad[slot] + bad
  }

  /** The counts of the minutes that began within `windowMs` before `now`, the present one included. */
  within(now: number, windowMs: number): WindowCounts {
    const last = Math.floor(now / MINUTE)
    let [total, bad] = [0, 0]
    for (let minute = last; minute > last - windowMs / MINUTE; minute--) {
      const slot = minute % RollingCounts.#length
      if (this.#minutes[slot] !== minute) continue
      total += this.#total[slot]
      bad += this.#bad[slot]
    }
    return { total, bad }
  }
}
