/** Numbers, counts and tables in the text output of commands. */

/** A table whose columns are padded to their widest cell. The first column is aligned to the left, the others to the right. */
export function paddedTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
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
export const pluralize = (count: number, noun: string): string => `${formatNumber(count)} ${noun}${count === 1 ? '' : 's'}`

/** Significant digits in text output, with at least two fraction digits; JSON has all digits. */
const DIGITS = 6
const FRACTION_DIGITS = 2

/** Rounds a number for text output. */
export function roundForDisplay(value: number): number {
  if (Number.isInteger(value) || !Number.isFinite(value)) return value
  const wholeDigits = String(Math.trunc(Math.abs(value))).length
  return Number(value.toPrecision(Math.min(17, Math.max(DIGITS, wholeDigits + FRACTION_DIGITS))))
}

/** A score rounded for text output, or `NULL`. */
export const scoreText = (score: number | null): string => (score === null ? 'NULL' : String(roundForDisplay(score)))

/** A number with thousands separators: `2,000`. */
export const formatNumber = (value: number): string => value.toLocaleString('en-US')
