/** How an inferred source is written in TypeScript: names, types, and what a map takes from a record. */
import { inOneLine } from '../../base/show.ts'
import { SERIES, type PlannedColumn, type PlannedSource } from './inferred-source.ts'

/** Numeric columns that get features; more are for the user to add. */
const FEATURED_MAX = 4

/** Quantities that are known when an event comes, as far as their names tell: what says what came of it is none. */
export function featured({ columns, key, time, id, outcomes, sampled }: PlannedSource): PlannedColumn[] {
  // One that is another in each record counts the records: it says no more than the time does.
  const isNumbering = ({ type, distinct }: PlannedColumn): boolean => type === 'int' && sampled > 1 && distinct === sampled
  return columns
    .filter(column => ['int', 'decimal', 'double'].includes(column.type) && ![key, time, id, outcomes[0]?.column].includes(column))
    .filter(column => !/(?:^|_)id$/i.test(column.name) && !isNumbering(column))
    .slice(0, FEATURED_MAX)
}

export const keyName = ({ key }: PlannedSource): string => key?.name ?? SERIES

export const keyType = ({ key }: PlannedSource): string => (key?.type === 'int' ? 't.int()' : 't.string()')

export function declared(column: PlannedColumn, { key }: Pick<PlannedSource, 'key'>): string {
  const { type, scale, nullable } = column
  if (column === key) return 'keyed'
  return `t.${type}(${type === 'decimal' ? scale : ''})${nullable ? '.nullable()' : ''}`
}

/** What a map takes from a record for a column. */
export function fieldOf(column: PlannedColumn): string {
  const raw = rawOf(column)
  const made = madeOf(column, raw)
  return made !== raw && column.nullable ? `${raw} && ${made}` : made
}

function madeOf({ type, written, numbers, words }: PlannedColumn, raw: string): string {
  if (numbers) return type === 'int' ? `Number(${numbers}(${raw}))` : `${numbers}(${raw})`
  if (words) return `yesNo(${raw}, ${quoted(words.yes)}, ${quoted(words.no)})`
  if (written === 'seconds') return `Number(${raw}) * 1000`
  return written !== undefined && Object.hasOwn(helpers, written) ? `${written}(${raw})` : raw
}

/** Of an object in a record that another record has not, nothing is taken. */
export const rawOf = ({ field, path = [field] }: PlannedColumn): string =>
  path.reduce((above, name, depth) => {
    if (depth === 0) return isName(name) ? `${above}.${name}` : `${above}[${quoted(name)}]`
    return isName(name) ? `${above}?.${name}` : `${above}?.[${quoted(name)}]`
  }, 'raw')

/** Functions that maps call, for the ways in which values are written: a blank line before each. */
export const mapHelpers = (columns: readonly PlannedColumn[]): string =>
  [...new Set(columns.flatMap(({ written, numbers, words }) => [written ?? [], numbers ?? [], words ? 'yesNo' : []].flat()))]
    .filter(written => Object.hasOwn(helpers, written))
    .map(written => `\n${helpers[written as keyof typeof helpers]}\n`)
    .join('')

/** Those of times give local times without an offset, so that the zone of a column counts. */
const helpers = {
  wall: `/** What a clock on the wall showed, which Parquet has as milliseconds: without an offset, so that the zone of the column counts. */
const wall = (ms: number) => new Date(ms).toISOString().slice(0, -1)`,
  dmy: dateHelper('dmy', '31.12.2025 14:05'),
  mdy: dateHelper('mdy', '12/31/2025 2:05 PM'),
  ymd: dateHelper('ymd', '2025/12/31 14:05'),
  comma: `/** A number whose fraction follows a comma, such as 1.234,5, as 1234.5. */
const comma = (text: string) => text.trim().replaceAll(/[.\\s'’]/g, '').replace(',', '.')`,
  grouped: `/** A number whose thousands are separated by commas, such as 1,234.5, as 1234.5. */
const grouped = (text: string) => text.trim().replaceAll(',', '')`,
  yesNo: `/** A word that says yes or no as a bool. Any other word is rejected. */
function yesNo(text: string, yes: string, no: string): boolean {
  const word = text.trim().toLowerCase()
  if (word !== yes && word !== no) throw new Error(\`'\${text}' is neither \${yes} nor \${no}\`)
  return word === yes
}`,
} as const

function dateHelper(order: string, example: string): string {
  const digits = order
    .split('')
    .map(part => (part === 'y' ? '(\\d{4})' : '(\\d+)'))
    .join('\\D')
  return `/** A local time such as ${example} as ISO 8601, without an offset, so that the zone of the column counts. */
function ${order}(text: string): string {
  const found = /^${digits}(?:\\D+(\\d+)(:[\\d:.]+)\\s*([ap]m)?)?$/i.exec(text.trim())
  if (!found) return text
  const [, ${order.split('').join(', ')}, hour = '0', rest = ':00', half = ''] = found
  const h = half === '' ? Number(hour) : (Number(hour) % 12) + (/p/i.test(half) ? 12 : 0)
  return \`\${y}-\${m.padStart(2, '0')}-\${d.padStart(2, '0')}T\${String(h).padStart(2, '0')}\${rest}\`
}`
}

export const isName = (text: string): boolean => /^[A-Za-z_]\w*$/.test(text)

/** A text as TypeScript writes it: JSON with the other quotes, in which nothing hides. */
export const quoted = (text: string): string =>
  `'${inOneLine(JSON.stringify(text)).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
