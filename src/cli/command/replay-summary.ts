/** Summary of a replay as text. */
import { inOneLine } from '../../base/show.ts'
import type { LabelCounts } from '../../replay/label.ts'
import type { ReplaySummary } from '../../replay/replay.ts'

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

/** A table whose columns are padded to their widest cell. The first column is aligned to the left, the others to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map(row => row[column].length)))
  return [head, ...rows]
    .map(row =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** A count with its noun: `1 event`, `2,000 events`. */
export const counted = (count: number, noun: string): string => `${number(count)} ${noun}${count === 1 ? '' : 's'}`

/** Significant digits in text output, with at least two fraction digits; JSON has all digits. */
const DIGITS = 6
const FRACTION_DIGITS = 2

/** Rounds a number for text output. */
export function shortened(value: number): number {
  if (Number.isInteger(value) || !Number.isFinite(value)) return value
  const wholeDigits = String(Math.trunc(Math.abs(value))).length
  return Number(value.toPrecision(Math.min(17, Math.max(DIGITS, wholeDigits + FRACTION_DIGITS))))
}

/** A score rounded for text output, or `NULL`. */
export const scoreText = (score: number | null): string => (score === null ? 'NULL' : String(shortened(score)))

/** A number with thousands separators: `2,000`. */
export const number = (value: number): string => value.toLocaleString('en-US')

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
