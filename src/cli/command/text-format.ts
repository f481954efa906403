/** Numbers, times, tables, decisions and problems in the text output of commands. */
import { inOneLine, type StrictOmit } from '../../base/index.ts'
import { inspect } from 'node:util'
import type { DecisionRecord } from '../../replay/index.ts'
import { forTerminal } from './print.ts'
import { styled, terminalColumns } from './style.ts'

/** A cell of a table. A number is shown with thousands separators. */
type Cell = string | number

/**
 * A table whose columns are padded to their widest cell; empty without rows. The first column is aligned to the left, the others to the
 * right. A table that is wider than the terminal becomes a list of cells for each row.
 */
export function paddedTable(head: readonly string[], rows: readonly (readonly Cell[])[], columns = terminalColumns()): string {
  if (rows.length === 0) return ''
  const texts = rows.map(row => row.map(cell => (typeof cell === 'number' ? formatNumber(cell) : cell)))
  const widths = head.map((name, column) => Math.max(name.length, ...texts.map(row => row[column].length)))
  if (widths.reduce((sum, width) => sum + width + 2, -2) > columns) return texts.flatMap(row => cellList(head, row)).join('\n')
  const lines = [head, ...texts].map(row =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
      .join('  ')
      .trimEnd(),
  )
  return [styled('bold', lines[0]), ...lines.slice(1)].join('\n')
}

/** A row of a narrow table: its first cell, then a line for each other cell. */
function cellList([, ...names]: readonly string[], [first, ...cells]: readonly string[]): string[] {
  const width = Math.max(0, ...names.map(name => name.length))
  return [styled('bold', first), ...cells.map((cell, i) => `  ${names[i].padEnd(width)}  ${cell}`.trimEnd())]
}

/** Text for some lines; false or undefined for lines that are left out. */
type Lines = string | readonly string[] | false | undefined

/** Lists lines, without those that are left out: `presentLines('a', count > 0 && 'b')`. */
export const presentLines = (...parts: readonly Lines[]): string[] =>
  parts.flatMap(part => (part === false || part === undefined ? [] : part))

/** Joins lines, without those that are left out. */
export const joinLines = (...parts: readonly Lines[]): string => presentLines(...parts).join('\n')

/** A count with its noun: `1 event`, `2,000 entries`. */
export const pluralize = (count: number, noun: string): string =>
  `${formatNumber(count)} ${count === 1 ? noun : `${noun.replace(/(?<![aeiou])y$/, 'ie')}s`}`

/** Significant digits in text output, with at least two fraction digits; JSON has all digits. */
const DIGITS = 6
const FRACTION_DIGITS = 2

/** Rounds a number for text output. */
function roundForDisplay(value: number): number {
  if (Number.isInteger(value) || !Number.isFinite(value)) return value
  const wholeDigits = String(Math.trunc(Math.abs(value))).length
  return Number(value.toPrecision(Math.min(17, Math.max(DIGITS, wholeDigits + FRACTION_DIGITS))))
}

/** A score rounded for text output, or `NULL`. */
export const scoreText = (score: number | null): string => (score === null ? 'NULL' : String(roundForDisplay(score)))

/** A number with thousands separators: `2,000`. */
export const formatNumber = (value: number): string => value.toLocaleString('en-US')

/** A share from 0 to 1 as `99.95 %`, rounded down: never to 100 %. */
export const sharePercent = (share: number): string => `${(Math.floor(share * 10_000) / 100).toString()} %`

/** Bytes as `1.2 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`
}

/** UTC milliseconds as ISO 8601. */
export const timeText = (ms: number): string => new Date(ms).toISOString()

/** One line for all rejected records, and one line for each warning. */
export const readProblemLines = ({ rejected, warnings }: ReadProblems): string[] =>
  presentLines(
    rejected && `warning: ${pluralize(rejected.count, 'record')} rejected; the first: ${rejected.first}`,
    warnings.map(warning => `warning: ${warning}`),
  ).map(inOneLine)

/** Problems that a reader of files met. */
export interface ReadProblems {
  readonly rejected: { readonly count: number; readonly first: string } | undefined
  readonly warnings: readonly string[]
}

/** Model, time, key and score on a line, then the feature vector. Strings must be escaped to one line. */
export function decisionText(
  decision: StrictOmit<DecisionRecord, 'position'> & { readonly version?: number; readonly explored?: Readonly<Record<string, number>> },
): string {
  const { model, t, key, score, version, explored = {}, unscored, rejected, vector } = decision
  const by = version === undefined ? '' : ` by version ${version}`
  const reason = unscored === undefined ? '' : ` (${unscored})`
  const exploration = Object.entries(explored).map(
    ([action, probability]) => `; ${action} skipped for exploration, probability ${probability}`,
  )
  const result = rejected === undefined ? `score ${scoreText(score)}${by}${reason}${exploration.join('')}` : `rejected: ${rejected}`
  const vectorText = inspect(roundNumbers(vector), { depth: null, breakLength: 120, compact: 3, maxArrayLength: 10, maxStringLength: 100 })
  return forTerminal(`${model}  ${new Date(t).toISOString()}  ${String(key)}  ${result}\n${vectorText.replaceAll(/^/gm, '  ')}`)
}

/** Rounds all numbers of a vector, those in nested lists and groups too. */
function roundNumbers(value: unknown): unknown {
  if (typeof value === 'number') return roundForDisplay(value)
  if (Array.isArray(value)) return value.map(roundNumbers)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, roundNumbers(inner)]))
}

/** The state of an effect, its deadline, and when it was settled. */
interface DeliveredEffect {
  readonly state: string
  readonly due?: number | undefined
  readonly settled?: number | undefined
}

/** For an effect with a deadline that was delivered: was it in time? Empty for other effects. */
export function timelinessText({ state, due, settled }: DeliveredEffect): string {
  if (due === undefined || state !== 'delivered') return ''
  return settled! <= due ? ', in time' : ', too late'
}
