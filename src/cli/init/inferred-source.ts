/** Plans the source of `init --from`: valid column names, the key, and whether the source needs a map. */
import { basename } from 'node:path'
import { TIME_FORMATS, type ColumnChoice, type InferredColumn, type InferredSchema, type OutcomeChoice } from '../../files/index.ts'
import { SpillwayError, inOneLine } from '../../base/index.ts'
import { shellWord } from '../command/print.ts'
import { formatNumber, pluralize } from '../command/text-format.ts'
import { knownAfterOf, windowsOf, type InferredWindows } from './inferred-windows.ts'

/** A column of the file with its name in the source. */
export interface PlannedColumn extends InferredColumn {
  /** Its name in the file; `name` is its name in the source. */
  readonly field: string
  /** Some records have no value, and the source rejects them, since the column has a role. */
  readonly hasGaps: boolean
}

/** The source to generate for the file. */
export interface PlannedSource {
  readonly name: string
  readonly columns: readonly PlannedColumn[]
  /** `null` if no column can be the key: all events are one series. */
  readonly key: PlannedColumn | null
  readonly time: PlannedColumn
  readonly id: PlannedColumn | undefined
  /** The source needs a map: for invalid names, unusual formats, omitted fields, or a missing key. */
  readonly isMapped: boolean
  /** Columns that may be the outcome of an event, the most likely first. */
  readonly outcomes: readonly PlannedOutcome[]
  /** Number of records in the sample. */
  readonly sampled: number
  /** The unit of results: the name of an outcome that was caught. */
  readonly unit: string
  readonly windows: InferredWindows
  /** Minutes from an event until its outcome is known: a guess. */
  readonly knownAfter: number
  /** Each inference with its evidence. */
  readonly inferences: readonly Inference[]
  /** Warnings for a person, a sentence each. */
  readonly warnings: readonly string[]
}

/** A column that may be the outcome of an event, with the value that means true, and the reason. */
export interface PlannedOutcome extends Pick<OutcomeChoice, 'truth' | 'reason'> {
  readonly column: PlannedColumn
}

/** One inference with its evidence: `key`, `customer`, `812 distinct values in 10,000 records`. */
export interface Inference {
  readonly of: string
  readonly value: string
  readonly evidence: string
}

/** The key of a source whose file has none. */
export const SERIES_KEY = 'series'

/** The id in `audit.ts` of a source whose file has none: the whole record. */
export const ROW_ID = 'row'

/** Fewest records of a sample from which types and roles follow. */
const FEW_RECORDS = 20

/** Throws `SPILL_INPUT` if no column can be the event time. `chosenUnit` is the unit of results that a person chose. */
export function plannedSource(schema: InferredSchema, path: string, chosenUnit?: string): PlannedSource {
  const names = distinctNames(
    schema.columns.map(column => column.name),
    [...(schema.key ? [] : [SERIES_KEY]), ...(schema.id ? [] : [ROW_ID])],
  )
  // A record without its key, time or id is rejected.
  const required = [schema.key, schema.time, schema.id].map(choice => choice?.column)
  const columns = schema.columns.map((column, i) => {
    const hasGaps = column.nullable && required.includes(column.name)
    return { ...column, field: column.name, name: names[i], nullable: column.nullable && !hasGaps, hasGaps }
  })
  const columnOf = (field: string | undefined) => columns.find(column => column.field === field)
  const time = columnOf(schema.time?.column)
  if (!time) throw noTimeError(schema, path)
  const key = columnOf(schema.key?.column) ?? null
  const renamed = columns.some(column => column.field !== column.name)
  const mapped = renamed || key === null || columns.some(needsMap) || (schema.format === 'ndjson' && schema.skipped.length > 0)
  const hourly = schema.span === 0 ? 0 : (schema.sampled * HOUR) / (schema.span * (key?.distinct ?? 1))
  const windows = windowsOf(hourly, schema.history)
  const outcomes = schema.outcomes.map(({ column, truth, reason }) => ({ column: columnOf(column)!, truth, reason }))
  const unit = chosenUnit ?? (outcomes.length > 0 ? unitName(outcomes[0].column) : '')
  const unitReason = `${chosenUnit === undefined ? 'the name of the outcome' : 'as you chose'}; each correct prediction counts one, and has no price yet`
  return {
    name: safeName(basename(path).replace(/\..*$/, ''), 'events'),
    columns,
    key,
    time,
    id: columnOf(schema.id?.column),
    isMapped: mapped,
    outcomes,
    unit,
    sampled: schema.sampled,
    windows,
    knownAfter: knownAfterOf(schema.history),
    inferences: inferencesOf(schema, windows, { of: 'unit', value: displayName(unit), evidence: unitReason }),
    warnings: [
      ...schema.unclear.map(ambiguityText),
      ...(schema.sampled < FEW_RECORDS
        ? [
            `${basename(path)} has ${pluralize(schema.sampled, 'record')}, too few to infer from and to audit; check each type and role, or give a longer file`,
          ]
        : []),
      ...columns.flatMap(({ field, filled, hasGaps }) =>
        hasGaps
          ? [
              `${formatNumber(schema.sampled - filled)} of ${formatNumber(schema.sampled)} records have no ${displayName(field)}; they will be rejected`,
            ]
          : [],
      ),
    ],
  }
}

/** The name of an outcome that was caught: the column's, without signs such as the question mark of `Late?`. */
function unitName({ field, name }: PlannedColumn): string {
  const words = field.replaceAll(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '')
  return /^[\p{L}\p{N} _-]+$/u.test(words) ? words : name
}

function noTimeError({ columns, skipped, unclear }: InferredSchema, path: string): SpillwayError {
  const nullable = columns.find(({ type }) => type === 'timestamp')
  const types = columns.map(({ name, type }) => `${displayName(name)} (${type})`).join(', ') || 'no column at all'
  const omitted = skipped.map(({ name, reason }) => `${displayName(name)} (${inOneLine(reason)})`).join(', ')
  const mixed = unclear.filter(({ kind }) => kind === 'mixed dates').map(ambiguityText)
  const advice = nullable
    ? `--time ${shellWord(nullable.name)} takes a column that some records leave empty, and these records are rejected`
    : 'add a column with the time of each event, or write the source by hand, with a map that makes the time'
  return new SpillwayError(
    'SPILL_INPUT',
    `has no column with an event time in every record (${TIME_FORMATS}); it has ${types}` +
      `${omitted === '' ? '' : `; left out: ${omitted}`}${mixed.map(text => `; ${text}`).join('')}; ${advice}`,
    { place: basename(path) },
  )
}

/** True if a map must convert the column's values. */
const needsMap = ({ timeFormat: written, numbers, words, path, isStringified }: PlannedColumn): boolean =>
  [numbers, words, path, isStringified].some(each => each !== undefined) ||
  (written !== undefined && ['seconds', 'dmy', 'mdy', 'ymd'].includes(written))

const HOUR = 3_600_000

function inferencesOf(
  { columns, key, time, id, outcomes, omitted, skipped, sampled, undecodable }: InferredSchema,
  windows: InferredWindows,
  unit: Inference,
): Inference[] {
  const chosen = (of: string, choice: ColumnChoice | undefined, none: string): Inference => ({
    of,
    value: choice ? displayName(choice.column) : 'none',
    evidence: choice?.reason ?? (omitted.has(of) ? 'as you chose' : none),
  })
  const timeColumn = columns.find(({ name }) => name === time?.column)
  return [
    chosen('key', key, 'no column has repeated values, so all events are one series'),
    { ...chosen('time', time, ''), evidence: [time?.reason, timeColumn && formatText(timeColumn)].filter(Boolean).join('; ') },
    chosen('id', id, 'no column is called an id and differs in every record, so a record sent twice is two events'),
    chosen('outcome', outcomes[0], 'no column is true or false, 0 or 1, yes or no'),
    ...(outcomes.length > 0 ? [unit] : []),
    ...columns.flatMap(column => {
      const format = column === timeColumn ? undefined : formatText(column)
      return format === undefined ? [] : [{ of: 'format', value: displayName(column.name), evidence: format }]
    }),
    {
      of: 'types',
      value: typesText(columns),
      evidence: `the narrowest that fit ${formatNumber(sampled)} records; a later record that does not fit is rejected with the reason`,
    },
    { of: 'windows', value: `${windows.short}, ${windows.long}`, evidence: windows.reason },
    ...(undecodable > 0 ? [{ of: 'not decoded', value: `${undecodable} records`, evidence: 'of the sample' }] : []),
    ...skipped.map(({ name, reason }) => ({ of: 'left out', value: displayName(name), evidence: inOneLine(reason) })),
  ]
}

/** `int items, tickets; string kitchen`. */
function typesText(columns: InferredSchema['columns']): string {
  const byType = Map.groupBy(columns, ({ type, scale }) => (scale === undefined ? type : `${type}(${scale})`))
  return [...byType].map(([type, each]) => `${type} ${each.map(({ name }) => displayName(name)).join(', ')}`).join('; ')
}

/** The format of a column whose values a map converts. */
function formatText({ timeFormat, numbers, words, example = '' }: InferredColumn): string | undefined {
  const text = displayName(example)
  if (timeFormat === 'dmy') return `the day first, as in ${text}`
  if (timeFormat === 'mdy') return `the month first, as in ${text}`
  if (timeFormat === 'seconds') return 'epoch seconds'
  if (timeFormat === 'epoch') return 'epoch milliseconds'
  if (numbers) return `a comma ${numbers === 'comma' ? 'begins the fraction' : 'separates thousands'}, as in ${text}`
  return words && `${displayName(words.yes)} is true, ${displayName(words.no)} is false`
}

/** Describes a column whose format no column shows, and the option that decides it. */
export function ambiguityText({ name, kind, order, text, place }: InferredSchema['unclear'][number]): string {
  const column = `${inOneLine(place)}: ${displayName(name)}`
  const value = inOneLine(JSON.stringify(text))
  if (kind === 'comma') return `${column} is text for now: ${value} is ambiguous; add --decimal comma or --decimal point`
  if (kind === 'point')
    return `${column}: ${value} is read as ${Number(text)}; if the point separates thousands, add --decimal comma, else --decimal point`
  if (kind === 'mixed dates') return `${column} is text: ${value} has its day and month in a different order than an earlier date`
  const isDayFirst = order === 'dmy'
  return `${column}: ${value} is read with the ${isDayFirst ? 'day' : 'month'} first, and no date shows it; add --dates ${isDayFirst ? 'month-first' : 'day-first'} if that is wrong, else --dates ${isDayFirst ? 'day-first' : 'month-first'}`
}

/** Valid names (letters, digits and _) that are distinct even without case. */
function distinctNames(fields: readonly string[], reserved: readonly string[]): string[] {
  const used = new Set(reserved)
  return fields.map(field => {
    const base = safeName(field, 'column')
    let name = base
    for (let n = 2; used.has(name.toLowerCase()); n++) name = `${base}_${n}`
    used.add(name.toLowerCase())
    return name
  })
}

function safeName(text: string, otherwise: string): string {
  if (/^[A-Za-z_]\w*$/.test(text) && text !== '__proto__') return text
  const bare = text
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/\W+/g, '_')
    .replaceAll(/^_+|_+$/g, '')
  return bare === '' ? otherwise : /^\d/.test(bare) ? `${otherwise}_${bare}` : bare
}

/** A name for a comment or a terminal, escaped to one line. */
export const displayName = (name: string): string => (/^[\w .-]+$/.test(name) ? name : inOneLine(JSON.stringify(name)))
