/**
 * Burn rates of one objective for people: the numbers by which `burnBreach` opens an alert.
 *
 * A burn rate of 1 uses the errors that the target allows exactly. The time of a long window that the run has not observed counts as good
 * events at the same rate, so the rate is at its threshold when the alert opens.
 */
import { limits } from '../../base/index.ts'
import type { AlertCause, AlertSeverity, AlertSubject } from './alert.ts'
import { badShareOf, type BurnRule, type WindowCounts } from './burn-rate.ts'

/** The counts of one window, and its burn rate. */
export interface WindowRate extends WindowCounts {
  readonly windowMs: number
  readonly burn: number
}

/** One rule, with the burn rates of its windows. */
export interface RuleRates {
  readonly severity: AlertSeverity
  /** The burn rate in both windows at which the rule opens an alert; at a low target it is below the factor of the rule. */
  readonly threshold: number
  readonly short: WindowRate
  readonly long: WindowRate
  /** The events of the long window can tell. A rule with fewer bad events than `BURN_BAD_MIN` opens nothing, whatever their share. */
  readonly hasEnoughEvents: boolean
}

/** The present burn rates of one objective. */
export interface ObjectiveRates {
  readonly cause: AlertCause
  readonly subject: AlertSubject
  /** The required share of good events. */
  readonly target: number
  /** The greatest age of a freshness objective, ms. */
  readonly age?: number | undefined
  /** The alert about the objective that is open, which may hold on below its threshold. */
  readonly alert?: AlertSeverity
  /** The most urgent rule first; the last one has the longest window. */
  readonly rules: readonly RuleRates[]
  /** The share of the allowed errors of the longest window that is left, negative if overspent. Absent without enough events to tell. */
  readonly budgetLeft?: number
}

/** The counts of an objective by window, as `burnBreach` reads them. */
export interface ObservedCounts {
  readonly countsIn: (windowMs: number) => WindowCounts
  /** Time within the window of so many ms in which events were counted, ms. */
  readonly observedIn: (windowMs: number) => number
}

/**
 * The burn rates by rule, and the budget that is left by the last one. `target` is the required share of good events, below 1.
 *
 * @example
 * const counts = { countsIn: () => ({ total: 100, bad: 20 }), observedIn: (windowMs: number) => windowMs }
 * ratesByRule(0.9, burnRules, counts).rules[0].long.burn // 2
 */
export function ratesByRule(
  target: number,
  rules: readonly BurnRule[],
  { countsIn, observedIn }: ObservedCounts,
): Pick<ObjectiveRates, 'rules' | 'budgetLeft'> {
  const rateIn = (windowMs: number, observedMs: number): WindowRate => {
    const { total, bad } = countsIn(windowMs)
    return { windowMs, total, bad, burn: total === 0 ? 0 : ((bad / total) * (observedMs / windowMs)) / (1 - target) }
  }
  const rates = rules.map((rule): RuleRates => {
    const { severity, longMs, shortMs } = rule
    const threshold = badShareOf(rule, target) / (1 - target)
    const long = rateIn(longMs, observedIn(longMs))
    const hasEnoughEvents = long.total >= limits.BURN_BAD_MIN && (long.bad >= limits.BURN_BAD_MIN || long.burn < threshold)
    return { severity, threshold, short: rateIn(shortMs, shortMs), long, hasEnoughEvents }
  })
  const longest = rates.at(-1)
  return { rules: rates, ...(longest?.hasEnoughEvents && { budgetLeft: 1 - longest.long.burn }) }
}
