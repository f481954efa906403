/**
 * A report: at the times of a schedule a row about every live key, as a model would decide about it at that time, or with features alone, to a file.
 *
 * Invariant: what a row is about is one entity; everything that the rows are made of is read at it.
 */
import { didYouMean } from '../../base/did-you-mean.ts'
import { show } from '../../base/show.ts'
import type { Duration } from '../../base/time.ts'
import { callerPlace } from '../mistake/caller.ts'
import type { Expression } from '../expression/expression.ts'
import type { InputName } from '../model/inputs.ts'
import type { GroupIR, ReportIR } from '../ir/ir.ts'
import { durationOf, mistake, userCall } from '../mistake/mistake.ts'
import type { Model } from '../model/model.ts'
import { checkOptions, checkTitle, notesOf } from '../mistake/names.ts'
import { describe, Node } from '../expression/node.ts'
import { scheduleOf, type Every } from '../feature/placement.ts'
import { pathOf, type ReportFile } from './report-file.ts'
import { isSortable, reportRow, type ReportedInput } from './report-row.ts'
import { reportedOf, type Reported } from './report-definition.ts'
import type { NumberWords } from '../expression/words.ts'

/** Groups of one entity, by the names that their features have in the report: `{ recent, history }`. */
export type ReportedGroups = Readonly<Record<string, { readonly ir: GroupIR; readonly of: (...key: never[]) => object }>>

/** A row as conditions see it: what the model was given, nested as its inputs are, or the features; and the score, where there is a model. */
export type ReportRow<Of> =
  Of extends Model<infer I>
    ? { readonly score: NumberWords<'input', number | null>; readonly vector: I }
    : { readonly vector: { readonly [N in keyof Of]: Of[N] extends { readonly of: (...key: never[]) => infer F } ? F : never } }

/** The columns that rows can be put in order by; of groups they are looked at when the report is made. */
type SortName<Of> = Of extends Model<infer I> ? 'score' | `vector.${InputName<I>}` : `vector.${string}`

export interface ReportOptions<Of extends Model | ReportedGroups> {
  /** A model that reads features of one entity and nothing else, however it decides; or groups: `{ recent, history }`. */
  readonly of: Of
  /** A cron, five fields or six with seconds, or `every('1h')`. */
  readonly at: string | Every
  /** Of a cron; UTC unless given. */
  readonly zone?: string
  /** How long a key is reported on after its last event; as the model decides, and otherwise the longest finite window read, unless given. */
  readonly live?: Duration
  /** How old what is known of a group may be at the time of the report, until rows say that they are stale. */
  readonly freshness?: Duration
  /** Only rows of which this is true: `row => row.score.gte(0.5)`. */
  readonly where?: (row: ReportRow<NoInfer<Of>>) => Expression<'input', 'bool'>
  /** Columns in their order of weight: `{ score: 'descending', 'vector.history.mean': 'ascending' }`. NULL is last. In order of the keys unless given. */
  readonly orderBy?: { readonly [N in SortName<NoInfer<Of>>]?: 'ascending' | 'descending' }
  /** At most so many rows, the first. */
  readonly limit?: number
  /** `file('lists/{date}.csv')`; in the data folder unless given. */
  readonly to?: ReportFile
  readonly owner?: string
  readonly description?: string
}

export interface Report<Of = unknown> {
  readonly name: string
  readonly ir: ReportIR
  /** For types only. */
  readonly of?: Of
}

/** What a report is at run time. */
export class ReportValue {
  readonly name: string
  readonly ir: ReportIR
  readonly model: Reported['model']
  readonly groups: Reported['groups']
  readonly place: string | undefined

  constructor(ir: ReportIR, { model, groups }: Pick<Reported, 'model' | 'groups'>) {
    this.name = ir.name
    this.ir = ir
    this.model = model
    this.groups = groups
    this.place = callerPlace()
    Object.freeze(this)
  }
}

const names = ['of', 'at', 'zone', 'live', 'freshness', 'where', 'orderBy', 'limit', 'to', 'owner', 'description']

/** Options as they come, whatever was written. */
interface Given {
  readonly at?: unknown
  readonly zone?: unknown
  readonly freshness?: unknown
  readonly where?: unknown
  readonly orderBy?: unknown
  readonly limit?: unknown
  readonly to?: unknown
}

export function report<const Of extends Model | ReportedGroups>(name: string, options: ReportOptions<Of>): Report<Of> {
  const what = `report '${checkTitle('report', name)}'`
  checkOptions(what, options, names)
  const { at, zone, freshness, where, orderBy, limit, to }: Given = options
  const reported = reportedOf(what, options)
  if (at === undefined) mistake(`${what} needs at, when it is made: at: '0 7 * * *' or every('1h')`)
  const { of, column, live, inputs } = reported
  const ir: ReportIR = {
    name,
    of,
    column,
    at: scheduleOf(`${what}: at`, at, zone as string | undefined),
    live,
    ...(freshness !== undefined && { freshness: durationOf(`${what}: freshness`, freshness) }),
    ...(where !== undefined && { where: conditionOf(what, where, inputs, of.kind === 'model') }),
    ...(orderBy !== undefined && { orderBy: orderOf(what, orderBy, inputs, of.kind === 'model') }),
    ...(limit !== undefined && { limit: limitOf(what, limit) }),
    ...(to !== undefined && { to: pathOf(what, to) }),
    ...notesOf(what, options),
  }
  return new ReportValue(ir, reported)
}

function conditionOf(what: string, build: unknown, inputs: readonly ReportedInput[], hasScore: boolean): NonNullable<ReportIR['where']> {
  if (typeof build !== 'function') mistake(`${what}: where is a condition over the row: row => row.score.gte(0.5), got ${describe(build)}`)
  const { realm, row } = reportRow(what, inputs, hasScore)
  const given: unknown = userCall(`${what}: where`, () => build(row) as unknown)
  if (!(given instanceof Node) || given.type.type !== 'bool' || given.type.list)
    mistake(`${what}: where gives ${describe(given)}, and needs a condition such as row.score.gte(0.5)`)
  if (given.realm !== realm) mistake(`${what}: where is over ${given.realm.name}; write it over the row that it is given`)
  return given.ir
}

function orderOf(what: string, given: unknown, inputs: readonly ReportedInput[], hasScore: boolean): NonNullable<ReportIR['orderBy']> {
  if (given === null || typeof given !== 'object' || Array.isArray(given))
    mistake(`${what}: orderBy is the names of columns and how they go: { score: 'descending' }, got ${show(given)}`)
  const sortable = [...(hasScore ? ['score'] : []), ...inputs.filter(isSortable).map(({ ir }) => `vector.${ir.name}`)]
  return Object.entries(given).map(([column, direction]: [string, unknown]) => {
    if (!sortable.includes(column))
      mistake(`${what}: orderBy has '${column}', which is no column to sort by${didYouMean(column, sortable)}`)
    if (direction !== 'ascending' && direction !== 'descending')
      mistake(`${what}: orderBy '${column}' is ${show(direction)}; write 'ascending' or 'descending'`)
    return { column, descending: direction === 'descending' }
  })
}

function limitOf(what: string, limit: unknown): number {
  if (typeof limit !== 'number' || !Number.isSafeInteger(limit) || limit < 1)
    mistake(`${what}: limit is a whole number from 1, got ${show(limit)}`)
  return limit
}
