/** Summary of a replay as text. */
import { inOneLine } from '../../base/index.ts'
import type { LabelCounts, ReplaySummary } from '../../replay/index.ts'
import { pluralize, formatNumber, paddedTable } from './text-format.ts'

/** The counts of sources, models, labels and reports, the speed, and the warnings. */
export function replaySummaryText(summary: ReplaySummary): string {
  const { sources, models, undecodable, warnings } = summary
  const sourceRows = sources.map(({ source, accepted, duplicates, late, rejected }) => {
    const reasons = Object.entries(rejected).map(([reason, count]) => `${count} ${reason}`)
    return [source, formatNumber(accepted), formatNumber(duplicates), formatNumber(late), reasons.length > 0 ? reasons.join(', ') : '0']
  })
  const modelRows = models.map(({ model, decisions, scored, unscored, rejected, scoreSum }) => [
    model,
    formatNumber(decisions),
    scored > 0 ? (scoreSum / scored).toFixed(4) : '–',
    formatNumber(unscored),
    formatNumber(rejected),
  ])
  const labelRows = models.flatMap(({ model, labels }) => (labels ? [labelRow(model, labels)] : []))
  const reportRows = (summary.reports ?? []).map(({ report, made, rows, stale }) => [report, ...[made, rows, stale].map(formatNumber)])
  const seconds = summary.loadSeconds + summary.decideSeconds
  return [
    paddedTable(['source', 'events', 'duplicates', 'late', 'rejected'], sourceRows),
    ...(undecodable > 0 ? [`${pluralize(undecodable, 'record')} could not be decoded`] : []),
    '',
    ...(modelRows.length > 0 ? [paddedTable(['model', 'decisions', 'mean score', 'without score', 'rejected'], modelRows)] : []),
    ...(labelRows.length > 0 ? ['', paddedTable(['labels of', 'true', 'false', 'unknown', 'not eligible', 'too late'], labelRows)] : []),
    ...(reportRows.length > 0 ? ['', paddedTable(['report', 'made', 'rows', 'stale'], reportRows)] : []),
    '',
    `${pluralize(summary.events, 'event')} in ${seconds.toFixed(2)} s (${formatNumber(Math.round(summary.events / seconds))}/s): ` +
      `reading ${summary.loadSeconds.toFixed(2)} s, deciding ${summary.decideSeconds.toFixed(2)} s`,
    ...warnings.map(warning => `warning: ${warning}`),
  ].join('\n')
}

const labelRow = (model: string, { positive, negative, unknown, notEligible, late }: LabelCounts): string[] => [
  model,
  ...[positive, negative, unknown, notEligible, late].map(formatNumber),
]

/** One line for all rejected records, and one line for each warning. */
export const readProblemLines = ({ rejected, warnings }: ReadProblems): string[] => [
  ...(rejected ? [inOneLine(`warning: ${pluralize(rejected.count, 'record')} rejected; the first: ${rejected.first}`)] : []),
  ...warnings.map(warning => inOneLine(`warning: ${warning}`)),
]

/** Problems that a reader of files met. */
export interface ReadProblems {
  readonly rejected: { readonly count: number; readonly first: string } | undefined
  readonly warnings: readonly string[]
}
