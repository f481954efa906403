/**
 * A table: the latest row of each key, kept from a log of its changes (semantics, The value). A customer's plan, an
 * airport's zone.
 *
 * It consists of a source, whose events are the changes, and a feature group over it with one feature per column. A read
 * returns the row of the key's latest event by event time, whatever was sent since. All columns are NULL if there is no row, or
 * if the latest event is a delete. The column of the event time has the time since which the row holds; it is NULL exactly if
 * there is no row.
 */
import { aggregate } from '../expression/aggregate-call.ts'
import type { Aggregate } from '../expression/aggregating.ts'
import type { Entity } from '../source/entity.ts'
import { featureIR, groupOf, type Group, type NamedCall } from './features.ts'
import type { GroupIR, SourceIR, Notes } from '../ir/ir.ts'
import type { ColumnSpecs, DeliveredOf, KindOf, RequiredNames } from '../expression/kinds.ts'
import type { Hint } from '../mistake/hint.ts'
import { mistake } from '../mistake/mistake.ts'
import { checkName, checkOptions, notesOf, optionNames } from '../mistake/names.ts'
import { placementOf, stream, type PlaceAdvice, type Placement } from './placement.ts'
import { columnsIR, type ColumnsOf, type SourceSchema } from '../source/schema.ts'
import { type MapFunction, SourceValue, type SchemaOptions, type Source } from '../source/source.ts'
import { sourceIR, type AnyOptions, type ChangeOptions, type Mapped, type RawRecord } from '../source/source-ir.ts'

/**
 * A table: a feature group over a source of its own.
 *
 * A model reads `plans.of(p.customer).tier`; changes go to `plans.source`.
 */
export interface Table<C extends ColumnSpecs, E extends Entity, F, R = unknown> extends Group<E, F> {
  /** Source of the changes, for `on(plans.source)`, for other feature groups, and for records. A delete does not count as an event. */
  readonly source: Source<C, string, R>
}

/** Names of the columns that identify an entity in every record. */
type EntityNames<C extends ColumnSpecs> = { [N in RequiredNames<C>]: C[N] extends Entity ? N : never }[RequiredNames<C>]
type EntityAt<C extends ColumnSpecs, Key> = Key extends keyof C ? (C[Key] extends Entity ? C[Key] : never) : never

/** Names of the bool columns. */
type FlagNames<C extends ColumnSpecs> = { [N in keyof C & string]: KindOf<C[N]> extends 'bool' ? N : never }[keyof C & string]

/** Every column except the key and `deleted`. Each may be NULL, as there may be no row. */
type RowOfTable<C extends ColumnSpecs, NotRead> = {
  readonly [N in Exclude<keyof C, NotRead>]: Aggregate<KindOf<C[N]>, DeliveredOf<C[N]> | null>
}

/** Options of `table`. */
// oxlint-disable-next-line typescript/no-explicit-any -- as in `ChangeOptions`
export interface TableOptions<C extends ColumnSpecs, Key, Deleted, M, R = any> extends ChangeOptions<C, M, string, R>, Notes {
  /** Key column: the entity that a row describes. */
  readonly key: Key extends EntityNames<C> ? Key : EntityNames<C> | Hint<'key: a column of an entity that is not nullable'>
  /** Bool column: a change in which it is true deletes the row. Columns that a delete leaves out must be nullable. */
  readonly deleted?: Deleted extends FlagNames<C> ? Deleted : FlagNames<C> | Hint<'deleted: a bool column'>
  /** Placement of the table. Default `stream`. */
  readonly place?: Placement | Hint<PlaceAdvice>
}

type AnyTableOptions = SchemaOptions<SourceSchema, string, ColumnSpecs> & TableOptions<ColumnSpecs, string, string, unknown>
const tableOptions = optionNames<AnyTableOptions>({
  schema: true,
  columns: true,
  key: true,
  time: true,
  id: true,
  arrives: true,
  allowedLateness: true,
  maxClockSkew: true,
  dedupe: true,
  map: true,
  mapVersion: true,
  renamed: true,
  compatibility: true,
  deleted: true,
  place: true,
  owner: true,
  description: true,
})

/**
 * Declares a table: the latest row of each key.
 *
 * `schema`, `time` and the other options are those of a source; `key` is an entity. A change is a whole row as of its `time`: a
 * column that it leaves out is NULL. Of two changes with equal times the later ingested holds, so a row is corrected by sending
 * it again.
 *
 * @throws SpillwayError `SPILL_DEFINITION` for a name, column or option that does not fit.
 * @example
 * const customer = entity('customer', t.string())
 * const plans = table('plans', {
 *   schema: { customer, since: t.timestamp(), tier: t.enum(['free', 'paid']) },
 *   key: 'customer',
 *   time: 'since',
 * })
 */
export function table<
  S extends SourceSchema,
  Time extends string,
  Key extends string,
  Deleted extends string = never,
  Stated extends ColumnSpecs = {},
  const M extends Mapped<ColumnsOf<NoInfer<S>, NoInfer<Stated>, NoInfer<Time>>> = never,
  // oxlint-disable-next-line typescript/no-explicit-any -- as in `ChangeOptions`
  R = any,
>(
  name: string,
  options: SchemaOptions<S, Time, Stated> & TableOptions<ColumnsOf<S, Stated, Time>, Key, Deleted, M, R>,
): Table<
  ColumnsOf<S, Stated, Time>,
  EntityAt<ColumnsOf<S, Stated, Time>, Key>,
  RowOfTable<ColumnsOf<S, Stated, Time>, Key | Deleted>,
  RawRecord<M, R>
> {
  const subject = `table '${checkName('table', name)}'`
  checkTableOptions(subject, options)
  const columns = columnsIR(name, options.schema, options.columns, options.time as string)
  const ir = sourceIR(name, columns, options as unknown as AnyOptions, 'table')
  const source = new SourceValue(ir, options.map as MapFunction | undefined)
  const calls = rowCalls(source)
  const group: GroupIR = {
    name,
    source: name,
    entity: [entityOf(subject, ir)],
    key: [ir.key],
    place: placementOf(subject, options.place ?? stream),
    features: calls.map(featureIR),
    ...notesOf(subject, options),
  }
  return groupOf(group, source, calls)
}

function checkTableOptions(subject: string, options: object): void {
  for (const option of ['identity', 'revisable'])
    if (option in options)
      mistake(`${subject} has no ${option}: a later row of a key takes the place of the earlier one by itself; leave it out`)
  if ('entity' in options) mistake(`${subject} has no option 'entity': it is that of the key; leave it out`)
  checkOptions(subject, options, tableOptions)
}

/** One aggregate `row` per column: its value in the latest event. */
function rowCalls({ ir, row }: SourceValue): readonly NamedCall[] {
  const names = ir.columns.map(column => column.name).filter(name => name !== ir.key && name !== ir.deleted)
  return names.map(name => [name, aggregate('row', 'lifetime', {}, row[name])] as const)
}

function entityOf(subject: string, { key, columns }: SourceIR): string {
  const { entity, type } = columns.find(column => column.name === key)!
  return entity ?? mistake(`${subject}: key '${key}' is no entity; declare it as entity('${key}', t.${type}())`)
}
