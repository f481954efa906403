/** Summary of a replay as text. */
import { inOneLine } from '../../base/show.ts'
import type { LabelCounts } from '../../replay/label.ts'
import type { ReplaySummary } from '../../replay/replay.ts'
import { counted, number, table } from './text-format.ts'

/** The counts of sources, models, labels and reports, the speed, and the warnings. */
export function summaryText(summary: ReplaySummary): string {
  const { sources, models, undecodable, warnings } = summary
  const sourceRows = sources.map(({ source, accepted, duplicates, late, refused }) => {
    const reasons = Object.entries(refused).map(([reason, count]) => `${count} ${reason}`)
    return [source, number(accepted), number(duplicates), number(late), reasons.length > 0 ? reasons.join(', ') : '0']
  })
  const modelRows = models.map(({ model, decisions, scored, unscored, refused, scoreSum }) => [
    model,
    number(decisions),
    scored > 0 ? (scoreSum / scored).toFixed(4) : '–',
    number(unscored),
    number(refused),
  ])
  const labelRows = models.flatMap(({ model, labels }) => (labels ? [labelRow(model, labels)] : []))
  const reportRows = (summary.reports ?? []).map(({ report, made, rows, stale }) => [report, ...[made, rows, stale].map(number)])
  const seconds = summary.loadSeconds + summary.decideSeconds
  return [
    table(['source', 'events', 'duplicates', 'late', 'refused'], sourceRows),
    ...(undecodable > 0 ? [`${counted(undecodable, 'record')} could not be decoded`] : []),
    '',
    ...(modelRows.length > 0 ? [table(['model', 'decisions', 'mean score', 'without score', 'refused'], modelRows)] : []),
    ...(labelRows.length > 0 ? ['', table(['labels of', 'true', 'false', 'unknown', 'not eligible', 'too late'], labelRows)] : []),
    ...(reportRows.length > 0 ? ['', table(['report', 'made', 'rows', 'stale'], reportRows)] : []),
    '',
    `${counted(summary.events, 'event')} in ${seconds.toFixed(2)} s (${number(Math.round(summary.events / seconds))}/s): ` +
      `reading ${summary.loadSeconds.toFixed(2)} s, deciding ${summary.decideSeconds.toFixed(2)} s`,
    ...warnings.map(warning => `warning: ${warning}`),
  ].join('\n')
}

const labelRow = (model: string, { positive, negative, unknown, notEligible, late }: LabelCounts): string[] => [
  model,
  ...[positive, negative, unknown, notEligible, late].map(number),
]

/** One line for all refused records, and one line for each warning. */
export const troubleLines = ({ refused, warnings }: Trouble): string[] => [
  ...(refused ? [inOneLine(`warning: ${counted(refused.count, 'record')} refused; the first: ${refused.first}`)] : []),
  ...warnings.map(warning => inOneLine(`warning: ${warning}`)),
]

/** Problems that a reader of files met. */
export interface Trouble {
  readonly refused: { readonly count: number; readonly first: string } | undefined
  readonly warnings: readonly string[]
}
