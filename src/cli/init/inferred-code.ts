/** TypeScript code of an inferred source: names, types, and the expressions of its map. */
import { inOneLine } from '../../base/index.ts'
import type { Inference } from './inferences.ts'
import { SERIES_KEY, type PlannedColumn, type PlannedSource } from './inferred-source.ts'

/** Most numeric columns that get features; the user may add more. */
const FEATURED_MAX = 4

/** A text with more distinct values, as a share of its records, identifies records. */
const NEAR_UNIQUE_SHARE = 0.5

/** Numeric columns that are known at the event. Excludes ids and row numbers, judged by name. */
export function quantityColumns({ eventColumns, key, time, id, sampled }: PlannedSource): PlannedColumn[] {
  return eventColumns
    .filter(column => isNumeric(column) && ![key, time, id].includes(column) && !isNumbering(column, sampled))
    .slice(0, FEATURED_MAX)
}

const isNumeric = ({ type }: PlannedColumn): boolean => ['int', 'decimal', 'double'].includes(type)

/** True for an id, and for an integer that differs in each record: it numbers the records and says no more than the time. */
const isNumbering = ({ name, type, distinct }: PlannedColumn, sampled: number): boolean =>
  /(?:^|_)id$/i.test(name) || (type === 'int' && sampled > 1 && distinct === sampled)

/** The reasons why columns that are known at the event have no feature, each with its columns. */
export function unusedColumns(source: PlannedSource): Map<string, PlannedColumn[]> {
  const { eventColumns, key, time, id, sampled } = source
  const used = new Set<PlannedColumn | null | undefined>([key, time, id, ...quantityColumns(source)])
  const reasonOf = (column: PlannedColumn): string | undefined => {
    const { type, distinct, filled, isProse } = column
    if (isNumeric(column))
      return isNumbering(column, sampled) ? 'numbers the records' : `only ${FEATURED_MAX} numbers get features; add more`
    if (type === 'bool') return 'true or false; it may be an input'
    if (type !== 'string') return undefined
    if (isProse) return 'free text'
    if (distinct > NEAR_UNIQUE_SHARE * filled) return 'near-unique text'
    return "text; a condition may be an input, such as e.COLUMN.eq('…')"
  }
  const unused = eventColumns.flatMap(column => {
    const reason = used.has(column) ? undefined : reasonOf(column)
    return reason === undefined ? [] : [{ column, reason }]
  })
  return new Map([...Map.groupBy(unused, ({ reason }) => reason)].map(([reason, each]) => [reason, each.map(({ column }) => column)]))
}

/** The name of the key column. */
export const keyColumnName = ({ key }: PlannedSource): string => key?.name ?? SERIES_KEY

/** The type of the key. */
export const keyTypeCode = ({ key }: PlannedSource): string => (key?.type === 'int' ? 't.int()' : 't.string()')

/** The type of a column in the schema. */
export function columnTypeCode(column: PlannedColumn, { key }: Pick<PlannedSource, 'key'>): string {
  const { type, scale, nullable } = column
  if (column === key) return 'keyed'
  return `t.${type}(${type === 'decimal' ? scale : ''})${nullable ? '.nullable()' : ''}`
}

/** The expression by which a map reads a column from a record. A value that is missing stays missing. */
export function fieldCode(column: PlannedColumn): string {
  const raw = rawFieldCode(column)
  const converted = conversion(column, raw)
  if (converted !== raw && column.hasGaps) return `${raw} == null ? ${raw} : ${converted}`
  return converted !== raw && column.nullable ? `${raw} == null ? null : ${converted}` : converted
}

function conversion({ type, timeFormat: written, numbers, words, isStringified }: PlannedColumn, raw: string): string {
  if (isStringified) return `String(${raw})`
  if (numbers) return type === 'decimal' ? `${numbers}(${raw})` : `Number(${numbers}(${raw}))`
  if (words) return `yesNo(${raw}, ${quotedLiteral(words.yes)}, ${quotedLiteral(words.no)})`
  if (written === 'seconds') return `Number(${raw}) * 1000`
  return written !== undefined && Object.hasOwn(helpers, written) ? `${written}(${raw})` : raw
}

/** The field of a record, by its path. A nested object may be absent, so its fields are read with `?.`. */
export const rawFieldCode = ({ field, path = [field] }: PlannedColumn): string =>
  path.reduce((parent, name, depth) => {
    if (depth === 0) return isIdentifier(name) ? `${parent}.${name}` : `${parent}[${quotedLiteral(name)}]`
    return isIdentifier(name) ? `${parent}?.${name}` : `${parent}?.[${quotedLiteral(name)}]`
  }, 'raw')

/** The helper functions that the maps of these columns call, each after a blank line. */
export const mapHelpers = (columns: readonly PlannedColumn[]): string =>
  [...new Set(columns.flatMap(({ timeFormat: written, numbers, words }) => [written ?? [], numbers ?? [], words ? 'yesNo' : []].flat()))]
    .filter(written => Object.hasOwn(helpers, written))
    .map(written => `\n${helpers[written as keyof typeof helpers]}\n`)
    .join('')

/** Helper functions by format. Those for times return local times without an offset, so that the column's time zone applies. */
const helpers = {
  wall: `/** A local time, which Parquet stores as milliseconds, as ISO 8601 without an offset, so that the column's time zone applies. */
const wall = (ms: number | string) => (typeof ms === 'number' ? new Date(ms).toISOString().slice(0, -1) : ms)`,
  dmy: dateHelper('dmy', '31.12.2025 14:05'),
  mdy: dateHelper('mdy', '12/31/2025 2:05 PM'),
  ymd: dateHelper('ymd', '2025/12/31 14:05'),
  comma: `/** A text with a decimal comma, such as 1.234,5, as 1234.5. Any other text is rejected. */
function comma(text: string | number): string {
  if (typeof text === 'number') return String(text)
  const match = /^([-+]?(?:\\d+|\\d{1,3}(?:[.\\s'’]\\d{3})+))(?:,(\\d+))?$/.exec(text.trim())
  if (!match) throw new Error(\`'\${text}' is not a number with a decimal comma\`)
  const [, whole, fraction = '0'] = match
  return \`\${whole.replaceAll(/[^-\\d]/g, '')}.\${fraction}\`
}`,
  grouped: `/** A text whose thousands are separated by commas, such as 1,234.5, as 1234.5. Any other text is rejected. */
function grouped(text: string | number): string {
  if (typeof text === 'number') return String(text)
  const match = /^[-+]?(?:\\d+|\\d{1,3}(?:[,\\s'’]\\d{3})+)(?:\\.\\d*)?$/.exec(text.trim())
  if (!match) throw new Error(\`'\${text}' is not a number with a decimal point\`)
  return match[0].replaceAll(/[^-.\\d]/g, '')
}`,
  yesNo: `/** A word that says yes or no, as a bool. Any other word is rejected. */
function yesNo(text: string | boolean, yes: string, no: string): boolean {
  if (typeof text === 'boolean') return text
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
  return `/** A local time such as ${example} as ISO 8601 without an offset, so that the column's time zone applies. */
function ${order}(text: string): string {
  const match = /^${digits}(?:\\D+(\\d+)(:[\\d:.]+)\\s*([ap]m)?)?$/i.exec(text.trim())
  if (!match) return text
  const [, ${order.split('').join(', ')}, hour = '0', rest = ':00', half = ''] = match
  const h = half === '' ? Number(hour) : (Number(hour) % 12) + (/p/i.test(half) ? 12 : 0)
  return \`\${y}-\${m.padStart(2, '0')}-\${d.padStart(2, '0')}T\${String(h).padStart(2, '0')}\${rest}\`
}`
}

/** The inferences as lines of a comment. */
export const inferredComment = (inferences: readonly Inference[]): string =>
  ['// Inferred:', ...inferences.map(({ of, value, evidence }) => `//   ${inOneLine(`${of}: ${value} (${evidence})`)}`)].join('\n')

/** A model that marks events above the mean of their key in a feature group, or many events of a key. It needs no training. */
export function unusualModelCode(source: PlannedSource, group: string, name: string): string {
  const [first] = quantityColumns(source)
  return `export const unusual = model('${name}', {
  decide: on(events),
  inputs: e => {
    const before = ${group}.of(e.${keyColumnName(source)})
    return { ${group}: before${first ? `, value: e.${first.name}, ratio: e.${first.name}.dividedBy(before.mean_${first.name})` : ''} }
  },
  score: v => rules([{ when: ${first ? 'v.ratio.gt(2)' : `v.${group}.n.gt(10)`}, score: 0.9 }], 0.1),
})
`
}

/** True for an ASCII identifier. */
export const isIdentifier = (text: string): boolean => /^[A-Za-z_]\w*$/.test(text)

/** A TypeScript string literal in single quotes, with invisible characters escaped. */
export const quotedLiteral = (text: string): string =>
  `'${inOneLine(JSON.stringify(text)).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
