/** Plans the source of `init --from`: valid column names, the key, and whether the source needs a map. */
import { basename } from 'node:path'
import type { InferredSchema, InferredColumn, OutcomeChoice } from '../../files/index.ts'
import { SpillwayError, inOneLine } from '../../base/index.ts'

/** A column of the file with its name in the source. */
export interface PlannedColumn extends InferredColumn {
  /** Its name in the file; `name` is its name in the source. */
  readonly field: string
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
  /** Average number of events per key and hour in the sample. */
  readonly hourly: number
  /** Each inference with its reason, one line each. */
  readonly reasons: readonly string[]
}

/** A column that may be the outcome of an event, with the value that means true, and the reason. */
export interface PlannedOutcome extends Pick<OutcomeChoice, 'truth' | 'reason'> {
  readonly column: PlannedColumn
}

/** The key of a source whose file has none. */
export const SERIES_KEY = 'series'

/** Throws `SPILL_INPUT` if no column can be the event time. */
export function plannedSource(schema: InferredSchema, path: string): PlannedSource {
  const names = distinctNames(
    schema.columns.map(column => column.name),
    schema.key ? [] : [SERIES_KEY],
  )
  const columns = schema.columns.map((column, i) => ({ ...column, field: column.name, name: names[i] }))
  const columnOf = (field: string | undefined) => columns.find(column => column.field === field)
  const time = columnOf(schema.time?.column)
  if (!time)
    throw new SpillwayError(
      'SPILL_INPUT',
      `has no column that is an event time in every record (ISO 8601, or UTC milliseconds under a name such as 'at'); there is ` +
        `${schema.columns.map(({ name, type }) => `${displayName(name)} (${type})`).join(', ') || 'no column at all'}${leftText(schema)}. Write the source by hand, with a map that makes the time`,
      { place: basename(path) },
    )
  const key = columnOf(schema.key?.column) ?? null
  const renamed = columns.some(column => column.field !== column.name)
  const mapped = renamed || key === null || columns.some(needsMap) || (schema.format === 'ndjson' && schema.skipped.length > 0)
  return {
    name: safeName(basename(path).replace(/\..*$/, ''), 'events'),
    columns,
    key,
    time,
    id: columnOf(schema.id?.column),
    isMapped: mapped,
    outcomes: schema.outcomes.map(({ column, truth, reason }) => ({ column: columnOf(column)!, truth, reason })),
    sampled: schema.sampled,
    hourly: schema.span === 0 ? 0 : (schema.sampled * HOUR) / (schema.span * (key?.distinct ?? 1)),
    reasons: reasonsOf(schema),
  }
}

/** The omitted fields, with the reasons. */
const leftText = ({ skipped: left }: InferredSchema): string =>
  left.length === 0 ? '' : `; left out: ${left.map(({ name, reason }) => `${displayName(name)} (${inOneLine(reason)})`).join(', ')}`

/** True if a map must convert the column's values. */
const needsMap = ({ timeFormat: written, numbers, words, path }: PlannedColumn): boolean =>
  [numbers, words, path].some(each => each !== undefined) || (written !== undefined && ['seconds', 'dmy', 'mdy', 'ymd'].includes(written))

const HOUR = 3_600_000

function reasonsOf({ columns, key, time, id, skipped: left, unclear, sampled, undecodable }: InferredSchema): string[] {
  const choiceText = (role: string, choice: InferredSchema['key'], none: string) =>
    `${role}: ${choice ? `${displayName(choice.column)} (${choice.reason})` : none}`
  return [
    choiceText('key', key, 'none, since no column has repeated values: all events are one series'),
    choiceText('time', time, 'none'),
    ...columns.flatMap(({ name, timeFormat: written }) =>
      written === 'dmy' || written === 'mdy'
        ? [`dates of ${displayName(name)}: ${written === 'dmy' ? 'the day first' : 'the month first'}`]
        : [],
    ),
    ...columns.flatMap(({ name, numbers, words }) => [
      ...(numbers
        ? [`numbers of ${displayName(name)}: a comma ${numbers === 'comma' ? 'begins the fraction' : 'separates thousands'}`]
        : []),
      ...(words ? [`${displayName(name)}: ${displayName(words.yes)} is true, ${displayName(words.no)} is false`] : []),
    ]),
    ...unclear.map(ambiguityText),
    choiceText('id', id, 'none, so that a record sent twice is two events'),
    `types: the narrowest that fit ${sampled} records; a later record that does not fit is rejected with the reason`,
    ...(undecodable > 0 ? [`not decoded: ${undecodable} records of the sample`] : []),
    ...left.map(({ name, reason }) => `left out: ${displayName(name)} (${reason})`),
  ]
}

/** Describes a column whose commas may separate thousands or begin a fraction, and the option that decides it. */
export const ambiguityText = ({ name, text, place }: InferredSchema['unclear'][number]): string =>
  `${inOneLine(place)}: ${displayName(name)} is text for now: ${inOneLine(JSON.stringify(text))} is ambiguous; add --decimal comma or --decimal point`

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
