/** Decisions that were made, as a relation: their vectors from the events and what each of them recorded of its cuts (law 4 of the semantics). */
import type { ModelIR, PipelineIR, Value } from '../define/ir.ts'
import { triggerColumns } from '../define/trigger-columns.ts'
import { readsOf, vectorsOf, type SqlRead, type VectorQuery } from './decisions.ts'
import type { Dialect } from './dialect.ts'
import { columnNames, createTable, identifiers } from './relations.ts'
import { previousColumn, revisionColumns } from './values.ts'

/** What a decision knew of one group, in numbers of its source's events alone: `_seq` of these relations counts a source's own events from 0. */
export interface SqlCut {
  /** The first so many of them are known. */
  readonly known: number
  /** UTC ms; below every event before the first run of a schedule. */
  readonly clock: number
  /** The triggering event, where it is of the group's source. */
  readonly without?: number | undefined
  /** How many of them the decision's own `P` has, which a placement may know less of; only for `sinceQuery`. */
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
}

/** What a model reads, in order: a cut of each belongs to a decision. Named as recorded decisions name it. */
export const madeReads = (pipeline: PipelineIR, model: ModelIR): (SqlRead & { readonly id: string })[] =>
  readsOf(pipeline, model).map(read => ({ ...read, id: `${read.group.name}(${read.key.join(',')})` }))

export function createMade(pipeline: PipelineIR, model: ModelIR, dialect: Dialect, table: string): string {
  const { int } = dialect.types
  const cuts = readsOf(pipeline, model).flatMap((_, i) => ['_known', '_clock', '_without', '_within'].map(name => `${name}${i} ${int}`))
  const columns = triggerColumns(pipeline, model)
  const names = [...fieldsOf(pipeline, model, dialect).values()]
  return createTable(table, [`_ask ${int}`, `_t ${int}`, ...cuts, ...columns.map(({ type }, i) => `${names[i]} ${dialect.types[type]}`)])
}

export interface MadeTables {
  readonly eventsOf: (source: string) => string
  /** Of `createMade`. */
  readonly table: string
}

/**
 * As `vectorQuery`, of the decisions in `table`: `decision` is their number. Any trigger, any placement: what each knew stands with it. With the bound of each
 * inexact input.
 */
export function madeQuery(pipeline: PipelineIR, model: ModelIR, { eventsOf, table }: MadeTables, dialect: Dialect): VectorQuery {
  const decided = {
    relations: [`decided AS (\n  SELECT *, _ask AS _about\n  FROM ${table}\n)`],
    fields: fieldsOf(pipeline, model, dialect),
  }
  const upto = `CAST(NULL AS ${dialect.types.int})`
  const cutOf = (_: SqlRead, i: number) => ({ prefix: `d._known${i}`, upto, t: `d._clock${i}`, without: `d._without${i}` })
  return vectorsOf(pipeline, model, { decided, reads: readsOf(pipeline, model), cutOf, bounds: true }, eventsOf, dialect)
}

/**
 * What the log has today that decisions in `table` did not know of one group that they read, and could have counted by their clock: of each that missed
 * something its number, and the greatest event time of what it missed, by how: `stale`, since the placement did not know it yet though the decision's `P` had it;
 * `revised`, since an event was superseded; `late`, since it came later.
 *
 * Every window is a suffix of time up to the clock, so that one number tells which of the group's windows it is in.
 */
export function sinceQuery(pipeline: PipelineIR, model: ModelIR, index: number, { eventsOf, table }: MadeTables, dialect: Dialect): string {
  const { group, key } = readsOf(pipeline, model)[index]
  const source = pipeline.sources.find(({ name }) => name === group.source)!
  const names = columnNames(source, dialect)
  const fields = fieldsOf(pipeline, model, dialect)
  const none = `CAST(NULL AS ${dialect.types.int})`
  const revisions = source.identity
    ? [...revisionColumns(source, names), previousColumn(source, names)]
    : [`${none} AS _next_seq`, `${none} AS _previous_seq`]
  const columns = ['s._seq', 's._time', ...group.key.map((name, i) => `s.${names.get(name)} AS k${i}`), ...revisions]
  const sameKey = key.map((name, i) => `e.k${i} = d.${fields.get(name)} AND `).join('')
  const came = `CASE WHEN e._seq >= d._known${index} THEN e._seq ELSE e._next_seq END`
  const isRevision = `(e._seq < d._known${index} OR e._previous_seq IS NOT NULL)`
  const newest = (condition: string): string => `max(CASE WHEN ${condition} THEN e._time END)`
  return `WITH events AS (
  SELECT ${columns.join(', ')}
  FROM ${eventsOf(source.name)} s
)
SELECT d._ask, ${newest(`${came} < d._within${index}`)} AS stale,
  ${newest(`${came} >= d._within${index} AND ${isRevision}`)} AS revised,
  ${newest(`${came} >= d._within${index} AND NOT ${isRevision}`)} AS late
FROM ${table} d
JOIN events e ON ${sameKey}e._time <= d._clock${index}
WHERE e._seq >= d._known${index} OR e._next_seq >= d._known${index}
GROUP BY d._ask`
}

/** The identifier of each column of the trigger. */
function fieldsOf(pipeline: PipelineIR, model: ModelIR, dialect: Dialect): ReadonlyMap<string, string> {
  const names = triggerColumns(pipeline, model).map(({ name }) => name)
  return new Map(identifiers(names, [], dialect).map((identifier, i) => [names[i], identifier]))
}
