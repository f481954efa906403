/** Options of a source and of a table, except for the schema, and their IR: columns exist and have the types that their roles need. */
import { didYouMean, show, type Duration } from '../../base/index.ts'
import type { ArrivalIR, ColumnIR, CompatibilityLevel, SourceIR } from '../ir/ir.ts'
import { checkDefaults, compatibilityOf, withEarlierNames } from './evolution.ts'
import type { DurationAdvice, Hint } from '../mistake/hint.ts'
import { durationOf, mistake, withArticle } from '../mistake/mistake.ts'
import type { ColumnSpecs, DeclaredColumn, RecordOf, RequiredNames, TimeNames } from '../expression/kinds.ts'
import { personalNames, withoutMark } from './personal.ts'

/** Record that a `map` with the result `M` takes: `unknown` if there is no map, whose result is `never` then; `any` for any record. */
// oxlint-disable-next-line typescript/no-explicit-any -- as in `ChangeOptions`
export type RawRecord<M, R> = [M] extends [never] ? unknown : unknown extends R ? any : R

/** Result of a `map`: one record, several, or none. */
export type Mapped<C extends ColumnSpecs> = RecordOf<C> | readonly RecordOf<C>[] | null

/** Ingestion time of imported history as a delay after the event time, made by `after`. */
export interface After {
  readonly after: number
}
/**
 * Ingestion time of imported history where the file has none: event time plus `delay`.
 *
 * @throws SpillwayError `SPILL_DEFINITION` for a delay that is no duration.
 * @example
 * source('readings', {
 *   schema: { at: t.timestamp(), sensor: t.string(), value: t.double() },
 *   key: 'sensor',
 *   time: 'at',
 *   arrives: after('3m'),
 * })
 */
export const after = (delay: Duration | Hint<DurationAdvice<'after'>>): After =>
  Object.freeze({ after: durationOf('after', delay, { zero: true }) })

/** Rejects, in types, a field that the schema does not have. */
type NoOthers<M, Names> = M extends null
  ? unknown
  : M extends readonly (infer One)[]
    ? readonly NoOthers<One, Names>[]
    : { readonly [N in Exclude<keyof M, Names>]?: never }

/**
 * Options that a source and a table share. `M` is the result of `map`, and `R` the raw record that it takes: `any`, unless the map annotates
 * it.
 */
// oxlint-disable-next-line typescript/no-explicit-any -- a raw record is whatever the file holds
export interface ChangeOptions<C extends ColumnSpecs, M = unknown, I extends string = string, R = any> {
  /** Column of the event id. Within `dedupe` an event with the id of an accepted event is a duplicate and is not stored again. */
  readonly id?: I extends keyof C ? I : (keyof C & string) | Hint<'id: a column of the schema'>
  /** Ingestion time of imported history: a timestamp column, or `after('3m')`. Default `after('0ms')`. */
  readonly arrives?: TimeNames<C> | After
  /** Lateness (ingestion time − event time) from which an event is flagged late. It still counts. Default 1 day. */
  readonly allowedLateness?: Duration | Hint<DurationAdvice<'allowedLateness'>>
  /** Greatest lead of an event time over the ingestion time; an event beyond it is rejected as `future`. Default 1 minute. */
  readonly maxClockSkew?: Duration | Hint<DurationAdvice<'maxClockSkew'>>
  /** Deduplication window of ids, by ingestion time. Default 1 hour. */
  readonly dedupe?: Duration | Hint<DurationAdvice<'dedupe'>>
  /** Turns a raw record into one record of the schema, several, or none (`null`). It must be pure. Needs `mapVersion`. */
  readonly map?: (raw: R) => M & NoOthers<M, keyof C>
  /** Version of `map`, part of the fingerprint. Change it whenever `map` returns different records. */
  readonly mapVersion?: string
  /**
   * Earlier names of columns, and the names that they have now: `{ amount: 'value' }`. Records, and events of the log, that have an earlier
   * name are read as if they had the column.
   */
  readonly renamed?: Readonly<Record<string, string>>
  /**
   * Compatibility that a change of the schema must keep, checked by `spillway plan` and at each start. Default `BACKWARD_TRANSITIVE`: the
   * new schema reads the data of every earlier version.
   */
  readonly compatibility?: CompatibilityLevel
}

/** Options of `source`, except for the schema. */
// oxlint-disable-next-line typescript/no-explicit-any -- as in `ChangeOptions`
export interface SourceOptions<C extends ColumnSpecs, M = unknown, I extends string = string, R = any> extends ChangeOptions<C, M, I, R> {
  /** Column by which events are partitioned. Ids and identities are compared within one key. */
  readonly key: Extract<keyof C, RequiredNames<C>> | Hint<'key: a column that is not nullable; a source needs schema, key and time'>
  /**
   * Columns that identify an event: a later event with equal values is a revision and replaces the earlier event. Needs
   * `revisable`.
   */
  readonly identity?: readonly (keyof C & string)[]
  /** Time after the ingestion of the original within which a revision is accepted. */
  readonly revisable?: Duration | Hint<DurationAdvice<'revisable'>>
  /** Bool column that marks an event as deleted: it replaces the original, does not count and triggers nothing. Needs `identity`. */
  readonly deleted?: keyof C & string
}

/** Options before their column names are checked. */
export type AnyOptions = SourceOptions<ColumnSpecs> & { readonly time: unknown }

const defaults = { allowedLateness: '1d', maxClockSkew: '1m', dedupe: '1h' } as const

/** IR of a source, or of a table by its `kind`. Throws `SPILL_DEFINITION`. */
export function sourceIR(
  name: string,
  declared: readonly DeclaredColumn[],
  options: AnyOptions,
  kind: 'source' | 'table' = 'source',
): SourceIR {
  const columns = Object.freeze(declared.map(withoutMark))
  const subject = `${kind} '${name}'`
  const span = (option: keyof typeof defaults) => durationOf(`${subject} ${option}`, options[option] ?? defaults[option], { zero: true })
  const key = required(subject, 'key', columns, options.key)
  const time = timestamp(subject, 'time', columns, options.time)
  const identity = options.identity && identityOf(subject, columns, options)
  if (!identity && options.revisable !== undefined)
    mistake(`${subject} has revisable without identity; name the fields that make an event a revision`)
  if (!identity && options.deleted !== undefined && kind === 'source')
    mistake(
      `${subject} has deleted without identity; name the fields that tell which event is deleted, ` +
        `or make it a table(…), where a row is deleted`,
    )
  const ir: SourceIR = {
    name,
    columns: withEarlierNames(subject, columns, options.renamed),
    key,
    time,
    ...(options.id !== undefined && { id: keyable(subject, 'id', find(subject, 'id', columns, options.id)) }),
    ...(identity && { identity, revisable: durationOf(`${subject} revisable`, options.revisable) }),
    ...(options.deleted !== undefined && { deleted: flag(subject, 'deleted', columns, options.deleted) }),
    arrives: arrivalOf(subject, columns, options.arrives),
    allowedLateness: span('allowedLateness'),
    maxClockSkew: span('maxClockSkew'),
    dedupe: span('dedupe'),
    ...mapVersionOf(subject, options),
    ...compatibilityOf(subject, options.compatibility),
    ...personalNames(declared),
  }
  checkDefaults(subject, ir)
  return ir
}

function find(subject: string, option: string, columns: readonly ColumnIR[], name: unknown): ColumnIR {
  if (name === undefined) mistake(`${subject} needs ${option}: the name of a column`)
  const names = columns.map(column => column.name)
  return (
    columns.find(column => column.name === name) ??
    mistake(`${subject}: ${option} ${show(name)} is no column of the schema${didYouMean(name, names)}`)
  )
}

function required(subject: string, option: string, columns: readonly ColumnIR[], name: unknown): string {
  const column = find(subject, option, columns, name)
  if (column.nullable) mistake(`${subject}: ${option} '${column.name}' is nullable; every event needs one`)
  return keyable(subject, option, column)
}

function keyable(subject: string, option: string, column: ColumnIR): string {
  if (column.type === 'double' || column.type === 'bool')
    mistake(`${subject}: ${option} '${column.name}' is ${withArticle(column.type)}; use a string or an exact number`)
  return column.name
}

function timestamp(subject: string, option: string, columns: readonly ColumnIR[], name: unknown): string {
  const column = find(subject, option, columns, name)
  if (column.type !== 'timestamp')
    mistake(`${subject}: ${option} '${column.name}' is ${withArticle(column.type)}, not a timestamp; declare it as t.timestamp()`)
  return required(subject, option, columns, name)
}

function flag(subject: string, option: string, columns: readonly ColumnIR[], name: unknown): string {
  const column = find(subject, option, columns, name)
  if (column.type !== 'bool') mistake(`${subject}: ${option} '${column.name}' is a ${column.type}, not a bool; declare it as t.bool()`)
  return column.name
}

function identityOf(subject: string, columns: readonly ColumnIR[], { identity, revisable }: AnyOptions): readonly string[] {
  if (!Array.isArray(identity) || identity.length === 0) mistake(`${subject}: identity needs a list of columns, got ${show(identity)}`)
  if (revisable === undefined) mistake(`${subject} has identity without revisable; state how long revisions are accepted: revisable: '30d'`)
  return identity.map(name => find(subject, 'identity', columns, name).name)
}

function arrivalOf(subject: string, columns: readonly ColumnIR[], arrives: AnyOptions['arrives']): ArrivalIR {
  if (arrives === undefined) return { kind: 'after', delay: 0 }
  if (typeof arrives === 'object' && arrives !== null && Number.isSafeInteger(arrives.after)) return { kind: 'after', delay: arrives.after }
  if (typeof arrives !== 'string') mistake(`${subject}: arrives is ${show(arrives)}; write the name of a timestamp column or after('3m')`)
  return { kind: 'column', column: timestamp(subject, 'arrives', columns, arrives) }
}

function mapVersionOf(subject: string, { map, mapVersion }: AnyOptions): { mapVersion?: string } {
  if (map === undefined && mapVersion === undefined) return {}
  if (typeof map !== 'function') mistake(`${subject}: map must be a function from a raw record, got ${show(map)}`)
  if (typeof mapVersion !== 'string' || mapVersion === '')
    mistake(`${subject} has map without mapVersion; add mapVersion: '1' and change it whenever map gives other records`)
  return { mapVersion }
}
