/** Decisions that were made, as a relation: their vectors from the events and what each of them recorded of its cuts (law 4 of the semantics). */
import type { ModelIR, PipelineIR, Value } from '../define/ir.ts'
import { triggerColumns } from '../define/trigger-columns.ts'
import { readsOf, vectorsOf, type SqlRead, type VectorQuery } from './decisions.ts'
import type { Dialect } from './dialect.ts'
import { columnNames, createTable, identifiers } from './relations.ts'
import { SelectList } from './select-list.ts'
import { membersSql, originalColumn, revisionColumns } from './values.ts'

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
 * What the log has today that decisions in `table` did not know of one group that they read, and could have counted by their clock. Of each decision that missed
 * something its number; then for each feature of the group the greatest event time of what it missed, by how: `stale`, since the placement did not know it
 * yet though the decision's `P` had it; `revised`, since an event that was known was superseded; `late`, since it came later.
 *
 * What is missed counts today, or counted then: an event that has itself been superseded since changes nothing. Every window is a suffix of time up to the clock, so that one number tells whether anything is in it.
 */
export function sinceQuery(pipeline: PipelineIR, model: ModelIR, index: number, { eventsOf, table }: MadeTables, dialect: Dialect): string {
  const { group, key } = readsOf(pipeline, model)[index]
  const source = pipeline.sources.find(({ name }) => name === group.source)!
  const names = columnNames(source, dialect)
  const fields = fieldsOf(pipeline, model, dialect)
  const inputs = new SelectList('x')
  const calls = new SelectList('m')
  const [known, within] = [`d._known${index}`, `d._within${index}`]
  const came = `CASE WHEN e._seq >= ${known} THEN e._seq ELSE e._next_seq END`
  const isRevision = `coalesce(e._original_seq < ${known}, FALSE)`
  const kinds = [`${came} < ${within}`, `${came} >= ${within} AND ${isRevision}`, `${came} >= ${within} AND NOT ${isRevision}`]
  const times = group.features.flatMap(feature => {
    const { conditions } = membersSql(feature, source, names, inputs, dialect)
    return kinds.map(kind => calls.nameOf(`max(CASE WHEN ${[kind, ...conditions].join(' AND ')} THEN e._time END)`))
  })
  const none = `CAST(NULL AS ${dialect.types.int})`
  const revisions = source.identity
    ? [...revisionColumns(source, names), originalColumn(source, names)]
    : [`${none} AS _next_seq`, `${none} AS _original_seq`]
  const keys = group.key.map((name, i) => `s.${names.get(name)} AS k${i}`)
  const sameKey = key.map((name, i) => `e.k${i} = d.${fields.get(name)} AND `).join('')
  return `WITH events AS (
  SELECT ${['s._seq', 's._time', 's._deleted', ...keys, ...revisions, ...inputs.columns()].join(', ')}
  FROM ${eventsOf(source.name)} s
),
missed AS (
  SELECT ${['d._ask', ...calls.columns()].join(',\n    ')}
  FROM ${table} d
  JOIN events e ON ${sameKey}e._time <= d._clock${index}
  WHERE ((e._seq >= ${known} AND e._next_seq IS NULL) OR (e._seq < ${known} AND e._next_seq >= ${known}))${source.identity ? ' AND NOT e._deleted' : ''}
  GROUP BY d._ask
)
SELECT ${['_ask', ...times].join(', ')}
FROM missed`
}

/** The identifier of each column of the trigger. */
function fieldsOf(pipeline: PipelineIR, model: ModelIR, dialect: Dialect): ReadonlyMap<string, string> {
  const names = triggerColumns(pipeline, model).map(({ name }) => name)
  return new Map(identifiers(names, [], dialect).map((identifier, i) => [names[i], identifier]))
}
