/** Objectives with their burn rates, as `GET /objectives` answers, and in words. */
import { countText, percentText, spanText } from '../core/text.ts'
import type { AlertAnswer } from './alert-answers.ts'

interface WindowRateAnswer {
  readonly windowMs: number
  readonly total: number
  readonly bad: number
  readonly burn: number
}

export interface RuleRatesAnswer {
  readonly severity: AlertAnswer['severity']
  /** The burn rate in both windows at which an alert opens. */
  readonly threshold: number
  readonly short: WindowRateAnswer
  readonly long: WindowRateAnswer
  readonly hasEnoughEvents: boolean
}

export interface ObjectiveRatesAnswer extends Pick<AlertAnswer, 'cause' | 'subject'> {
  readonly target: number
  /** Greatest age of a freshness objective, ms. */
  readonly age?: number
  /** The alert about the objective that is open. */
  readonly alert?: AlertAnswer['severity']
  /** The most urgent first; the last one has the longest window. */
  readonly rules: readonly RuleRatesAnswer[]
  /** Share of the allowed errors that is left; negative if overspent. */
  readonly budgetLeft?: number
}

export interface ObjectivesAnswer {
  /** The problem of an objectives file that cannot be used. */
  readonly problem?: string
  /** Absent where the server has no monitor. */
  readonly burnRates?: readonly ObjectiveRatesAnswer[]
}

const objectiveNames: Readonly<Record<string, (name: string) => string>> = {
  freshness: name => `freshness of ${name}`,
  deadline: name => `deadline of ${name}`,
  effects: name => `effects of ${name}`,
  'dead-letters': name => `records of ${name}`,
  errors: () => 'HTTP requests',
}

/** `freshness of card_now`; the cause and the name for a cause of a later version. */
export const objectiveName = ({ cause, subject: { name } }: Pick<ObjectiveRatesAnswer, 'cause' | 'subject'>): string =>
  objectiveNames[cause]?.(name) ?? `${cause} of ${name}`

const targetTexts: Readonly<Record<string, string>> = {
  deadline: 'of effects by their deadline',
  effects: 'of attempts succeed',
  'dead-letters': 'of records accepted',
  errors: 'without a status of 5xx',
}

/** `99 % of decisions at most 15 min old`. */
export const targetText = ({ cause, target, age }: Pick<ObjectiveRatesAnswer, 'cause' | 'target' | 'age'>): string =>
  `${percentText(target)} ${age === undefined ? (targetTexts[cause] ?? '') : `of decisions at most ${spanText(age)} old`}`.trimEnd()

/** `14.4×`. */
export const burnText = (burn: number): string => (burn > 0 && burn < 0.01 ? 'below 0.01×' : `${Number(burn.toFixed(2))}×`)

/** `0.4× in 5 min`. */
export const windowText = ({ burn, windowMs }: WindowRateAnswer): string => `${burnText(burn)} in ${spanText(windowMs)}`

/** `3 of 1,234 bad`. */
export const countsText = ({ bad, total }: WindowRateAnswer): string =>
  total === 0 ? 'no events' : `${countText(bad)} of ${countText(total)} bad`

const nearnessOf = ({ short, long, threshold }: RuleRatesAnswer): number => Math.min(short.burn, long.burn) / threshold

/** The rates of both windows are at the threshold, by enough events. */
export const isAtThreshold = (rule: RuleRatesAnswer): boolean => rule.hasEnoughEvents && nearnessOf(rule) >= 1

/** The most urgent rule that is reached, or the rule that is nearest to it; `undefined` while no rule has enough events to tell. */
export function shownRule(rules: readonly RuleRatesAnswer[]): RuleRatesAnswer | undefined {
  const judged = rules.filter(({ hasEnoughEvents }) => hasEnoughEvents)
  const nearest = Math.max(...judged.map(nearnessOf))
  return judged.find(isAtThreshold) ?? judged.find(rule => nearnessOf(rule) === nearest)
}

/** `page at 14.4× in both`, and the alert that is open: `page is open`. */
export const thresholdText = (rule: RuleRatesAnswer, alert?: AlertAnswer['severity']): string =>
  `${rule.severity} at ${burnText(rule.threshold)} in both${isAtThreshold(rule) ? ': reached' : ''}${alert ? `; ${alert} is open` : ''}`

/** `not enough events to tell: 2 of 4 bad in 3 d`. */
export const fewEventsText = ({ long }: RuleRatesAnswer): string =>
  `not enough events to tell: ${countsText(long)} in ${spanText(long.windowMs)}`

/** `93 %`, or `overspent by 40 %`. */
export const budgetText = (left: number | undefined): string =>
  left === undefined ? '—' : left < 0 ? `overspent by ${percentText(-left)}` : percentText(left)
