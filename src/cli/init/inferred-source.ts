/** Plans the source of `init --from` and `--from-topic`: valid column names, the key, and whether the source needs a map. */
import { basename } from 'node:path'
import { TIME_FORMATS, type InferredColumn, type InferredSchema, type OutcomeChoice } from '../../files/index.ts'
import { SpillwayError, inOneLine, MINUTE_MS, HOUR_MS } from '../../base/index.ts'
import { shellWord } from '../command/print.ts'
import { formatNumber, pluralize } from '../command/text-format.ts'
import { ambiguityText, displayName, inferencesOf, type Inference } from './inferences.ts'
import { knownAfterOf, longestKnownAfter, windowsOf, type InferredWindows } from './inferred-windows.ts'

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
  /** The kind of place that has its records. */
  readonly origin: 'file' | 'topic'
  readonly columns: readonly PlannedColumn[]
  /** The columns that are known at the event. */
  readonly eventColumns: readonly PlannedColumn[]
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
  /** The average number of events of a key in an hour. */
  readonly hourly: number
  /** The column with the time at which the outcome is known. */
  readonly outcomeTime: PlannedColumn | undefined
  /** The longest time from an event to `outcomeTime`, ms. */
  readonly longestDelay: number | undefined
  /** Minutes from an event until its outcome is known: a guess without `outcomeTime`, and if a short history allows less than `longestDelay`. */
  readonly knownAfter: number
  /** Each inference with its evidence. */
  readonly inferences: readonly Inference[]
  /** Warnings for a person, a sentence each. */
  readonly warnings: readonly string[]
}

/** A column that may be the outcome of an event, with the value that means true, and the reason. */
export interface PlannedOutcome extends Pick<OutcomeChoice, 'truth' | 'share' | 'reason'> {
  readonly column: PlannedColumn
}

/** The key of a source whose file has none. */
export const SERIES_KEY = 'series'

/** The id of events of a file without one: all that is known at the event. */
export const ROW_ID = 'row'

/** Fewest records of a sample from which types and roles follow. */
const FEW_RECORDS = 20

/**
 * Throws `SPILL_INPUT` if no column can be the event time. `chosenUnit` is the unit of results that a person chose, `topic` the name of a topic in
 * place of a file.
 */
export function plannedSource(schema: InferredSchema, path: string, chosenUnit?: string, topic?: string): PlannedSource {
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
  const outcomes = schema.outcomes.map(({ column, ...choice }) => ({ ...choice, column: columnOf(column)! }))
  const isLater = ({ field }: PlannedColumn): boolean =>
    field === outcomes[0]?.column.field || schema.later.some(({ column }) => column === field)
  const eventColumns = columns.filter(column => !isLater(column))
  const { outcomeTime } = schema
  const mapped =
    eventColumns.length < columns.length ||
    renamed ||
    key === null ||
    columns.some(needsMap) ||
    (schema.format === 'ndjson' && schema.skipped.length > 0)
  const hourly = schema.span === 0 ? 0 : (schema.sampled * HOUR_MS) / (schema.span * (key?.distinct ?? 1))
  const windows = windowsOf(hourly, schema.history)
  const unit = chosenUnit ?? (outcomes.length > 0 ? unitName(outcomes[0].column) : '')
  const unitReason = `${chosenUnit === undefined ? 'the name of the outcome' : 'as you chose'}; each correct prediction counts one, and has no price yet`
  return {
    name: safeName(topic ?? basename(path).replace(/\..*$/, ''), 'events'),
    origin: topic === undefined ? 'file' : 'topic',
    columns,
    eventColumns,
    key,
    time,
    id: columnOf(schema.id?.column),
    isMapped: mapped,
    outcomes,
    unit,
    sampled: schema.sampled,
    windows,
    hourly,
    outcomeTime: columnOf(outcomeTime?.column),
    knownAfter: outcomeTime
      ? Math.min(Math.floor(outcomeTime.longest / MINUTE_MS) + 1, longestKnownAfter(schema.history))
      : knownAfterOf(schema.history),
    longestDelay: outcomeTime?.longest,
    inferences: inferencesOf(schema, windows, { of: 'unit', value: displayName(unit), evidence: unitReason }),
    warnings: warningsOf(schema, columns, basename(path)),
  }
}

function warningsOf(schema: InferredSchema, columns: readonly PlannedColumn[], file: string): string[] {
  const { sampled, repeated, unclear, outcomes } = schema
  const few = `${file} has ${pluralize(sampled, 'record')}, too few to infer from and to audit; check each type and role, or give a longer file`
  const same = `${formatNumber(repeated)} of ${formatNumber(sampled)} records equal an earlier one in all that is known at the event, and count as sent twice; --id names a column that differs for each event`
  return [
    ...unclear.map(ambiguityText),
    ...(sampled < FEW_RECORDS ? [few] : []),
    ...columns
      .filter(({ hasGaps }) => hasGaps)
      .map(
        ({ field, filled }) =>
          `${formatNumber(sampled - filled)} of ${formatNumber(sampled)} records have no ${displayName(field)}; they will be rejected`,
      ),
    ...(repeated > 0 && outcomes.length > 0 ? [same] : []),
  ]
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
