/** Confidence in a recommendation, by the weaknesses of its history. */
import { WEEK_MS } from '../../base/index.ts'
import type { AuditReport } from '../domain/audit-report.ts'
import { plural } from '../domain/caveat.ts'
import { countedNoun, dateText, integerText, isAvailable, percentageText } from '../domain/figures.ts'
import type { AuditSummary } from '../domain/summary.ts'

/** Effective sample sizes under which intervals are less reliable, and much less. */
const CLUSTERS_FEW = 50
const CLUSTERS_VERY_FEW = 30
/** At this share of effective clusters their sizes are about equal. */
const EQUAL_FROM = 0.8
/** Judged weeks that are few, and very few. */
const WEEKS_FEW = 8
const WEEKS_VERY_FEW = 4
/** Shares of decisions without a known outcome. */
const UNKNOWN_SOME = 0.05
const UNKNOWN_MOST = 0.5

/** Weeks that the judged decisions cover. */
export const judgedWeeksOf = ({ blocks: { select, report } }: Pick<AuditReport['history'], 'blocks'>): number =>
  (report.until - select.from) / WEEK_MS

/** The worst weakness sets the level: `moderate`, or `low` for a grave one; `none` where nothing is recommended. */
export function confidenceOf(
  { history, utility }: Pick<AuditReport, 'history' | 'utility'>,
  isNothingKnown: boolean,
): AuditSummary['confidence'] {
  const { weeks, decisions, unknown, clusters, from, until, blocks } = history
  const judgedWeeks = judgedWeeksOf(history)
  const unknownShare = decisions > 0 ? unknown / decisions : 0
  const fewClusters = clusters.filter(({ effective }) => effective < CLUSTERS_FEW)
  const fewest = Math.min(...fewClusters.map(({ effective }) => effective))
  const isUnequal = ({ count, effective }: (typeof clusters)[number]): boolean => effective < EQUAL_FROM * count
  const sizes = fewClusters.map(column => {
    const clustersText = `${integerText(column.count)} ${plural(column.name)}`
    return isUnequal(column) ? `${clustersText} that count as ${integerText(Math.floor(column.effective))}` : clustersText
  })
  const why = fewClusters.some(isUnequal) ? ', since few have most decisions' : ''
  const weaknesses = [
    {
      severity: severityOf(fewClusters.length > 0, fewest < CLUSTERS_VERY_FEW),
      text: `only ${new Intl.ListFormat('en-GB').format(sizes)}${why}`,
    },
    {
      severity: severityOf(judgedWeeks < WEEKS_FEW, judgedWeeks < WEEKS_VERY_FEW),
      text: countedNoun(Math.round(judgedWeeks), 'judged week'),
    },
    {
      severity: severityOf(unknownShare > UNKNOWN_SOME, unknownShare > UNKNOWN_MOST),
      text: `${percentageText(unknownShare)} of outcomes unknown`,
    },
    { severity: severityOf(!isAvailable(utility.retrained), false), text: 'the model is not retrained for older features' },
  ].filter(({ severity }) => severity > 0)
  const worst = Math.max(0, ...weaknesses.map(({ severity }) => severity))
  const judged = blocks.select.decisions + blocks.report.decisions
  const span = `${countedNoun(Math.round(weeks), 'week')} (${dateText(from)} to ${dateText(until)}), ${countedNoun(decisions, 'decision')}, ${integerText(judged)} of them judged`
  return {
    level: isNothingKnown ? 'none' : (['high', 'moderate', 'low'] as const)[worst],
    reasons: [...weaknesses.map(({ text }) => text), span],
  }
}

/** Names of the entities whose clusters are very few. */
export const veryFewClusters = ({ clusters }: Pick<AuditReport['history'], 'clusters'>): string[] =>
  clusters
    .filter(({ name, effective }) => effective < CLUSTERS_VERY_FEW && !/\bday\b|\bblock\b|\bweek\b/.test(name))
    .map(({ name }) => name)

const severityOf = (isWeak: boolean, isVeryWeak: boolean): number => (isVeryWeak ? 2 : isWeak ? 1 : 0)
