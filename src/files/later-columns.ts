/**
 * Finds the columns that are known only after their event, for `spillway init --from FILE`: the time of the outcome, and columns that say the
 * outcome. A model that reads them predicts what has happened, and a live source cannot send them. Guesses from the first records.
 */
import { spanTitle, DAY_MS } from '../base/index.ts'
import { parseInstant } from '../intake/index.ts'
import type { InferredColumn } from './column-sample.ts'
import { dateInstant, parseDate } from './date-format.ts'
import { wordsOf, type ColumnChoice, type OutcomeChoice } from './likely-columns.ts'
import type { RecordsSample } from './records-sample.ts'

/** A column that is known only after its event, with the evidence. */
export type LaterColumn = ColumnChoice

/** The column with the time at which the outcome became known. */
export interface OutcomeTime extends ColumnChoice {
  /** The longest time from an event to its outcome, ms. */
  readonly longest: number
}

export interface KnownLater {
  readonly later: readonly LaterColumn[]
  readonly outcomeTime: OutcomeTime | undefined
}

/** The columns with a role, and other columns with the name of an outcome. */
export interface Roles {
  readonly time: ColumnChoice | undefined
  readonly outcome: OutcomeChoice | undefined
  readonly otherOutcomes: readonly ColumnChoice[]
  /** The names of the key and of the id. */
  readonly keys: readonly (string | undefined)[]
}

/** Fewest records of either outcome, or of a column, that are evidence. */
const FEWEST = 5
/** Greatest probability of a coincidence. */
const COINCIDENCE = 1e-4
/** Least share of times that are not before the event, and of those that are after it. */
const NOT_BEFORE_SHARE = 0.99
const AFTER_SHARE = 0.9
/** The share of delays that counts, where the longest is longer than the history: it may stand for an unknown time. */
const USUAL_SHARE = 0.99
/** Greatest share of records whose number occurs with either outcome, as after rounding, in a column that tells the outcome. */
const OVERLAP_SHARE = 0.01
/** Least share of the records with the time of the outcome, where nothing else tells that it is. */
const MOSTLY_SHARE = 0.9
/** Least records per value of a column whose values tell the outcome. */
const PER_VALUE = 10
/** Names of times that are planned at the event. */
const plannedName = /plan|sched|promis|expect|due|estimat|expir|valid|until|deadline|target|\beta\b|soll|geplant|termin|fällig|prévu/i

/** `columns` are the typed columns of the sample. */
export function laterColumns({ records }: Pick<RecordsSample, 'records'>, columns: readonly InferredColumn[], roles: Roles): KnownLater {
  const { time, outcome, otherOutcomes, keys } = roles
  const columnOf = (choice: ColumnChoice | undefined) => columns.find(({ name }) => name === choice?.column)
  const rawValues = (column: InferredColumn): unknown[] => records.map(record => rawValue(column, record))
  const [timeColumn, outcomeColumn] = [columnOf(time), columnOf(outcome)]
  const times = timeColumn ? rawValues(timeColumn).map(raw => instantOf(timeColumn, raw)) : []
  const outcomes = outcomeColumn ? rawValues(outcomeColumn).map(raw => isTrue(outcomeColumn, outcome!.truth, raw)) : []
  const later: LaterColumn[] = []
  const outcomeTimes: (OutcomeTime & { readonly rank: number; readonly usual: number })[] = []
  for (const column of columns) {
    const { name, type } = column
    if (column === timeColumn || column === outcomeColumn || keys.includes(name)) continue
    const values = rawValues(column)
    const delays = type === 'timestamp' && !plannedName.test(name) ? delaysAfter(times, column, values) : undefined
    const filled = filledReason(values, outcomes)
    const reason =
      (delays && `after ${time!.column}, by ${spanTitle(delays.longest)} at most and ${spanTitle(delays.usual)} at the median`) ??
      filled ??
      valueReason(column, values, outcomes) ??
      (otherOutcomes.some(choice => choice.column === name) ? 'its name suggests an outcome, too' : undefined)
    if (reason === undefined) continue
    later.push({ column: name, reason })
    if (!delays || !outcome) continue
    const rank =
      (filled === undefined ? 0 : 4) + (sharesWord(name, outcome.column) ? 2 : 0) + (column.filled >= MOSTLY_SHARE * records.length ? 1 : 0)
    if (rank > 0) outcomeTimes.push({ column: name, reason, longest: delays.longest, usual: delays.usual, rank })
  }
  const [best] = outcomeTimes.toSorted((a, b) => b.rank - a.rank || b.usual - a.usual)
  return { later, outcomeTime: best && { column: best.column, reason: best.reason, longest: best.longest } }
}

/** The value of a field, which may be nested. */
const rawValue = ({ name, path = [name] }: InferredColumn, record: unknown): unknown =>
  path.reduce<unknown>((value, field) => (value as Readonly<Record<string, unknown>> | null | undefined)?.[field], record)

/** The last record as JSON that a live source may send: with these columns alone, and numbers of a text file as numbers. */
export function liveRecord({ records }: Pick<RecordsSample, 'records'>, columns: readonly InferredColumn[]): Record<string, unknown> {
  const live: Record<string, unknown> = {}
  for (const column of columns) {
    const raw = rawValue(column, records.at(-1))
    if (isMissing(raw)) continue
    const path = column.path ?? [column.name]
    const parent = path.slice(0, -1).reduce((object, name) => (object[name] ??= {}) as Record<string, unknown>, live)
    parent[path.at(-1)!] = typeof raw === 'string' ? jsonValue(column, raw) : raw
  }
  return live
}

/** The value of a text. Texts that a map converts stay, and decimals, so that they keep their digits. */
function jsonValue({ type, timeFormat, numbers, words }: InferredColumn, text: string): unknown {
  if (numbers || words) return text
  const isNumber = type === 'int' || type === 'double' || timeFormat === 'epoch' || timeFormat === 'seconds'
  if (type === 'bool') return text.toLowerCase() === 'true'
  return isNumber ? Number(text) : text
}

/** True if all times of a column are at midnight: dates, without a time of day. */
export const hasOnlyDates = ({ records }: Pick<RecordsSample, 'records'>, column: InferredColumn): boolean =>
  records.every(record => {
    const time = instantOf(column, rawValue(column, record))
    return Number.isNaN(time) || time % DAY_MS === 0
  })

/** Number of records that equal an earlier one in all these columns. */
export const repeatedRecords = ({ records }: Pick<RecordsSample, 'records'>, columns: readonly InferredColumn[]): number =>
  records.length - new Set(records.map(record => columns.map(column => rawText(rawValue(column, record))).join('\u0000'))).size

const rawText = (raw: unknown): string => (isMissing(raw) ? '' : String(raw))

const isMissing = (raw: unknown): boolean => raw === null || raw === undefined

/** UTC ms, where a time without an offset is UTC; NaN without a time. */
function instantOf({ timeFormat }: InferredColumn, raw: unknown): number {
  if (isMissing(raw)) return NaN
  if (timeFormat === 'seconds') return Number(raw) * 1000
  if (timeFormat === 'dmy' || timeFormat === 'mdy' || timeFormat === 'ymd') {
    const date = parseDate(String(raw))
    return date ? dateInstant(date, timeFormat) : NaN
  }
  return typeof raw === 'string' && !/^\d+$/.test(raw) ? (parseInstant(raw, undefined) ?? NaN) : Number(raw)
}

/** `undefined` for an unknown outcome. */
function isTrue({ type, words }: InferredColumn, truth: OutcomeChoice['truth'], raw: unknown): boolean | undefined {
  if (isMissing(raw)) return undefined
  const text = String(raw).trim()
  if (type === 'bool') return text.toLowerCase() === (words ? words[truth === true ? 'yes' : 'no'] : String(truth))
  return typeof truth === 'number' ? Number(raw) === truth : text === truth
}

/** The delays of times that are after the event times; `undefined` if they are not, or too few. */
function delaysAfter(times: readonly number[], column: InferredColumn, values: readonly unknown[]) {
  const all = values.map((raw, i) => instantOf(column, raw) - times[i]).filter(delay => !Number.isNaN(delay))
  const delays = all.filter(delay => delay >= 0).toSorted((a, b) => a - b)
  const after = delays.filter(delay => delay > 0).length
  if (all.length < FEWEST || delays.length < NOT_BEFORE_SHARE * all.length || after < AFTER_SHARE * all.length) return undefined
  const known = times.filter(time => !Number.isNaN(time))
  const span =
    known.reduce((latest, time) => Math.max(latest, time), -Infinity) - known.reduce((first, time) => Math.min(first, time), Infinity)
  const quantile = (share: number): number => delays[Math.min(delays.length - 1, Math.floor(share * delays.length))]
  const longest = delays.at(-1)!
  return { longest: longest <= span ? longest : quantile(USUAL_SHARE), usual: quantile(0.5) }
}

/** The reason if the records with a value, or those without one, all have the same outcome. */
function filledReason(values: readonly unknown[], outcomes: readonly (boolean | undefined)[]): string | undefined {
  if (outcomes.length === 0) return undefined
  const share = (of: (outcome: boolean | undefined) => boolean): number => outcomes.filter(of).length / outcomes.length
  const isConstant = (rows: readonly (boolean | undefined)[], of: (outcome: boolean | undefined) => boolean): boolean =>
    rows.length >= FEWEST && rows.every(of) && share(of) ** rows.length < COINCIDENCE
  const filled = outcomes.filter((_, i) => !isMissing(values[i]))
  const empty = outcomes.filter((_, i) => isMissing(values[i]))
  for (const truth of [true, false]) {
    if (isConstant(filled, outcome => outcome === truth)) return `it has a value only where the outcome is ${truth}`
    if (isConstant(empty, outcome => outcome === truth)) return `it is empty only where the outcome is ${truth}`
  }
  return isConstant(filled, outcome => outcome !== undefined) ? 'it has a value only where the outcome is known' : undefined
}

/** The reason if the values tell the outcome: numbers by a bound, a few values each by itself. */
function valueReason(column: InferredColumn, values: readonly unknown[], outcomes: readonly (boolean | undefined)[]): string | undefined {
  const rowsOf = (truth: boolean) => values.filter((raw, i) => outcomes[i] === truth && !isMissing(raw))
  const [where, elsewhere] = [rowsOf(true), rowsOf(false)]
  if (where.length < FEWEST || elsewhere.length < FEWEST) return undefined
  if (['int', 'decimal', 'double'].includes(column.type)) {
    const [numbers, others] = [where, elsewhere].map(raws => raws.map(raw => numberOf(column, raw)))
    const [range, otherRange] = [rangeOf(numbers), rangeOf(others)]
    const overlaps = [numbers.filter(n => n >= otherRange.min && n <= otherRange.max), others.filter(n => n >= range.min && n <= range.max)]
    const overlap = overlaps[0].length + overlaps[1].length
    const isSeparate = overlap <= OVERLAP_SHARE * (numbers.length + others.length) && numbers.length - overlaps[0].length >= FEWEST
    return isSeparate ? `it is ${rangeText(range)} where the outcome is true, and ${rangeText(otherRange)} elsewhere` : undefined
  }
  if (!column.valueCounts || where.length + elsewhere.length < PER_VALUE * column.valueCounts.length) return undefined
  const otherValues = new Set(elsewhere)
  return where.some(raw => otherValues.has(raw)) ? undefined : 'each of its values has one outcome'
}

function numberOf({ numbers }: InferredColumn, raw: unknown): number {
  if (!numbers || typeof raw !== 'string') return Number(raw)
  const text = numbers === 'comma' ? raw.replaceAll(/[^-\d,]/g, '').replace(',', '.') : raw.replaceAll(/[^-\d.]/g, '')
  return Number(text)
}

interface Range {
  readonly min: number
  readonly max: number
}

const rangeOf = (values: readonly number[]): Range => ({
  min: values.reduce((least, value) => Math.min(least, value), Infinity),
  max: values.reduce((greatest, value) => Math.max(greatest, value), -Infinity),
})

const rangeText = ({ min, max }: Range): string => (min === max ? `${min}` : `${min} to ${max}`)

/** Words that say nothing about which time it is. */
const commonWords = new Set(['was', 'has', 'date', 'time'])
const WORD_LETTERS = 3

/** True if a word of one name begins a word of the other: `dep_late`, `actual_departure`. */
function sharesWord(name: string, other: string): boolean {
  const [words, others] = [name, other].map(text => wordsOf(text).filter(word => word.length >= WORD_LETTERS && !commonWords.has(word)))
  return words.some(word => others.some(candidate => word.startsWith(candidate) || candidate.startsWith(word)))
}
