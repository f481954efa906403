import { aggregateOf, type SqlValue } from '../aggregate/index.ts'
import { type ExprIR, type FeatureIR, type GroupIR, type SourceIR, isListAggregate } from '../define/ir/index.ts'
import { errorBoundSql } from './error-bound.ts'
import type { PointInTimeDialect, SqlDialect } from './dialect.ts'
import { expressionSql } from './expression.ts'
import { columnNames, identifiers } from './relations.ts'
import { SelectList } from './select-list.ts'
import { windowSql } from './window.ts'

/** Names of the two relations of a query. */
export interface ValueTables {
  readonly events: string
  readonly requests: string
}

/** A query for the values of a group. */
export interface ValuesQuery {
  readonly sql: string
  /** The columns after `request`. */
  readonly columns: readonly ResultColumn[]
}

/** A column of the result. */
export interface ResultColumn extends Result {
  /** As an identifier. */
  readonly name: string
}

interface Result {
  readonly feature: FeatureIR
  readonly part: 'value' | 'exact' | 'rejected' | 'bound'
  readonly sql: string
}

/** Replaces the rule for which events a request counts; by default those that are visible and not superseded. */
export interface EventRule {
  /** A relation of events `s`, joined with the data that `columns` need. */
  readonly from: string
  /** Columns of an event that `counts` needs. */
  readonly columns: readonly string[]
  /** A condition over an event `e` and a request `a`. */
  readonly condition: string
}

/** Options of a query for values. */
export interface ValuesOptions {
  readonly bounds?: boolean
  readonly eventRule?: EventRule | undefined
}

/**
 * Builds one query for the features of one group at any `(P, t)`: a row per request, in no order.
 *
 * It follows the semantics (the value) step by step. It joins each request with the visible, not superseded events of its key;
 * aggregates those within each window; and computes the value from the aggregates. Cost: requests × events of their key, within twice
 * the longest window.
 *
 * Columns: `request`, then for each feature in order its value as delivered; for an exact `sum` or `change` the integer behind it
 * (`…__exact`); if it may be rejected, the code (`…__rejected`, NULL if it is not); with `bounds`, if it is inexact, its error bound
 * (`…__bound`).
 */
export function valuesQuery(
  group: GroupIR,
  source: SourceIR,
  tables: ValueTables,
  dialect: PointInTimeDialect,
  { bounds = false, eventRule }: ValuesOptions = {},
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
    ['request'],
    dialect,
  )
  const columns = results.map((result, i) => ({ ...result, name: resultNames[i] }))
  const eventColumns = [...ownColumns, ...keys, ...revisionColumns(source, names), ...(eventRule?.columns ?? []), ...lists.inputs.columns()]
  const sql = `WITH
input_events AS (
  SELECT ${eventColumns.join(',\n    ')}
  FROM ${eventRule?.from ?? `${tables.events} s`}
),
request_windows AS (
  SELECT ${['a.*', ...(reach === undefined ? [] : [`${dialect.tileStart('a.t', reach)} AS span`]), ...lists.tails.columns()].join(',\n    ')}
  FROM ${tables.requests} a
),
nearby_events AS (
  ${nearbyEventsSql(reach, dialect)}
),
partials AS (
  SELECT ${['a.request', ...lists.calls.columns()].join(',\n    ')}
  FROM request_windows a
  JOIN nearby_events e ON ${sameKey}${reach === undefined ? '' : 'e._span = a.span AND '}e._seq < a.prefix AND e._time <= a.t
  WHERE (a.upto IS NULL OR e._arrival <= a.upto)${eventRule ? ` AND ${eventRule.condition}` : countsSql(source)}
  GROUP BY a.request
),
answers AS (
  SELECT ${['a.request', ...values.flatMap((value, i) => answerColumns(value, i))].join(',\n    ')}
  FROM ${tables.requests} a
  LEFT JOIN partials p ON p.request = a.request
)
SELECT ${['request', ...columns.map(({ sql, name }) => `${sql} AS ${name}`)].join(',\n  ')}
FROM answers`
  return { sql, columns }
}

type Names = ReadonlyMap<string, string>

/** Inputs and conditions are computed once per event, tails once per request, aggregate calls once per request and window. */
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

/** The time before its as-of time that a request may see; undefined if unlimited. */
function reachOf({ features }: GroupIR): number | undefined {
  if (features.some(({ window }) => window === 'lifetime')) return undefined
  return Math.max(...features.map(({ window, hop }) => (window as number) + hop))
}

/**
 * Cuts time into spans as long as the reach. An event is in its own span and in the next, so a request finds all its events in its
 * own span.
 */
function nearbyEventsSql(reach: number | undefined, dialect: SqlDialect): string {
  if (reach === undefined) return 'SELECT * FROM input_events'
  const span = `${dialect.tileStart('e._time', reach)} + later.shift`
  return `SELECT e.*, ${span} AS _span FROM input_events e CROSS JOIN (VALUES (0), (${reach})) AS later(shift)`
}

/**
 * The next revision of each event. Later positions of a key are later in the total order and in arrival, so the next revision
 * decides.
 */
export function revisionColumns(source: SourceIR, names: Names): string[] {
  return source.identity ? nextRevisionColumns(source, names, { _next_seq: 's._seq', _next_arrival: 's._arrival' }) : []
}

/** Columns of the next revision of each event, NULL if there is none; for a source with an identity. */
export function nextRevisionColumns(source: SourceIR, names: Names, columns: Readonly<Record<string, string>>): string[] {
  const { present, over } = identitySql(source, names)
  return Object.entries(columns).map(([name, column]) => `CASE WHEN ${present} THEN lead(${column}) ${over} END AS ${name}`)
}

/** The first event of each identity, as `_original_seq`; for a source with an identity. */
export function firstRevisionColumn(source: SourceIR, names: Names): string {
  const { present, over } = identitySql(source, names)
  return `CASE WHEN ${present} THEN first_value(s._seq) ${over} END AS _original_seq`
}

/** Can an event be revised, and in which order do its revisions come? */
function identitySql(source: SourceIR, names: Names): { readonly present: string; readonly over: string } {
  const { present, partition } = identityPartition(source, names)
  return { present, over: `OVER (${partition} ORDER BY s._partition, s._offset)` }
}

/** Can an event be revised, and which partition holds its revisions? */
export function identityPartition(
  { key, identity = [] }: SourceIR,
  names: Names,
): { readonly present: string; readonly partition: string } {
  const fields = identity.map(name => `s.${names.get(name)}`)
  const present = fields.map(field => `${field} IS NOT NULL`).join(' AND ')
  return { present, partition: `PARTITION BY ${[`s.${names.get(key)}`, ...fields].join(', ')}` }
}

/**
 * Requires of an event `e` that it is not deleted, nor superseded by an event visible to the request `a`. Without an identity, each feature
 * handles deleted events itself.
 */
export function countsSql({ identity }: SourceIR, event = 'e'): string {
  if (!identity) return ''
  const [seq, arrival] = [`${event}._next_seq`, `${event}._next_arrival`]
  return ` AND NOT ${event}._deleted AND (${seq} IS NULL OR ${seq} >= a.prefix OR (a.upto IS NOT NULL AND ${arrival} > a.upto))`
}

interface BoundedValue extends SqlValue {
  readonly bound?: string | undefined
}

/** The answer of one feature. Adds the columns that it needs of events, requests and partials to the lists. */
function valueSql(
  feature: FeatureIR,
  source: SourceIR,
  names: Names,
  { inputs, tails, calls }: Lists,
  dialect: PointInTimeDialect,
  bounds: boolean,
): BoundedValue {
  const { input, conditions: inputConditions } = participantsSql(feature, source, names, inputs, dialect)
  const conditions: string[] = []
  if (feature.window !== 'lifetime')
    conditions.push(`e._time >= a.${tails.nameOf(dialect.tileStart(`(a.t - ${feature.window})`, feature.hop))}`)
  if (feature.before) conditions.push('(a.excluded IS NULL OR e._seq <> a.excluded)')
  const takesPart = [...conditions, ...inputConditions].join(' AND ') || 'TRUE'
  const window = windowSql(feature, { input, takesPart }, calls, dialect)
  return { ...aggregateOf(feature).valueSql(window), ...(bounds && { bound: errorBoundSql(feature, window) }) }
}

/**
 * The input of a feature for an event `e`, and the conditions under which the event takes part, whatever the window. Adds columns
 * over an event `s` to `inputs`.
 */
export function participantsSql(
  feature: FeatureIR,
  source: SourceIR,
  names: Names,
  inputs: SelectList,
  dialect: SqlDialect,
): { readonly input: string; readonly conditions: readonly string[] } {
  const eventExpression = (expr: ExprIR): string => expressionSql(expr, dialect, ({ name }) => `s.${names.get(name)}`)
  const ofEvent = (expr: ExprIR): string => `e.${inputs.nameOf(eventExpression(expr))}`
  const hasTombstones = source.deleted !== undefined && !source.identity
  const isRow = feature.agg === 'row'
  const ofRow = (expr: ExprIR): string =>
    hasTombstones ? `e.${inputs.nameOf(`CASE WHEN NOT s._deleted THEN ${eventExpression(expr)} END`)}` : ofEvent(expr)
  const input = feature.input ? (isRow ? ofRow : ofEvent)(feature.input) : ''
  const conditions = [
    ...(feature.where ? [ofEvent(feature.where)] : []),
    ...(hasTombstones && !isRow ? ['NOT e._deleted'] : []),
    ...(feature.input && !isRow ? [`${input} IS NOT NULL`] : []),
  ]
  return { input, conditions }
}

function answerColumns({ value, exact, rejected, bound }: BoundedValue, i: number): string[] {
  const unlessRejected = (sql: string): string => (rejected ? `CASE WHEN NOT coalesce(${rejected.when}, FALSE) THEN ${sql} END` : sql)
  const columns = [`${unlessRejected(value)} AS v${i}`]
  if (exact) columns.push(`${unlessRejected(exact)} AS x${i}`)
  if (rejected) columns.push(`CASE WHEN ${rejected.when} THEN '${rejected.code}' END AS r${i}`)
  // No value has no bound: whether a value is NULL is exact.
  if (bound !== undefined) columns.push(`CASE WHEN (${value}) IS NOT NULL THEN ${bound} END AS b${i}`)
  return columns
}

/** The columns of one answer. A double that is not finite is rejected. */
function resultsOf(feature: FeatureIR, { exact, rejected, bound }: BoundedValue, i: number, dialect: PointInTimeDialect): Result[] {
  const mayOverflow = feature.input?.type === 'double' && !isListAggregate(feature.agg) && !rejected
  const results: Result[] = [{ feature, part: 'value', sql: mayOverflow ? dialect.finiteOrNull(`v${i}`) : `v${i}` }]
  if (exact) results.push({ feature, part: 'exact', sql: `x${i}` })
  if (rejected) results.push({ feature, part: 'rejected', sql: `r${i}` })
  if (mayOverflow) results.push({ feature, part: 'rejected', sql: `CASE WHEN NOT ${dialect.isFinite(`v${i}`)} THEN 'SPILL_RANGE' END` })
  if (bound !== undefined) results.push({ feature, part: 'bound', sql: `b${i}` })
  return results
}
