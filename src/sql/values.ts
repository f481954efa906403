import { aggregates } from '../aggregate/index.ts'
import type { SqlValue } from '../aggregate/sql.ts'
import type { ExprIR, FeatureIR, GroupIR, SourceIR } from '../define/ir/ir.ts'
import { givesList } from '../define/ir/signatures.ts'
import { boundSql } from './bound.ts'
import type { Dialect } from './dialect.ts'
import { expressionSql } from './expression.ts'
import { columnNames, identifiers } from './relations.ts'
import { SelectList } from './select-list.ts'
import { windowSql } from './window.ts'

export interface Tables {
  readonly events: string
  readonly asks: string
}

export interface ValuesQuery {
  readonly sql: string
  /** The columns after `ask`. */
  readonly columns: readonly ResultColumn[]
}

export interface ResultColumn extends Result {
  /** As an identifier. */
  readonly name: string
}

interface Result {
  readonly feature: FeatureIR
  readonly part: 'value' | 'exact' | 'refused' | 'bound'
  readonly sql: string
}

/** Another rule of which events an ask counts than that they are known and stand. */
export interface OtherEvents {
  /** A relation of events `s`, with what else is needed of them. */
  readonly from: string
  /** Columns of an event that `counts` needs. */
  readonly columns: readonly string[]
  /** Of an event `e` and an ask `a`. */
  readonly counts: string
}

export interface ValuesOptions {
  readonly bounds?: boolean
  readonly others?: OtherEvents | undefined
}

/**
 * The features of one group at any `(P, t)`, as one query: a row an ask, in no order.
 *
 * Semantics §3, read aloud: join each ask with the events of its key that are known and not superseded; aggregate those within each
 * window; write the value from the aggregates. Cost: asks × events of their key, within twice the longest window.
 *
 * Columns: `ask`, then for each feature in order its value as delivered; for an exact `sum` or `change` the integer behind it
 * (`…__exact`); where it may be refused, the code with which it is (`…__refused`, NULL if it is not); with `bounds`, where it is inexact, by how much
 * another computation may differ (`…__bound`).
 */
export function valuesQuery(
  group: GroupIR,
  source: SourceIR,
  tables: Tables,
  dialect: Dialect,
  { bounds = false, others }: ValuesOptions = {},
): ValuesQuery {
  const names = columnNames(source, dialect)
  const lists = { inputs: new SelectList('x'), tails: new SelectList('tail'), calls: new SelectList('p') }
  const values = group.features.map(feature => valueSql(feature, source, names, lists, dialect, bounds))
  const sameKey = group.key.map((_, i) => `e.k${i} = a.k${i} AND `).join('')
  const keys = group.key.map((name, i) => `s.${names.get(name)} AS k${i}`)
  const reach = reachOf(group)
  const results = values.flatMap((value, i) => resultsOf(group.features[i], value, i, dialect))
  const resultNames = identifiers(
    results.map(({ feature, part }) => (part === 'value' ? feature.name : `${feature.name}__${part}`)),
    ['ask'],
    dialect,
  )
  const columns = results.map((result, i) => ({ ...result, name: resultNames[i] }))
  const sql = `WITH
known AS (
  SELECT ${[...ownColumns, ...keys, ...revisionColumns(source, names), ...(others?.columns ?? []), ...lists.inputs.columns()].join(',\n    ')}
  FROM ${others?.from ?? `${tables.events} s`}
),
asked AS (
  SELECT ${['a.*', ...(reach === undefined ? [] : [`${dialect.tile('a.t', reach)} AS span`]), ...lists.tails.columns()].join(',\n    ')}
  FROM ${tables.asks} a
),
near AS (
  ${nearSql(reach, dialect)}
),
partials AS (
  SELECT ${['a.ask', ...lists.calls.columns()].join(',\n    ')}
  FROM asked a
  JOIN near e ON ${sameKey}${reach === undefined ? '' : 'e._span = a.span AND '}e._seq < a.prefix AND e._time <= a.t
  WHERE (a.upto IS NULL OR e._arrival <= a.upto)${others ? ` AND ${others.counts}` : countsSql(source)}
  GROUP BY a.ask
),
answers AS (
  SELECT ${['a.ask', ...values.flatMap((value, i) => answerColumns(value, i))].join(',\n    ')}
  FROM ${tables.asks} a
  LEFT JOIN partials p ON p.ask = a.ask
)
SELECT ${['ask', ...columns.map(({ sql, name }) => `${sql} AS ${name}`)].join(',\n  ')}
FROM answers`
  return { sql, columns }
}

type Names = ReadonlyMap<string, string>

/** Inputs and conditions are computed once an event, tails once an ask, aggregate calls once an ask and window. */
interface Lists {
  readonly inputs: SelectList
  readonly tails: SelectList
  readonly calls: SelectList
}

const ownColumns = [
  's._seq',
  's._arrival',
  's._time',
  's._deleted',
  'row_number() OVER (ORDER BY s._time, s._arrival, s._partition, s._offset) AS _order',
]

/** How far before its clock an ask may see; undefined if as far as there are events. */
function reachOf({ features }: GroupIR): number | undefined {
  if (features.some(({ window }) => window === 'lifetime')) return undefined
  return Math.max(...features.map(({ window, hop }) => (window as number) + hop))
}

/** Time is cut into spans as long as the reach. An event stands in its own and in the next, so that an ask finds all it sees in its own. */
function nearSql(reach: number | undefined, dialect: Dialect): string {
  if (reach === undefined) return 'SELECT * FROM known'
  return `SELECT e.*, ${dialect.tile('e._time', reach)} + later.shift AS _span FROM known e CROSS JOIN (VALUES (0), (${reach})) AS later(shift)`
}

/** The next revision of each event. Later positions of a key are later in the total order and in arrival, so the next one decides. */
export function revisionColumns(source: SourceIR, names: Names): string[] {
  return source.identity ? nextColumns(source, names, { _next_seq: 's._seq', _next_arrival: 's._arrival' }) : []
}

/** Of the next revision of each event some of its columns, NULL where there is none; for a source with an identity. */
export function nextColumns(source: SourceIR, names: Names, columns: Readonly<Record<string, string>>): string[] {
  const { present, over } = identitySql(source, names)
  return Object.entries(columns).map(([name, column]) => `CASE WHEN ${present} THEN lead(${column}) ${over} END AS ${name}`)
}

/** The first event of the identity of each, as `_original_seq`; for a source with an identity. */
export function originalColumn(source: SourceIR, names: Names): string {
  const { present, over } = identitySql(source, names)
  return `CASE WHEN ${present} THEN first_value(s._seq) ${over} END AS _original_seq`
}

/** Whether an event can be revised, and the order of those that revise one another. */
function identitySql(source: SourceIR, names: Names): { readonly present: string; readonly over: string } {
  const { present, partition } = identityPartition(source, names)
  return { present, over: `OVER (${partition} ORDER BY s._partition, s._offset)` }
}

/** Whether an event can be revised, and those that revise one another as a partition. */
export function identityPartition(
  { key, identity = [] }: SourceIR,
  names: Names,
): { readonly present: string; readonly partition: string } {
  const fields = identity.map(name => `s.${names.get(name)}`)
  const present = fields.map(field => `${field} IS NOT NULL`).join(' AND ')
  return { present, partition: `PARTITION BY ${[`s.${names.get(key)}`, ...fields].join(', ')}` }
}

/** Not deleted, and not superseded in what the ask knows. Where nothing supersedes, each feature says what a deleted event is to it. */
function countsSql({ identity }: SourceIR): string {
  if (!identity) return ''
  return ' AND NOT e._deleted AND (e._next_seq IS NULL OR e._next_seq >= a.prefix OR (a.upto IS NOT NULL AND e._next_arrival > a.upto))'
}

interface BoundedValue extends SqlValue {
  readonly bound?: string | undefined
}

/** One feature's answer; what it needs of events, asks and partials is added to the lists. */
function valueSql(
  feature: FeatureIR,
  source: SourceIR,
  names: Names,
  { inputs, tails, calls }: Lists,
  dialect: Dialect,
  bounds: boolean,
): BoundedValue {
  const { input, conditions: ofMembers } = membersSql(feature, source, names, inputs, dialect)
  const conditions: string[] = []
  if (feature.window !== 'lifetime') conditions.push(`e._time >= a.${tails.nameOf(dialect.tile(`a.t - ${feature.window}`, feature.hop))}`)
  if (feature.before) conditions.push('(a.without IS NULL OR e._seq <> a.without)')
  const takesPart = [...conditions, ...ofMembers].join(' AND ') || 'TRUE'
  const window = windowSql(feature, { input, takesPart }, calls, dialect)
  return { ...aggregates[feature.agg].sql(feature, window), ...(bounds && { bound: boundSql(feature, window) }) }
}

/** What a feature is made of, of an event `e`: its input, and what makes it take part whatever the window. Adds to `inputs`, columns over an event `s`. */
export function membersSql(
  feature: FeatureIR,
  source: SourceIR,
  names: Names,
  inputs: SelectList,
  dialect: Dialect,
): { readonly input: string; readonly conditions: readonly string[] } {
  const written = (expr: ExprIR): string => expressionSql(expr, dialect, ({ name }) => `s.${names.get(name)}`)
  const ofEvent = (expr: ExprIR): string => `e.${inputs.nameOf(written(expr))}`
  const hasTombstones = source.deleted !== undefined && !source.identity
  const isRow = feature.agg === 'row'
  const ofRow = (expr: ExprIR): string =>
    hasTombstones ? `e.${inputs.nameOf(`CASE WHEN NOT s._deleted THEN ${written(expr)} END`)}` : ofEvent(expr)
  const input = feature.input ? (isRow ? ofRow : ofEvent)(feature.input) : ''
  const conditions = [
    ...(feature.where ? [ofEvent(feature.where)] : []),
    ...(hasTombstones && !isRow ? ['NOT e._deleted'] : []),
    ...(feature.input && !isRow ? [`${input} IS NOT NULL`] : []),
  ]
  return { input, conditions }
}

function answerColumns({ value, exact, refused, bound }: BoundedValue, i: number): string[] {
  const honest = (sql: string): string => (refused ? `CASE WHEN NOT coalesce(${refused.when}, FALSE) THEN ${sql} END` : sql)
  const columns = [`${honest(value)} AS v${i}`]
  if (exact) columns.push(`${honest(exact)} AS x${i}`)
  if (refused) columns.push(`CASE WHEN ${refused.when} THEN '${refused.code}' END AS r${i}`)
  // Of no value there is none: that no other computation may have one is exact.
  if (bound !== undefined) columns.push(`CASE WHEN (${value}) IS NOT NULL THEN ${bound} END AS b${i}`)
  return columns
}

/** What arithmetic over doubles made may not be finite; then it is refused. */
function resultsOf(feature: FeatureIR, { exact, refused, bound }: BoundedValue, i: number, dialect: Dialect): Result[] {
  const mayOverflow = feature.input?.type === 'double' && !givesList(feature.agg) && !refused
  const results: Result[] = [{ feature, part: 'value', sql: mayOverflow ? dialect.finite(`v${i}`) : `v${i}` }]
  if (exact) results.push({ feature, part: 'exact', sql: `x${i}` })
  if (refused) results.push({ feature, part: 'refused', sql: `r${i}` })
  if (mayOverflow) results.push({ feature, part: 'refused', sql: `CASE WHEN NOT ${dialect.isFinite(`v${i}`)} THEN 'SPILL_RANGE' END` })
  if (bound !== undefined) results.push({ feature, part: 'bound', sql: `b${i}` })
  return results
}
