/** What `init --from` makes of an inferred schema: names that a source may have, the key, and how each column is declared. */
import { basename } from 'node:path'
import type { InferredSchema } from '../../files/infer.ts'
import type { InferredColumn } from '../../files/column-sample.ts'
import type { OutcomeChoice } from '../../files/likely-outcome.ts'
import { SpillwayError } from '../../base/errors.ts'
import { inOneLine } from '../../base/show.ts'

export interface PlannedColumn extends InferredColumn {
  /** Its name in the file; `name` is what the source calls it. */
  readonly field: string
}

export interface PlannedSource {
  readonly name: string
  readonly columns: readonly PlannedColumn[]
  /** NULL if no column says what events belong to: all are one series then. */
  readonly key: PlannedColumn | null
  readonly time: PlannedColumn
  readonly id: PlannedColumn | undefined
  /** Records do not have the columns of the source as they stand: names that are none, times as nobody reads them, fields to be left, or no key. */
  readonly mapped: boolean
  /** Columns that may say what came of an event, the likeliest first. */
  readonly outcomes: readonly PlannedOutcome[]
  /** Records that were looked at. */
  readonly sampled: number
  /** Events that a key has in an hour of the sample. */
  readonly hourly: number
  /** What was inferred and why, a line each. */
  readonly reasons: readonly string[]
}

export interface PlannedOutcome extends Pick<OutcomeChoice, 'truth' | 'reason'> {
  readonly column: PlannedColumn
}

/** The key of a source whose file has none. */
export const SERIES = 'series'

/** Throws `SPILL_INPUT` if no column can be the event time. */
export function plannedSource(schema: InferredSchema, path: string): PlannedSource {
  const names = distinctNames(
    schema.columns.map(column => column.name),
    schema.key ? [] : [SERIES],
  )
  const columns = schema.columns.map((column, i) => ({ ...column, field: column.name, name: names[i] }))
  const columnOf = (field: string | undefined) => columns.find(column => column.field === field)
  const time = columnOf(schema.time?.column)
  if (!time)
    throw new SpillwayError(
      'SPILL_INPUT',
      `has no column that is an event time in every record (ISO 8601, or UTC milliseconds under a name such as 'at'); there is ` +
        `${schema.columns.map(({ name, type }) => `${shownName(name)} (${type})`).join(', ') || 'no column at all'}${leftText(schema)}. Write the source by hand, with a map that makes the time`,
      { place: basename(path) },
    )
  const key = columnOf(schema.key?.column) ?? null
  const renamed = columns.some(column => column.field !== column.name)
  const mapped = renamed || key === null || columns.some(needsMap) || (schema.format === 'ndjson' && schema.left.length > 0)
  return {
    name: safeName(basename(path).replace(/\..*$/, ''), 'events'),
    columns,
    key,
    time,
    id: columnOf(schema.id?.column),
    mapped,
    outcomes: schema.outcomes.map(({ column, truth, reason }) => ({ column: columnOf(column)!, truth, reason })),
    sampled: schema.sampled,
    hourly: schema.span === 0 ? 0 : (schema.sampled * HOUR) / (schema.span * (key?.distinct ?? 1)),
    reasons: reasonsOf(schema),
  }
}

/** The fields that are no columns, with what they are. */
const leftText = ({ left }: InferredSchema): string =>
  left.length === 0 ? '' : `; left out: ${left.map(({ name, reason }) => `${shownName(name)} (${inOneLine(reason)})`).join(', ')}`

/** Values that no column reads as the file has them: a map must make them of what there is. */
const needsMap = ({ written, numbers, words, path }: PlannedColumn): boolean =>
  [numbers, words, path].some(each => each !== undefined) || (written !== undefined && ['seconds', 'dmy', 'mdy', 'ymd'].includes(written))

const HOUR = 3_600_000

function reasonsOf({ columns, key, time, id, left, unclear, sampled, undecodable }: InferredSchema): string[] {
  const chosen = (what: string, choice: InferredSchema['key'], none: string) =>
    `${what}: ${choice ? `${shownName(choice.column)} (${choice.reason})` : none}`
  return [
    chosen('key', key, 'none, since no column comes again and again: all events are one series'),
    chosen('time', time, 'none'),
    ...columns.flatMap(({ name, written }) =>
      written === 'dmy' || written === 'mdy'
        ? [`dates of ${shownName(name)}: ${written === 'dmy' ? 'the day first' : 'the month first'}`]
        : [],
    ),
    ...columns.flatMap(({ name, numbers, words }) => [
      ...(numbers ? [`numbers of ${shownName(name)}: a comma ${numbers === 'comma' ? 'begins the fraction' : 'separates thousands'}`] : []),
      ...(words ? [`${shownName(name)}: ${shownName(words.yes)} is true, ${shownName(words.no)} is false`] : []),
    ]),
    ...unclear.map(unclearText),
    chosen('id', id, 'none, so that a record sent twice is two events'),
    `types: the narrowest that ${sampled} records have; one that does not fit later is refused, with its reason`,
    ...(undecodable > 0 ? [`not decoded: ${undecodable} of the records looked at`] : []),
    ...left.map(({ name, reason }) => `left out: ${shownName(name)} (${reason})`),
  ]
}

/** A column of numbers that may be one thing or the other, and the option that says which. */
export const unclearText = ({ name, text, place }: InferredSchema['unclear'][number]): string =>
  `${inOneLine(place)}: ${shownName(name)} is text for now: ${inOneLine(JSON.stringify(text))} is a thousand or a fraction; --decimal comma or --decimal point says which`

/** Names of letters, digits and _ that differ by more than case. */
function distinctNames(fields: readonly string[], reserved: readonly string[]): string[] {
  const taken = new Set(reserved)
  return fields.map(field => {
    const base = safeName(field, 'column')
    let name = base
    for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${base}_${n}`
    taken.add(name.toLowerCase())
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

/** A name for a comment or a terminal: on one line, whatever it is. */
export const shownName = (name: string): string => (/^[\w .-]+$/.test(name) ? name : inOneLine(JSON.stringify(name)))
