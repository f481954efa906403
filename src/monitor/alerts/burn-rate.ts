/**
 * Burn rates: how fast a service uses up the errors that its objective allows, in two windows (Google SRE workbook, chapter 5).
 *
 * A burn rate of 1 uses the error budget exactly. A rule holds if the rate is at least its factor both in a long window, so that it matters,
 * and in a short one, so that it still goes on and the alert resets soon. A minimum count keeps a few bad events at night from paging.
 *
 * The table of the workbook leaves three cases open:
 *
 * - **A long window that the run has not observed as a whole**: after a first start, or after downtime. Its other time counts as good events
 *   at the same rate. So an outage of minutes opens the alert after the same time as it would in a run of a month, and ten bad events of the
 *   first hour are no share of three days.
 * - **Low targets.** At a target of 0.9 a factor of 14.4 asks for more bad events than there are ("Extreme availability goals" in the
 *   workbook). A page asks at most for a share of `1 − target / 2`: half of the events that should be good are bad.
 * - **A rate that stays near its factor.** A rule that held holds on down to 80 % of its share and of the least count, so that its alert does
 *   not open and resolve in turns.
 */
import { limits, MINUTE_MS, HOUR_MS, DAY_MS } from '../../base/index.ts'
import type { AlertSeverity } from './alert.ts'

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

/** The rules of the workbook (table 5-8), the most urgent first. */
export const burnRules: readonly BurnRule[] = [
  { severity: 'page', factor: 14.4, longMs: HOUR_MS, shortMs: 5 * MINUTE_MS },
  { severity: 'page', factor: 6, longMs: 6 * HOUR_MS, shortMs: 30 * MINUTE_MS },
  { severity: 'ticket', factor: 1, longMs: 3 * DAY_MS, shortMs: 6 * HOUR_MS },
]

/** The longest window of a rule, ms. */
export const BURN_WINDOW_MS = 3 * DAY_MS

/** A rule that holds, and the counts of its long window. */
export interface BurnBreach {
  readonly rule: BurnRule
  readonly counts: WindowCounts
}

/** Part of the share and the least count at which a rule holds, down to which it holds on. */
const HOLD_SHARE = 0.8

/** Options of `burnBreach`. */
export interface BurnOptions {
  /** Time within the window of so many ms in which events were counted, ms; by default all of it. */
  readonly observedIn?: (windowMs: number) => number
  /** The severity of the last breach of the same objective, if that still held. */
  readonly last?: AlertSeverity | undefined
  /** Rules to judge by; by default all. */
  readonly rules?: readonly BurnRule[]
}

/**
 * The most urgent rule that holds; `undefined` if none does. `countsIn` returns the counts of the window of so many ms that ends now.
 * `target` is the required share of good events, above 0 and below 1.
 *
 * @example
 * burnBreach(0.99, () => ({ total: 100, bad: 20 }))?.rule.severity // 'page'
 */
export function burnBreach(
  target: number,
  countsIn: (windowMs: number) => WindowCounts,
  { observedIn = windowMs => windowMs, last, rules = burnRules }: BurnOptions = {},
): BurnBreach | undefined {
  for (const rule of rules) {
    const part = last === 'page' || last === rule.severity ? HOLD_SHARE : 1
    const share = part * badShareOf(rule, target)
    // The short window first: in health it decides, and its sum is cheap.
    if (!isBurning(countsIn(rule.shortMs), share)) continue
    const long = countsIn(rule.longMs)
    if (long.bad >= part * limits.BURN_BAD_MIN && isBurning(long, (share * rule.longMs) / observedIn(rule.longMs)))
      return { rule, counts: long }
  }
  return undefined
}

/**
 * The share of bad events from which a rule holds, at a target.
 *
 * @example
 * burnRules.map(rule => badShareOf(rule, 0.9)) // [0.55, 0.55, 0.1]
 */
export const badShareOf = ({ factor, severity }: Pick<BurnRule, 'factor' | 'severity'>, target: number): number =>
  severity === 'page' ? Math.min(factor * (1 - target), 1 - target / 2) : factor * (1 - target)

const isBurning = ({ total, bad }: WindowCounts, badShare: number): boolean => bad > 0 && bad >= badShare * total

/** Counts of the last three days by minute. Memory is constant; a sum costs one addition for each minute of its window. */
export class RollingCounts {
  static readonly #length = BURN_WINDOW_MS / MINUTE_MS + 1
  readonly #minutes = new Float64Array(RollingCounts.#length).fill(-Infinity)
  readonly #total = new Float64Array(RollingCounts.#length)
  readonly #bad = new Float64Array(RollingCounts.#length)

  /** Adds counts at a time, UTC ms. */
  add(at: number, { total, bad }: WindowCounts): void {
    const minute = Math.floor(at / MINUTE_MS)
    const slot = minute % RollingCounts.#length
    if (this.#minutes[slot] !== minute) {
      this.#minutes[slot] = minute
      this.#total[slot] = this.#bad[slot] = 0
    }
    this.#total[slot] = this.#total[slot] + total
    this.#bad[slot] = this.#bad[slot] + bad
  }

  /** The counts of the present minute and of the `windowMs` before it: of at least the window, and of less than a minute more. */
  within(now: number, windowMs: number): WindowCounts {
    const last = Math.floor(now / MINUTE_MS)
    let [total, bad] = [0, 0]
    for (let minute = last; minute >= last - windowMs / MINUTE_MS; minute--) {
      const slot = minute % RollingCounts.#length
      if (this.#minutes[slot] !== minute) continue
      total += this.#total[slot]
      bad += this.#bad[slot]
    }
    return { total, bad }
  }

  /** The bad events since the last minute with a good one, within `windowMs`, and the begin of their first minute, UTC ms; 0 bad without any. */
  badStreak(now: number, windowMs: number): { readonly bad: number; readonly since: number } {
    const last = Math.floor(now / MINUTE_MS)
    let [bad, since] = [0, now]
    for (let minute = last; minute >= last - windowMs / MINUTE_MS; minute--) {
      const slot = minute % RollingCounts.#length
      if (this.#minutes[slot] !== minute || this.#total[slot] === 0) continue
      if (this.#bad[slot] < this.#total[slot]) break
      bad += this.#bad[slot]
      since = minute * MINUTE_MS
    }
    return { bad, since }
  }
}
