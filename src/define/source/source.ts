/**
 * A source: the log of one kind of event, as users declare it.
 *
 * Invariant: key and time are columns that every record has, the time is a timestamp, and a `map` has a version.
 */
import { didYouMean } from '../../base/did-you-mean.ts'
import { callerPlace } from '../mistake/caller.ts'
import type { Field } from '../expression/words.ts'
import type { ColumnIR, SourceIR } from '../ir/ir.ts'
import type { Columns, DeliveredOf, KindOf, RecordOf, TimeNames } from '../expression/kinds.ts'
import { mistake } from '../mistake/mistake.ts'
import { checkName, checkOptions } from '../mistake/names.ts'
import type { TypeInfo } from '../expression/literal.ts'
import type { Realm } from '../expression/node.ts'
import { strictRecord } from '../mistake/record.ts'
import { RowNode } from '../expression/row-node.ts'
import { columnsOf, type ColumnsOf, type Schema } from './schema.ts'
import { sourceIR } from './source-ir.ts'
import type { AnyOptions, Mapped, SourceOptions } from './source-options.ts'

declare const columns: unique symbol
declare const identified: unique symbol

/** `I` is the name of the column with its ids; `never` if it has none. */
export interface Source<C extends Columns = Columns, I extends string = string> {
  readonly name: string
  readonly ir: SourceIR
  /** For types only. */
  readonly [columns]?: C
  readonly [identified]?: I
}

/** Columns of a row as expressions that can be aggregated. */
export type Row<C extends Columns> = { readonly [N in keyof C]: Field<'row', KindOf<C[N]>, DeliveredOf<C[N]>> }

/** The row of a source, for functions that several groups share: `(p: RowOf<typeof payments>) => p.amount.lt(5)`. */
export type RowOf<S> = S extends Source<infer C> ? Row<C> : never

/** A record that a source takes: `RecordFor<typeof payments>`. */
export type RecordFor<S> = S extends Source<infer C> ? RecordOf<C> : never

/** The user's function from a raw record, as the intake calls it. */
export type MapFunction = (raw: unknown) => unknown

const optionNames = [
  ...(['schema', 'columns', 'key', 'time', 'id', 'identity', 'revisable', 'arrives', 'allowedLateness', 'maxClockSkew', 'dedupe'] as const),
  ...(['deleted', 'map', 'mapVersion'] as const),
]

/** What a column's declaration says of its values. */
export const infoOf = ({ name: _n, nullable: _u, zone: _z, ...info }: ColumnIR): TypeInfo => info

/** What a source is at run time: its IR, the user's `map`, and its columns as expressions. */
export class SourceValue {
  readonly name: string
  readonly ir: SourceIR
  readonly map: MapFunction | undefined
  /** Sources are counted as they are made: the order of definition, which orders equal arrivals of merged histories. */
  readonly order: number
  readonly place: string | undefined
  readonly realm: Realm
  readonly row: Readonly<Record<string, RowNode>>

  constructor(ir: SourceIR, map: MapFunction | undefined) {
    this.name = ir.name
    this.ir = ir
    this.map = map
    this.order = made++
    this.place = callerPlace()
    const realm: Realm = { scope: 'row', name: `source '${ir.name}'`, make: (node, type) => new RowNode(realm, node, type) }
    this.realm = realm
    this.row = strictRecord(
      Object.fromEntries(
        ir.columns.map(column => {
          const { name, type, scale } = column
          return [name, new RowNode(realm, { op: 'column', name, type, ...(scale !== undefined && { scale }) }, infoOf(column))]
        }),
      ),
      name =>
        mistake(
          `${realm.name} has no column '${name}'${didYouMean(
            name,
            ir.columns.map(column => column.name),
          )}`,
        ),
    )
    Object.freeze(this)
  }
}

let made = 0

export interface SchemaOptions<S extends Schema, Time extends string, Stated extends Columns> {
  readonly schema: S
  /** The event time: a timestamp column. */
  readonly time: Time extends TimeNames<ColumnsOf<S, Stated, Time>> ? Time : TimeNames<ColumnsOf<S, Stated, Time>>
  readonly columns?: Stated
}

/**
 * Declares a source. `schema` is a record of `t` columns and entities, or a Standard Schema that gives JSON Schema (zod 4, arktype); with
 * the latter, `columns` states what JSON Schema cannot say: an entity, a decimal, a timestamp other than `time`.
 */
export function source<
  S extends Schema,
  Time extends string,
  Stated extends Columns = {},
  const M extends Mapped<ColumnsOf<NoInfer<S>, NoInfer<Stated>, NoInfer<Time>>> = never,
  I extends string = never,
>(
  name: string,
  options: SchemaOptions<S, Time, Stated> & SourceOptions<ColumnsOf<S, Stated, Time>, M> & { readonly id?: I },
): Source<ColumnsOf<S, Stated, Time>, I> {
  checkName('source', name)
  checkOptions(`source '${name}'`, options, optionNames)
  const columnIRs = columnsOf(name, options.schema, options.columns, options.time)
  const ir = sourceIR(name, columnIRs, options as unknown as AnyOptions)
  return new SourceValue(ir, options.map)
}
