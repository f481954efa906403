/**
 * A source: the log of one kind of event, as users declare it.
 *
 * Invariant: key and time are columns of every record, the time is a timestamp, and a `map` has a version.
 */
import type { Hint } from '../mistake/hint.ts'
import { callerLocation } from '../mistake/mistake.ts'
import type { Field } from '../expression/words.ts'
import type { ColumnIR, SourceIR, Value } from '../ir/ir.ts'
import type { ColumnSpecs, DeliveredOf, KindOf, RecordOf, TimeNames } from '../expression/kinds.ts'
import { checkName, checkOptions, optionNames, strictRecord } from '../mistake/names.ts'
import type { TypeInfo } from '../expression/literal.ts'
import { bareType } from '../expression/arithmetic.ts'
import type { Node, Realm } from '../expression/node.ts'
import { RowNode } from '../expression/row-node.ts'
import { columnsIR, type ColumnsOf, type SourceSchema } from './schema.ts'
import { sourceIR, type AnyOptions, type Mapped, type RawRecord, type SourceOptions } from './source-ir.ts'

declare const columns: unique symbol
declare const identified: unique symbol
declare const mapped: unique symbol

/**
 * A source, made by `source`. `C` are its columns; `I` is the name of its id column, `never` if it has none; `R` is the record that its
 * `map` takes, `unknown` if it has none.
 */
export interface Source<C extends ColumnSpecs = ColumnSpecs, I extends string = string, R = unknown> {
  readonly name: string
  /** The source as data. */
  readonly ir: SourceIR
  /** Exists in types only. */
  readonly [columns]?: C
  readonly [identified]?: I
  readonly [mapped]?: { readonly raw: R }
}

/** Columns of a row as expressions, which aggregates take. */
export type Row<C extends ColumnSpecs> = { readonly [N in keyof C]: Field<'row', KindOf<C[N]>, DeliveredOf<C[N]>> }

/** Type of a source's row, for functions that several feature groups share: `(p: RowOf<typeof payments>) => p.amount.lt(5)`. */
export type RowOf<S> = S extends Source<infer C> ? Row<C> : never

/**
 * Type of a record that a source accepts: `RecordFor<typeof payments>`. With a `map` it is the record that the map takes: as annotated, or
 * `any`.
 */
export type RecordFor<S> = S extends Source<infer C, string, infer R> ? (IsUnknown<R> extends true ? RecordOf<C> : R) : never

/** True for `unknown` alone, not for `any`. */
type IsUnknown<T> = unknown extends T ? (0 extends 1 & T ? false : true) : false

/** The user's `map`, as the intake calls it. */
export type MapFunction = (raw: unknown) => unknown

/** Type, bounds and entity of a column's values. */
const typeInfoOf = ({ name: _n, nullable: _u, zone: _z, default: _d, aliases: _a, ...info }: ColumnIR): TypeInfo => info

/** A source at run time: its IR, its `map`, and its columns as expressions. */
export class SourceValue {
  readonly name: string
  readonly ir: SourceIR
  readonly map: MapFunction | undefined
  /** Order of definition, which orders equal ingestion times of merged histories. */
  readonly order = nextOrder++
  readonly definedAt = callerLocation()
  readonly realm: Realm
  readonly row: Readonly<Record<string, RowNode>>

  constructor(ir: SourceIR, map: MapFunction | undefined) {
    this.name = ir.name
    this.ir = ir
    this.map = map
    const realm: Realm = { scope: 'row', name: `source '${ir.name}'`, make: (node, type) => new RowNode(realm, node, type) }
    this.realm = realm
    this.row = columnNodes('column', ir.columns, realm) as Readonly<Record<string, RowNode>>
    Object.freeze(this)
  }
}

let nextOrder = 0

/** Columns as expressions by name; an unknown name is a mistake. `owner` has the columns, for messages. */
export function columnNodes(
  op: 'column' | 'trigger',
  columns: readonly ColumnIR[],
  realm: Realm,
  owner = realm.name,
): Readonly<Record<string, Node>> {
  const nodes = columns.map(column => [column.name, realm.make({ op, name: column.name, ...bareType(column) }, typeInfoOf(column))])
  return strictRecord(Object.fromEntries(nodes) as Record<string, Node>, `${owner} has no column`)
}

/** Schema and event time of a source or table. */
export interface SchemaOptions<S extends SourceSchema, Time extends string, Stated extends ColumnSpecs> {
  /** Columns by name (`t`, entities), or a Standard Schema that gives JSON Schema (zod 4, arktype). */
  readonly schema: S
  /** Column of the event time: a timestamp that every record has. */
  readonly time: Time extends TimeNames<ColumnsOf<S, Stated, Time>>
    ? Time
    : TimeNames<ColumnsOf<S, Stated, Time>> | Hint<'time: a timestamp column that is not nullable'>
  /** Columns that JSON Schema cannot describe: entities, decimals, further timestamps. Only with a Standard Schema. */
  readonly columns?: Stated
}

const sourceOptions = optionNames<SchemaOptions<SourceSchema, string, ColumnSpecs> & SourceOptions<ColumnSpecs>>({
  schema: true,
  columns: true,
  key: true,
  time: true,
  id: true,
  identity: true,
  revisable: true,
  arrives: true,
  allowedLateness: true,
  maxClockSkew: true,
  dedupe: true,
  deleted: true,
  map: true,
  mapVersion: true,
  renamed: true,
  compatibility: true,
})

/**
 * Declares a source: the log of one kind of event.
 *
 * `schema` is a record of `t` columns and entities, or a Standard Schema that gives JSON Schema (zod 4, arktype). With a
 * Standard Schema, `columns` states what JSON Schema cannot describe. Every record needs the columns `key` and `time`.
 *
 * @throws SpillwayError `SPILL_DEFINITION` for a name, column or option that does not fit; `SPILL_UNSUPPORTED` for a schema
 * that no column can check.
 * @example
 * const card = entity('card', t.string())
 * const payments = source('payments', {
 *   schema: { id: t.string(), at: t.timestamp(), card, amount: t.decimal(2) },
 *   key: 'card',
 *   time: 'at',
 *   id: 'id',
 * })
 * @example
 * // Records of another shape: `map` turns each into a record of the schema. A change of `map` needs a new `mapVersion`.
 * const refunds = source('refunds', {
 *   schema: { card, amount: t.decimal(2), at: t.timestamp() },
 *   key: 'card',
 *   time: 'at',
 *   map: (raw: { card: string; cents: number; ts: number }) => ({ card: raw.card, amount: raw.cents / 100, at: raw.ts * 1000 }),
 *   mapVersion: '1',
 * })
 * @example
 * // Corrections: an event with the same patient and time, sent within seven days, replaces the earlier event.
 * const readings = source('readings', {
 *   schema: { patient: entity('patient', t.string()), at: t.timestamp(), glucose: t.int({ min: 0, max: 1000 }) },
 *   key: 'patient',
 *   time: 'at',
 *   identity: ['patient', 'at'],
 *   revisable: '7d',
 * })
 * @example
 * // A schema that evolved: 'amount' became 'value', and earlier events have no channel.
 * const orders = source('orders', {
 *   schema: { card, at: t.timestamp(), value: t.decimal(2), channel: t.enum(['web', 'shop']).default('web') },
 *   key: 'card',
 *   time: 'at',
 *   renamed: { amount: 'value' },
 * })
 */
export function source<
  S extends SourceSchema,
  Time extends string,
  Stated extends ColumnSpecs = {},
  const M extends Mapped<ColumnsOf<NoInfer<S>, NoInfer<Stated>, NoInfer<Time>>> = never,
  I extends string = never,
  // oxlint-disable-next-line typescript/no-explicit-any -- as in `ChangeOptions`
  R = any,
>(
  name: string,
  options: SchemaOptions<S, Time, Stated> & SourceOptions<ColumnsOf<S, Stated, Time>, M, I, R>,
): Source<ColumnsOf<S, Stated, Time>, I, RawRecord<M, R>> {
  checkName('source', name)
  checkOptions(`source '${name}'`, options, sourceOptions)
  const columnIRs = columnsIR(name, options.schema, options.columns, options.time as string)
  const ir = sourceIR(name, columnIRs, options as unknown as AnyOptions)
  return new SourceValue(ir, options.map as MapFunction | undefined)
}

/**
 * An accepted event as a row, for the oracle, tests and rejected records. Hot paths use columns (`columns/block.ts`).
 *
 * `row` has the physical value of every column of the source. A log is an array of events in its total order; a log position is
 * the number of events before it.
 */
export interface LoggedEvent {
  readonly source: string
  readonly partition: number
  readonly offset: number
  /** Ingestion time, UTC ms; never below that of the event before it (semantics, The log). */
  readonly arrival: number
  /** Event time, UTC ms, never above `arrival`. */
  readonly time: number
  readonly row: Readonly<Record<string, Value>>
}
