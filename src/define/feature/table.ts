/**
 * A table: the latest row of each key, kept from a log of its changes (semantics §9). A customer's plan, an airport's zone.
 *
 * It is two things that already exist: a source, whose events are the changes, and a feature group over it, one feature a column. What is read of a
 * key is the row of its latest event by event time, whatever else was sent since; all NULL where there is none, or where it is a delete.
 * The column of the event time says since when the row stands, and, NULL or not, whether there is one.
 */
import { aggregate, type AggregateCall } from '../expression/aggregate-call.ts'
import type { Aggregate } from '../expression/aggregating.ts'
import type { Entity } from '../source/entity.ts'
import { GroupValue, type Group } from './features.ts'
import type { FeatureIR, GroupIR, SourceIR } from '../ir/ir.ts'
import type { Columns, DeliveredOf, KindOf, RequiredNames } from '../expression/kinds.ts'
import { mistake } from '../mistake/mistake.ts'
import { checkName, checkOptions, notesOf } from '../mistake/names.ts'
import { placementOf, stream, type Placement } from './placement.ts'
import { columnsOf, type ColumnsOf, type Schema } from '../source/schema.ts'
import { SourceValue, type SchemaOptions, type Source } from '../source/source.ts'
import { sourceIR } from '../source/source-ir.ts'
import type { AnyOptions, ChangeOptions, Mapped } from '../source/source-options.ts'

/** A feature group over a source of its own: `plans.of(p.customer).tier` among the inputs of a model; its changes go to `plans.source`. */
export interface Table<C extends Columns, E extends Entity, F> extends Group<E, F> {
  /** Takes the changes: for `on(plans.source)`, for other feature groups, and for records. In it a delete is no event that counts. */
  readonly source: Source<C>
}

/** Names of the columns that identify an entity in every record. */
type EntityNames<C extends Columns> = { [N in RequiredNames<C>]: C[N] extends Entity ? N : never }[RequiredNames<C>]
type EntityAt<C extends Columns, Key> = Key extends keyof C ? (C[Key] extends Entity ? C[Key] : never) : never

/** Names of the bool columns. */
type FlagNames<C extends Columns> = { [N in keyof C & string]: KindOf<C[N]> extends 'bool' ? N : never }[keyof C & string]

/** Every column but the key and the mark of a delete: each may be NULL, for there may be no row. */
type RowOfTable<C extends Columns, NotRead> = {
  readonly [N in Exclude<keyof C, NotRead>]: Aggregate<KindOf<C[N]>, DeliveredOf<C[N]> | null>
}

export interface TableOptions<C extends Columns, Key, Deleted, M> extends ChangeOptions<C, M> {
  /** What the rows are of: a column that is an entity. */
  readonly key: Key extends EntityNames<C> ? Key : EntityNames<C>
  /** A bool column: a change in which it is true deletes the row. It is a record of the schema too: columns that it leaves out are nullable. */
  readonly deleted?: Deleted extends FlagNames<C> ? Deleted : FlagNames<C>
  /** How old what is read of it may be; `stream` unless given. */
  readonly place?: Placement
  readonly owner?: string
  readonly description?: string
}

const changeOptions = ['schema', 'columns', 'key', 'time', 'id', 'arrives', 'allowedLateness', 'maxClockSkew', 'dedupe'] as const
const optionNames = [...changeOptions, 'map', 'mapVersion', 'deleted', 'place', 'owner', 'description']

/**
 * Declares a table. `schema`, `time` and the rest are those of a source; `key` is an entity. A change is a whole row, as of its `time`: what it
 * leaves out is NULL. Of two with one time the one that arrived later stands, so a row is corrected by sending it again.
 */
export function table<
  S extends Schema,
  Time extends string,
  Key extends string,
  Deleted extends string = never,
  Stated extends Columns = {},
  const M extends Mapped<ColumnsOf<NoInfer<S>, NoInfer<Stated>, NoInfer<Time>>> = never,
>(
  name: string,
  options: SchemaOptions<S, Time, Stated> & TableOptions<ColumnsOf<S, Stated, Time>, Key, Deleted, M>,
): Table<ColumnsOf<S, Stated, Time>, EntityAt<ColumnsOf<S, Stated, Time>, Key>, RowOfTable<ColumnsOf<S, Stated, Time>, Key | Deleted>> {
  const what = `table '${checkName('table', name)}'`
  checkTableOptions(what, options)
  const columns = columnsOf(name, options.schema, options.columns, options.time)
  const ir = sourceIR(name, columns, options as unknown as AnyOptions, 'table')
  const source = new SourceValue(ir, options.map)
  const calls = rowCalls(source)
  const group: GroupIR = {
    name,
    source: name,
    entity: [entityOf(what, ir)],
    key: [ir.key],
    place: placementOf(what, options.place ?? stream),
    features: calls.map(([column, call]): FeatureIR => ({ name: column, ...call.feature })),
    ...notesOf(what, options),
  }
  return new GroupValue(group, source, Object.fromEntries(calls.map(([column, call]) => [column, call.result]))) as never
}

function checkTableOptions(what: string, options: object): void {
  for (const option of ['identity', 'revisable'])
    if (option in options)
      mistake(`${what} has no ${option}: a later row of a key takes the place of the earlier one by itself; leave it out`)
  if ('entity' in options) mistake(`${what} has no option 'entity': it is that of the key; leave it out`)
  checkOptions(what, options, optionNames)
}

/** A column each, as the latest event has it. */
function rowCalls({ ir, row }: SourceValue): readonly (readonly [string, AggregateCall])[] {
  const names = ir.columns.map(column => column.name).filter(name => name !== ir.key && name !== ir.deleted)
  return names.map(name => [name, aggregate('row', 'lifetime', {}, row[name])] as const)
}

function entityOf(what: string, { key, columns }: SourceIR): string {
  const { entity, type } = columns.find(column => column.name === key)!
  return entity ?? mistake(`${what}: key '${key}' identifies nothing; declare it as entity('${key}', t.${type}())`)
}
