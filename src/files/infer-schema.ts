/**
 * Infers the schema of a file, for `spillway init --from FILE`: columns with types, and the likely key, event time and id, each with a
 * reason. A guess from the first records, for a person to correct.
 */
import { inOneLine, SpillwayError } from '../base/index.ts'
import type { TypeIR } from '../define/ir/index.ts'
import { ColumnSample, type ColumnFormat, type InferredColumn, type ValueCounts } from './column-sample.ts'
import { chosenColumns, unknownColumnError, type ColumnOverrides } from './chosen-columns.ts'
import { fileFormats, type PreferredFormats, type UnclearFormat } from './file-formats.ts'
import type { FileFormat } from './io/input-file.ts'
import { likelyId, likelyKey, likelyOutcomes, likelyTime, type ColumnChoice, type OutcomeChoice } from './likely-columns.ts'
import { hasOnlyDates, liveRecord, repeatedRecords, laterColumns, type LaterColumn, type OutcomeTime } from './later-columns.ts'
import type { RecordsSample } from './records-sample.ts'

export interface InferredSchema {
  readonly format: FileFormat
  readonly columns: readonly InferredColumn[]
  /** Fields that cannot be columns: nested, or of several types. */
  readonly skipped: readonly { readonly name: string; readonly reason: string }[]
  /** Columns whose format is ambiguous, with an example and its place. */
  readonly unclear: readonly UnclearFormat[]
  readonly key: ColumnChoice | undefined
  readonly time: ColumnChoice | undefined
  readonly id: ColumnChoice | undefined
  /** Columns that may hold the outcome of an event, likeliest first. */
  readonly outcomes: readonly OutcomeChoice[]
  /** Columns that are known only after their event, without the outcome. */
  readonly later: readonly LaterColumn[]
  /** The column with the time of the outcome. */
  readonly outcomeTime: OutcomeTime | undefined
  /** A record as a live source may send it: the last one sampled, with the columns that are known at the event. */
  readonly live: Readonly<Record<string, unknown>>
  /** Without an id: number of sampled records that equal an earlier one in all columns that are known at the event. */
  readonly repeated: number
  /** Roles that a person chose to leave out. */
  readonly omitted: ReadonlySet<string>
  /** From the first event time of the sample to the last, ms. */
  readonly span: number
  /** From the first event time of the file to the last, ms; estimated from the fraction that was sampled if the times rise. */
  readonly history: number
  /** True if the event times are dates, without a time of day. */
  readonly hasOnlyDates: boolean
  /** Number of sampled records, and of those that could not be decoded. */
  readonly sampled: number
  readonly undecodable: number
}

/** Formats and columns that a person states. */
export interface InferOptions extends PreferredFormats, ColumnOverrides {
  /** Types by column. */
  readonly types?: ReadonlyMap<string, TypeIR> | undefined
}

/** Least share of times not below the previous time, in a file that is in the order of its times. */
const ORDERED_SHARE = 0.9

/** @throws `SPILL_NOT_FOUND` for an override of a column that the file does not have, `SPILL_INPUT` for a column that cannot have its role. */
export function schemaOfSample(sample: RecordsSample, options: InferOptions = {}): InferredSchema {
  const { samples, sampled, undecodable } = sample
  const formats = fileFormats(samples, options)
  const declared = new Map(sample.declared.map(({ name, type }) => [name, type]))
  const columns: InferredColumn[] = []
  const skipped: { name: string; reason: string }[] = []
  for (const [name, values] of samples) {
    // A column of whole numbers that is chosen as the time has epoch times, whatever its name is.
    const epoch =
      options.time === name && values.fits({ type: 'timestamp' }, formats.formatOf(name)) ? ({ type: 'timestamp' } as const) : undefined
    const override = options.types?.get(name) ?? epoch
    const format = override?.type === 'string' ? {} : formats.formatOf(name)
    const problem = sample.problemOf(name)
    if (override && (problem !== undefined || !values.fits(override, format))) throw typeError(sample.file, name, override, values)
    const type = problem === undefined ? (override ?? values.inferType(name, declared.get(name), format)) : { reason: problem }
    if ('reason' in type) skipped.push({ name, reason: type.reason })
    else
      columns.push(
        columnOf({ name, ...type, nullable: values.filled < sampled, distinct: values.distinct, filled: values.filled }, values, {
          declared: declared.get(name),
          format,
          path: sample.paths.get(name),
        }),
      )
  }
  for (const name of options.types?.keys() ?? []) if (!samples.has(name)) throw unknownColumnError(sample.file, name, [...samples.keys()])
  const timesOf = (name: string) => samples.get(name)!.range(formats.formatOf(name))
  const ascendingShare = (name: string) => timesOf(name).ascending / samples.get(name)!.filled
  const chosen = chosenColumns(sample.file, columns, options)
  const choices = Object.values(chosen)
  const time = chosen.time ?? likelyTime(columns.filter(isFree(choices)), ascendingShare)
  const id = chosen.id === undefined ? likelyId(columns.filter(isFree(choices)), sampled, time) : (chosen.id ?? undefined)
  const key = chosen.key === undefined ? likelyKey(columns, sampled, [...choices, time, id]) : (chosen.key ?? undefined)
  const outcomes = chosen.outcome === undefined ? likelyOutcomes(columns, [key, time, id]) : chosen.outcome === null ? [] : [chosen.outcome]
  const others = likelyOutcomes(columns, [key, time, id, outcomes[0]]).filter(({ isNamed }) => isNamed && outcomes.length > 0)
  const known = laterColumns(sample, columns, {
    time,
    outcome: outcomes[0],
    otherOutcomes: others,
    keys: [key?.column, id?.column],
  })
  const atEvent = columns.filter(({ name }) => name !== outcomes[0]?.column && !known.later.some(({ column }) => column === name))
  const timeColumn = columns.find(({ name }) => name === time?.column)
  const dates = timeColumn !== undefined && hasOnlyDates(sample, timeColumn)
  const span = timeColumn ? timesOf(timeColumn.name).span * (timeColumn.timeFormat === 'seconds' ? 1000 : 1) : 0
  const history = timeColumn && ascendingShare(timeColumn.name) >= ORDERED_SHARE ? span / sample.share : span
  const omitted = new Set(Object.keys(chosen).filter(role => chosen[role as 'key'] === null))
  const { format } = sample
  const unclear = formats.unclear.filter(({ name }) => options.types?.get(name)?.type !== 'string')
  return {
    format,
    columns: withDeclaredNulls(columns, sample, [key, time, id, outcomes[0]]),
    skipped,
    unclear,
    key,
    time,
    id,
    outcomes,
    ...known,
    live: liveRecord(sample, atEvent),
    repeated: id ? 0 : repeatedRecords(sample, atEvent),
    omitted,
    span,
    history,
    hasOnlyDates: dates,
    sampled,
    undecodable,
  }
}

/** The columns, nullable as well where a schema says so; a column with a role is as its values are. */
function withDeclaredNulls(
  columns: readonly InferredColumn[],
  { declared }: Pick<RecordsSample, 'declared'>,
  roles: readonly (ColumnChoice | undefined)[],
): readonly InferredColumn[] {
  const mayBeNull = new Set(declared.flatMap(({ name, nullable }) => (nullable ? [name] : [])))
  for (const role of roles) if (role) mayBeNull.delete(role.column)
  return columns.map(column => (mayBeNull.has(column.name) ? { ...column, nullable: true } : column))
}

const typeError = (file: string, name: string, { type, scale }: TypeIR, { firstText }: ColumnSample): SpillwayError => {
  const typeText = scale === undefined ? type : `${type}(${scale})`
  const problem = `has values in ${JSON.stringify(name)}, such as ${JSON.stringify(firstText)}, that are not all of type ${typeText}`
  return new SpillwayError('SPILL_INPUT', inOneLine(`${problem}; give --type a different type, such as string`), { place: file })
}

const isFree =
  (choices: readonly (ColumnChoice | null | undefined)[]) =>
  ({ name }: InferredColumn): boolean =>
    !choices.some(choice => choice?.column === name)

interface FileFacts {
  readonly declared: string | undefined
  readonly format: ColumnFormat
  readonly path: readonly string[] | undefined
}

function columnOf(column: InferredColumn, sample: ColumnSample, { declared, format, path }: FileFacts): InferredColumn {
  const { words } = sample
  const { type } = column
  const isWords = type === 'bool' && words !== undefined
  const counts = isWords ? wordCounts(words) : type === 'bool' ? boolCounts(sample.valueCounts) : sample.valueCounts
  const example = sample.example(format)
  return {
    ...column,
    ...(counts && { valueCounts: counts }),
    ...(type === 'timestamp' && { timeFormat: sample.timeFormat(declared, format) }),
    ...(format.numbers && { numbers: format.numbers }),
    ...(example !== undefined && { example }),
    ...(path && { path }),
    ...(type === 'string' && sample.hasNonText && { isStringified: true as const }),
    ...(type === 'string' && sample.isProse && { isProse: true as const }),
    ...(isWords && { words: { yes: words.yes, no: words.no } }),
  }
}

const wordCounts = ({ yes, no, counts }: NonNullable<ColumnSample['words']>): ValueCounts => [
  [yes, counts[0]],
  [no, counts[1]],
]

/** `TRUE` and `true` are one value. */
function boolCounts(counts: ValueCounts | undefined): ValueCounts | undefined {
  const byWord = new Map<string, number>()
  for (const [value, records] of counts ?? []) {
    const word = String(value).toLowerCase()
    byWord.set(word, (byWord.get(word) ?? 0) + records)
  }
  return counts && [...byWord]
}
