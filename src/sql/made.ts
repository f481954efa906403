/** Decisions that were made, as a relation: their vectors from the events and what each of them recorded of its cuts (law 4 of the semantics). */
import type { ModelIR, PipelineIR, SourceIR, Value } from '../define/ir/ir.ts'
import { triggerColumns } from '../define/model/trigger-columns.ts'
import { readsOf, vectorsOf, type SqlRead, type VectorQuery } from './decisions.ts'
import type { Dialect } from './dialect.ts'
import { createTable, identifiers } from './relations.ts'
import type { OtherEvents } from './values.ts'

/** What a decision knew of one group, in numbers of its source's events alone: `_seq` of these relations counts a source's own events from 0. */
export interface SqlCut {
  /** The first so many of them are known. */
  readonly known: number
  /** UTC ms; below every event before the first run of a schedule. */
  readonly clock: number
  /** The triggering event, where it is of the group's source. */
  readonly without?: number | undefined
  /** How many of them the decision's own `P` has, which a placement may know less of; only for what it missed (`missed.ts`). */
  readonly within?: number | undefined
}

/** A decision without its vector. */
export interface SqlMade {
  /** UTC ms. */
  readonly t: number
  /** The columns of its trigger, physical. */
  readonly trigger: Readonly<Record<string, Value>>
  /** In the order of `madeReads`. */
  readonly cuts: readonly SqlCut[]
  /** Kinds of what it missed, as bits (`missed.ts`): its values over everything that there is but those. Needs `within`. */
  readonly leave?: number | undefined
}

/** What a model reads, in order: a cut of each belongs to a decision. Named as recorded decisions name it. */
export const madeReads = (pipeline: PipelineIR, model: ModelIR): (SqlRead & { readonly id: string })[] =>
  readsOf(pipeline, model).map(read => ({ ...read, id: `${read.group.name}(${read.key.join(',')})` }))

export function createMade(pipeline: PipelineIR, model: ModelIR, dialect: Dialect, table: string): string {
  const { int } = dialect.types
  const cuts = readsOf(pipeline, model).flatMap((_, i) => ['_known', '_clock', '_without', '_within'].map(name => `${name}${i} ${int}`))
  const columns = triggerColumns(pipeline, model)
  const names = [...fieldsOf(pipeline, model, dialect).values()]
  return createTable(table, [
    `_ask ${int}`,
    `_t ${int}`,
    `_leave ${int}`,
    ...cuts,
    ...columns.map(({ type }, i) => `${names[i]} ${dialect.types[type]}`),
  ])
}

export interface MadeTables {
  readonly eventsOf: (source: string) => string
  /** Of `createMade`. */
  readonly table: string
}

/**
 * As `vectorQuery`, of the decisions in `table`: `decision` is their number. Any trigger, any placement: what each knew stands with it. With the bound of each
 * inexact input. `eventsThat`: which events of a source count, in place of those that each decision knew.
 */
export function madeQuery(
  pipeline: PipelineIR,
  model: ModelIR,
  { eventsOf, table }: MadeTables,
  dialect: Dialect,
  eventsThat?: (source: SourceIR, events: string, dialect: Dialect) => OtherEvents,
): VectorQuery {
  const decided = {
    relations: [`decided AS (\n  SELECT *, _ask AS _about\n  FROM ${table}\n)`],
    fields: fieldsOf(pipeline, model, dialect),
  }
  const upto = `CAST(NULL AS ${dialect.types.int})`
  const everything = String(Number.MAX_SAFE_INTEGER)
  const cutOf = (_: SqlRead, i: number) => ({
    prefix: eventsThat ? everything : `d._known${i}`,
    upto,
    t: `d._clock${i}`,
    without: `d._without${i}`,
    ...(eventsThat && { more: [`d._known${i} AS known`, `d._within${i} AS within`, 'd._leave AS leave'] }),
  })
  const others = eventsThat && ((source: SourceIR) => eventsThat(source, eventsOf(source.name), dialect))
  return vectorsOf(pipeline, model, { decided, reads: readsOf(pipeline, model), cutOf, bounds: true, others }, eventsOf, dialect)
}

/** The identifier of each column of the trigger. */
export function fieldsOf(pipeline: PipelineIR, model: ModelIR, dialect: Dialect): ReadonlyMap<string, string> {
  const names = triggerColumns(pipeline, model).map(({ name }) => name)
  return new Map(identifiers(names, [], dialect).map((identifier, i) => [names[i], identifier]))
}
