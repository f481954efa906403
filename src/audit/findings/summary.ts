/**
 * Builds the summary of a report: the recommendation with its reason, the staleness table, worth, cost, break-even value, confidence, and
 * what would change the answer. Computes nothing but sums, shares and quotients of the report's figures.
 */
import type { UtilityPart } from '../domain/audit-report.ts'
import { monthlyValue, percentageText, roundedText } from '../domain/figures.ts'
import type { AuditSummary } from '../domain/summary.ts'
import { confidenceOf } from './confidence.ts'
import { mainLoss } from './main-loss.ts'
import { isNothingKnown, reasonText, recommendationText } from './recommendation.ts'
import { alertAt, mayBeOlder, stalenessRow } from './staleness.ts'
import { isChangedBy, type SummaryParts } from './summary-parts.ts'
import { doubtOfPrice, streamingBreakEven, recommendationCost, recommendationWorth, wouldChange } from './worth-and-cost.ts'

/** Facts of the value function that a report does not state. */
export interface SummaryOptions {
  /** Its assumptions, in the words of its author. */
  readonly assumes?: readonly string[] | undefined
  /** True if no decision has a negative value, so that no change loses more than everything. */
  readonly isNonNegative?: boolean
}

export function buildSummary(parts: SummaryParts, { assumes = [], isNonNegative = false }: SummaryOptions = {}): AuditSummary {
  const staleness = parts.elements.map(element => stalenessRow(element, parts, isNonNegative ? -1 : -Infinity))
  const main = mainLoss(parts.elements, staleness)
  const [worth, breakEven] = [recommendationWorth(parts, main), streamingBreakEven(parts, main)]
  const doubt = doubtOfPrice(parts, breakEven)
  const changed = parts.elements.find(part => part.levels.length > 0 && isChangedBy(parts.plans, part))
  const mainElement = (changed ?? main?.part)?.element
  return {
    recommendation: recommendationText(parts, staleness, doubt),
    reason: reasonText(parts, main),
    outcome: parts.utility.name,
    today: todayText(parts.utility),
    ...(mainElement !== undefined && { main: mainElement }),
    staleness,
    mayBeOlder: mayBeOlder(parts.elements, staleness),
    alertAt: alertAt(parts),
    worth,
    cost: recommendationCost(parts),
    breakEven,
    confidence: confidenceOf(parts, isNothingKnown(parts.elements)),
    assumes,
    wouldChange: wouldChange(parts, { worth, breakEven, doubt }),
  }
}

/** With this many right alerts for each outcome, several may be of one. */
const REPEATED_FROM = 1.2

function todayText({ name, unit, now }: UtilityPart): string {
  const [value, alerts] = [monthlyValue(now.perWeek), monthlyValue(now.actionsPerWeek)]
  const quality = now.precision === null ? '' : `, ${percentageText(now.precision)} right of those whose outcome is known`
  const isRepeated = unit !== '$' && alerts * (now.precision ?? 0) > REPEATED_FROM * value
  return `${name}: ${roundedText(value, name.startsWith(unit) ? '' : unit)} a month, by ${roundedText(alerts, '')} alerts a month${quality}${isRepeated ? '; several may be of one' : ''}`
}
