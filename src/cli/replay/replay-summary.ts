/** Summary of a replay as text. */
import type { ReplaySummary } from '../../replay/index.ts'
import { pluralize, formatNumber, paddedTable, joinLines } from '../command/text-format.ts'

/** The counts of sources, models, labels and reports, the speed, and the warnings. */
export function replaySummaryText(summary: ReplaySummary): string {
  const { sources, models, undecodable, warnings } = summary
  const sourceRows = sources.map(({ source, accepted, duplicates, late, rejected }) => {
    const reasons = Object.entries(rejected).map(([reason, count]) => `${count} ${reason}`)
    return [source, accepted, duplicates, late, reasons.length > 0 ? reasons.join(', ') : '0']
  })
  const modelRows = models.map(({ model, decisions, scored, unscored, rejected, scoreSum }) => [
    model,
    decisions,
    scored > 0 ? (scoreSum / scored).toFixed(4) : '–',
    unscored,
    rejected,
  ])
  const labelRows = models.flatMap(({ model, labels }) =>
    labels ? [[model, labels.positive, labels.negative, labels.unknown, labels.notEligible, labels.late]] : [],
  )
  const reportRows = (summary.reports ?? []).map(({ report, count, rows, stale }) => [report, count, rows, stale])
  const seconds = summary.loadSeconds + summary.decideSeconds
  return joinLines(
    paddedTable(['source', 'events', 'duplicates', 'late', 'rejected'], sourceRows),
    undecodable > 0 && `${pluralize(undecodable, 'record')} could not be decoded`,
    '',
    modelRows.length > 0 && paddedTable(['model', 'decisions', 'mean score', 'without score', 'rejected'], modelRows),
    labelRows.length > 0 && ['', paddedTable(['labels of', 'true', 'false', 'unknown', 'not eligible', 'too late'], labelRows)],
    reportRows.length > 0 && ['', paddedTable(['report', 'count', 'rows', 'stale'], reportRows)],
    '',
    `${pluralize(summary.events, 'event')} in ${seconds.toFixed(2)} s (${formatNumber(Math.round(summary.events / seconds))}/s): ` +
      `reading ${summary.loadSeconds.toFixed(2)} s, deciding ${summary.decideSeconds.toFixed(2)} s`,
    warnings.map(warning => `warning: ${warning}`),
  )
}
