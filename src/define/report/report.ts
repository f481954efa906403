/**
 * A report: on a schedule, a file with one row per active key: a model's score for it, or features alone.
 *
 * Invariant: a row is about one entity, and all its columns are read at that entity.
 */
import { didYouMean, show, type Duration } from '../../base/index.ts'
import type { DurationAdvice, Hint } from '../mistake/hint.ts'
import { callerLocation, durationOf, mistake, callUserFunction } from '../mistake/mistake.ts'
import type { Expression } from '../expression/kinds.ts'
import type { InputName } from '../model/inputs.ts'
import type { ExprIR, GroupIR, ReportIR, Notes } from '../ir/ir.ts'
import type { Model } from '../model/model.ts'
import { checkOptions, checkTitle, notesOf, parseOptions } from '../mistake/names.ts'
import { describe, isCondition } from '../expression/node.ts'
import { scheduleOf, type IntervalSchedule } from '../feature/placement.ts'
import { reportContentOf, reportRow, sortableColumns, type ReportContent } from './report-content.ts'
import type { NumberWords } from '../expression/words.ts'

/** Feature groups of one entity, by the names that their features have in the report: `{ recent, history }`. */
export type ReportedGroups = Readonly<Record<string, { readonly ir: GroupIR; readonly of: (...key: never[]) => object }>>

/** Row of a report in `where`: the model's inputs or the features under `vector`, nested; and the score of a model. */
export type ReportRow<Of> =
  Of extends Model<infer I>
    ? { readonly score: NumberWords<'input', number | null>; readonly vector: I }
    : { readonly vector: { readonly [N in keyof Of]: Of[N] extends { readonly of: (...key: never[]) => infer F } ? F : never } }

/** Columns that rows can be ordered by. Those of groups are checked at run time. */
type SortName<Of> = Of extends Model<infer I> ? 'score' | `vector.${InputName<I>}` : `vector.${string}`

/** Options of `report`. */
export interface ReportOptions<Of extends Model | ReportedGroups> extends Notes {
  /** A model that reads features of one entity and nothing else, whatever its trigger; or feature groups: `{ recent, history }`. */
  readonly of: Of
  /** Schedule: a cron of five fields (six with seconds), or `every('1h')`. */
  readonly at: string | IntervalSchedule
  /** IANA time zone of a cron. Default UTC. */
  readonly zone?: string
  /**
   * Time after its last event for which a key stays active. Default: that of the model's trigger, otherwise the longest finite
   * window read.
   */
  readonly live?: Duration | Hint<DurationAdvice<'live'>>
  /** Freshness: age of a group's values, at the time of the report, beyond which rows are marked stale. */
  readonly freshness?: Duration | Hint<DurationAdvice<'freshness'>>
  /** Condition of the rows: `row => row.score.gte(0.5)`. Default: all rows. */
  readonly where?: (row: ReportRow<NoInfer<Of>>) => Expression<'input', 'bool'>
  /**
   * Order of the rows, most significant column first: `{ score: 'descending', 'vector.history.mean': 'ascending' }`. NULL is
   * last. Default: by key.
   */
  readonly orderBy?: { readonly [N in SortName<NoInfer<Of>>]?: 'ascending' | 'descending' }
  /** Greatest number of rows. Default: all. */
  readonly limit?: number
  /** File of the report: `file('lists/{date}.csv')`. Default: in the data folder. */
  readonly to?: ReportFile
}

/** A report, made by `report`. */
export interface Report<Of = unknown> {
  readonly name: string
  readonly ir: ReportIR
  /** Exists in types only. */
  readonly of?: Of
}

/** A report at run time. */
export class ReportValue {
  readonly name: string
  readonly ir: ReportIR
  readonly model: ReportContent['model']
  readonly groups: ReportContent['groups']
  readonly definedAt = callerLocation()

  constructor(ir: ReportIR, { model, groups }: Pick<ReportContent, 'model' | 'groups'>) {
    this.name = ir.name
    this.ir = ir
    this.model = model
    this.groups = groups
    Object.freeze(this)
  }
}

const names = ['of', 'at', 'zone', 'live', 'freshness', 'where', 'orderBy', 'limit', 'to', 'owner', 'description']

/**
 * Defines a report: on a schedule, a file with one row per active key.
 *
 * @throws SpillwayError `SPILL_DEFINITION` for a model or group that is not about one entity, a cron that never runs, or a
 * column that does not exist.
 * @example
 * const busiest = report('busiest-cards', {
 *   of: { recent: cardNow },
 *   at: '0 7 * * *',
 *   zone: 'Europe/Zurich',
 *   where: row => row.vector.recent.n10m.gt(3),
 *   orderBy: { 'vector.recent.n10m': 'descending' },
 *   limit: 100,
 *   to: file('lists/{date}.csv'),
 * })
 */
export function report<const Of extends Model | ReportedGroups>(name: string, options: ReportOptions<Of>): Report<Of> {
  const subject = `report '${checkTitle('report', name)}'`
  checkOptions(subject, options, names)
  const { at, zone, freshness, where, orderBy, limit, to }: { readonly [N in keyof ReportOptions<Model>]: unknown } = options
  const content = reportContentOf(subject, options)
  if (at === undefined) mistake(`${subject} needs at, when it is made: at: '0 7 * * *' or every('1h')`)
  const ir: ReportIR = {
    name,
    of: content.of,
    column: content.column,
    at: scheduleOf(`${subject}: at`, at, zone as string | undefined),
    live: content.live,
    ...parseOptions(subject, { freshness }, durationOf),
    ...(where !== undefined && { where: conditionOf(subject, where, content) }),
    ...(orderBy !== undefined && { orderBy: orderOf(subject, orderBy, content) }),
    ...parseOptions(subject, { limit }, limitOf),
    ...parseOptions(subject, { to }, pathOf),
    ...notesOf(subject, options),
  }
  return new ReportValue(ir, content)
}

function conditionOf(subject: string, build: unknown, content: ReportContent): ExprIR {
  if (typeof build !== 'function')
    mistake(`${subject}: where is a condition over the row: row => row.score.gte(0.5), got ${describe(build)}`)
  const { realm, row } = reportRow(subject, content)
  const predicate: unknown = callUserFunction(`${subject}: where`, () => build(row) as unknown)
  if (!isCondition(predicate)) mistake(`${subject}: where gives ${describe(predicate)}, and needs a condition such as row.score.gte(0.5)`)
  if (predicate.realm !== realm) mistake(`${subject}: where is over ${predicate.realm.name}; write it over the row that it is given`)
  return predicate.ir
}

function orderOf(subject: string, value: unknown, content: ReportContent): NonNullable<ReportIR['orderBy']> {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    mistake(`${subject}: orderBy has a direction for each column: { score: 'descending' }, got ${show(value)}`)
  const sortable = sortableColumns(content)
  return Object.entries(value).map(([column, direction]: [string, unknown]) => {
    if (!sortable.includes(column))
      mistake(`${subject}: orderBy has '${column}', which is no column to sort by${didYouMean(column, sortable)}`)
    if (direction !== 'ascending' && direction !== 'descending')
      mistake(`${subject}: orderBy '${column}' is ${show(direction)}; write 'ascending' or 'descending'`)
    return { column, descending: direction === 'descending' }
  })
}

function limitOf(subject: string, limit: unknown): number {
  if (typeof limit !== 'number' || !Number.isSafeInteger(limit) || limit < 1)
    mistake(`${subject} is a whole number from 1, got ${show(limit)}`)
  return limit
}

declare const reportFile: unique symbol

/** File of a report, made by `file`. */
export interface ReportFile {
  readonly [reportFile]: true
}

class FileValue {
  readonly path: string
  constructor(path: string) {
    this.path = path
    Object.freeze(this)
  }
}

const FORMAT = /\.(?:csv|ndjson|parquet)$/
const PARTS = ['date', 'time']

/**
 * File of a report, relative to the working directory of the run: `.csv`, `.ndjson` or `.parquet`.
 *
 * `{date}` and `{time}` stand for the report's time in the zone of its schedule. Without them each report replaces the one
 * before. In an hour that occurs twice, the second time has its offset: `02-00+0100`.
 *
 * @throws SpillwayError `SPILL_DEFINITION` for another format or placeholder.
 * @example
 * file('lists/{date}.csv')
 */
export function file(path: string): ReportFile {
  const value: unknown = path
  if (typeof value !== 'string' || value === '') mistake(`file needs a path: file('lists/{date}.csv'), got ${show(value)}`)
  if (!FORMAT.test(value)) mistake(`file '${value}' has no format by its name; call it .csv, .ndjson or .parquet`)
  const unknown = /\{([^}]*)\}?|\}/.exec(value.replaceAll(/\{(?:date|time)\}/g, ''))
  if (unknown) mistake(`file '${value}' has '${unknown[0]}'; the placeholders are ${PARTS.map(part => `{${part}}`).join(' and ')}`)
  return new FileValue(value) as unknown as ReportFile
}

function pathOf(subject: string, file: unknown): string {
  if (file instanceof FileValue) return file.path
  return mistake(`${subject} is ${show(file)}; write to: file('lists/{date}.csv'), or leave it out to keep the report in the data folder`)
}
