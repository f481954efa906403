/**
 * Point-in-time values in SQL: the text of one query for a feature group.
 *
 * Aliases: `s` an event of the source, `e` an event with the inputs of the features, `a` a request, `p` the partials of a request.
 */
import { aggregateOf } from '../aggregate/index.ts'
import type { StrictOmit } from '../base/index.ts'
import { type ExprIR, type FeatureIR, type GroupIR, type SourceIR, isListAggregate } from '../define/ir/index.ts'
import { SelectList, windowSql } from './aggregate-calls.ts'
import { errorBoundSql } from './error-bound.ts'
import type { PointInTimeDialect, SqlDialect } from './dialect.ts'
import { expressionSql } from './expression.ts'
import { columnNames, identifiers, lines, type ColumnNames } from './relations.ts'
import { countsSql, revisionColumns } from './revisions.ts'

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
export interface ResultColumn {
  /** As an identifier. */
  readonly name: string
  readonly feature: FeatureIR
  readonly part: 'value' | 'exact' | 'rejected' | 'bound'
  readonly sql: string
}

/** Replaces the rule for which events a request counts; by default those that are visible and not superseded. */
export interface EventRule {
  /** A relation of events `s`, joined with the data that `columns` need. */
  readonly from: string
  /** Columns of an event that `condition` needs. */
  readonly columns: readonly string[]
  /** A condition over an event `e` and a request `a`. */
  readonly condition: string
}

/**
 * Builds one query for the features of one group at any `(P, t)`: a row per request, in no order.
 *
 * It follows the semantics (the value) step by step. It joins each request with the visible, not superseded events of its key;
 * aggregates those within each window; and computes the value from the aggregates. Cost: requests × events of their key, within twice
 * the longest window.
 *
 * Columns: `request`, then for each feature in order its value as delivered; for an exact `sum` or `change` the integer behind it
 * (`…__exact`); if it may be rejected, the code (`…__rejected`, NULL if it is not); if it is inexact, its error bound (`…__bound`).
 *
 * Example: the query of `n10m: count('10m')` by `card`, in DuckDB's dialect:
 *
 * ```sql
 * WITH
 * input_events AS (
 *   SELECT s._seq,
 *     s._arrival,
 *     s._time,
 *     s._deleted,
 *     row_number() OVER (ORDER BY s._time, s._arrival, s._partition, s._offset) AS _order,
 *     s."card" AS k0
 *   FROM events s
 * ),
 * request_windows AS (
 *   SELECT a.*,
 *     (a.t - ((a.t % 610000) + 610000) % 610000) AS span,
 *     ((a.t - 600000) - (((a.t - 600000) % 10000) + 10000) % 10000) AS tail0
 *   FROM requests a
 * ),
 * nearby_events AS (
 *   SELECT e.*, (e._time - ((e._time % 610000) + 610000) % 610000) + later.shift AS _span
 *   FROM input_events e CROSS JOIN (VALUES (0), (610000)) AS later(shift)
 * ),
 * partials AS (
 *   SELECT a.request,
 *     count(*) FILTER (WHERE e._time >= a.tail0) AS p0
 *   FROM request_windows a
 *   JOIN nearby_events e ON e.k0 = a.k0 AND e._span = a.span AND e._seq < a.prefix AND e._time <= a.t
 *   WHERE (a.upto IS NULL OR e._arrival <= a.upto) AND TRUE
 *   GROUP BY a.request
 * ),
 * answers AS (
 *   SELECT a.request,
 *     CAST(coalesce(p.p0, 0) AS DOUBLE) AS value0
 *   FROM requests a
 *   LEFT JOIN partials p ON p.request = a.request
 * )
 * SELECT request,
 *     value0 AS "n10m"
 * FROM answers
 * ```
 */
export function valuesQuery(
  group: GroupIR,
  source: SourceIR,
  tables: ValueTables,
  dialect: PointInTimeDialect,
  eventRule: EventRule = { from: `${tables.events} s`, columns: [], condition: `TRUE${countsSql(source)}` },
): ValuesQuery {
  const names = columnNames(source, dialect)
  const lists = { inputs: new SelectList('x'), tails: new SelectList('tail'), calls: new SelectList('p') }
  // Before the text: the answers fill the lists, whose columns the relations before `answers` compute.
  const answers = group.features.map((feature, i) => answerSql(feature, i, { source, names, dialect, ...lists }))
  const results = answers.flatMap(({ results }) => results)
  const resultNames = identifiers(
    results.map(({ feature, part }) => (part === 'value' ? feature.name : `${feature.name}__${part}`)),
    ['request'],
    dialect,
  )
  const columns = results.map((result, i) => ({ ...result, name: resultNames[i] }))

  const keys = group.key.map((name, i) => `s.${names.get(name)} AS k${i}`)
  const inputEvents = [...ownColumns, ...keys, ...revisionColumns(source, names), ...eventRule.columns, ...lists.inputs.columns()]
  const reach = reachOf(group)
  const span = reach === undefined ? [] : [`${dialect.tileStart('a.t', reach)} AS span`]
  const sameKey = group.key.map((_, i) => `e.k${i} = a.k${i} AND `).join('')
  const sameSpan = reach === undefined ? '' : 'e._span = a.span AND '
  const sql = `WITH
input_events AS (
  SELECT ${lines(inputEvents)}
  FROM ${eventRule.from}
),
request_windows AS (
  SELECT ${lines(['a.*', ...span, ...lists.tails.columns()])}
  FROM ${tables.requests} a
),
nearby_events AS (
  ${nearbyEventsSql(reach, dialect)}
),
partials AS (
  SELECT ${lines(['a.request', ...lists.calls.columns()])}
  FROM request_windows a
  JOIN nearby_events e ON ${sameKey}${sameSpan}e._seq < a.prefix AND e._time <= a.t
  WHERE (a.upto IS NULL OR e._arrival <= a.upto) AND ${eventRule.condition}
  GROUP BY a.request
),
answers AS (
  SELECT ${lines(['a.request', ...answers.flatMap(({ columns }) => columns)])}
  FROM ${tables.requests} a
  LEFT JOIN partials p ON p.request = a.request
)
SELECT ${lines(['request', ...columns.map(({ sql, name }) => `${sql} AS ${name}`)])}
FROM answers`
  return { sql, columns }
}

/** The context of a query while it is written: its source, and the columns that its answers need of the relations before them. */
interface Writing {
  readonly source: SourceIR
  readonly names: ColumnNames
  readonly dialect: PointInTimeDialect
  /** Inputs and conditions are computed once per event, tails once per request, aggregate calls once per request and window. */
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
  return `SELECT e.*, ${span} AS _span
  FROM input_events e CROSS JOIN (VALUES (0), (${reach})) AS later(shift)`
}

interface AnswerPart {
  readonly part: ResultColumn['part']
  readonly column?: string | undefined
  readonly result?: string | undefined
}

interface Answer {
  /** Its columns in `answers`. */
  readonly columns: readonly string[]
  readonly results: readonly StrictOmit<ResultColumn, 'name'>[]
}

/** The answer of feature `i`. Adds the columns that it needs of events, requests and partials to the lists. */
function answerSql(feature: FeatureIR, i: number, { source, names, dialect, inputs, tails, calls }: Writing): Answer {
  const participants = participantsSql(feature, source, names, inputs, dialect)
  const { window: length, hop, before } = feature
  const conditions = [
    ...(length === 'lifetime' ? [] : [`e._time >= a.${tails.nameOf(dialect.tileStart(`(a.t - ${length})`, hop))}`]),
    ...(before ? ['(a.excluded IS NULL OR e._seq <> a.excluded)'] : []),
    ...participants.conditions,
  ]
  const window = windowSql(feature, { input: participants.input, takesPart: conditions.join(' AND ') || 'TRUE' }, calls, dialect)
  const { value, exact, rejected } = aggregateOf(feature).valueSql(window)
  const bound = errorBoundSql(feature, window)
  const unlessRejected = (sql: string): string => (rejected ? `CASE WHEN NOT coalesce(${rejected.when}, FALSE) THEN ${sql} END` : sql)
  // Without a condition of its own, a double is rejected where it is not finite.
  const isCheckedDouble = feature.input?.type === 'double' && !isListAggregate(feature.agg) && !rejected
  // In the order of the columns: a part's column of `answers`, and its result if that is not the column.
  const parts: readonly AnswerPart[] = [
    { part: 'value', column: unlessRejected(value), result: isCheckedDouble ? dialect.finiteOrNull(`value${i}`) : undefined },
    { part: 'exact', column: exact === undefined ? undefined : unlessRejected(exact) },
    {
      part: 'rejected',
      column: rejected && `CASE WHEN ${rejected.when} THEN '${rejected.code}' END`,
      result: isCheckedDouble ? `CASE WHEN NOT ${dialect.isFinite(`value${i}`)} THEN 'SPILL_RANGE' END` : undefined,
    },
    // No value has no bound: whether a value is NULL is exact.
    { part: 'bound', column: bound === undefined ? undefined : `CASE WHEN (${value}) IS NOT NULL THEN ${bound} END` },
  ]
  const columns = parts.flatMap(({ part, column }) => (column === undefined ? [] : [`${column} AS ${part}${i}`]))
  const results = parts.flatMap(({ part, column, result = column === undefined ? undefined : `${part}${i}` }) =>
    result === undefined ? [] : [{ feature, part, sql: result }],
  )
  return { columns, results }
}

/**
 * The input of a feature for an event `e`, and the conditions under which the event takes part, whatever the window. Adds columns
 * over an event `s` to `inputs`.
 */
export function participantsSql(
  feature: FeatureIR,
  source: SourceIR,
  names: ColumnNames,
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
