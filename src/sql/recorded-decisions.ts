/** Rebuilds recorded decisions in SQL: their vectors from the events and the cuts that each of them recorded (law 4 of the semantics). */
import type { ColumnIR, ModelIR, PipelineIR, SourceIR, Value } from '../define/ir/index.ts'
import { triggerColumns } from '../define/model/index.ts'
import { modelReads, vectorsQuery, type DecisionReads, type SqlRead, type VectorQuery } from './vector-query.ts'
import type { PointInTimeDialect, SqlDialect } from './dialect.ts'
import type { SqlColumn } from './engine.ts'
import { columnNames, integer, type ColumnNames } from './relations.ts'
import type { EventRule } from './values.ts'

/**
 * The cut of one group that a decision recorded, in numbers of its source's events alone: `_seq` of these relations counts a source's
 * events from 0.
 */
export interface SqlCut {
  /** Number of visible events: the first of the source. */
  readonly visibleEvents: number
  /** The as-of time, UTC ms; before every event if no run of a schedule had happened. */
  readonly asOf: number
  /** The triggering event, if it is of the group's source. */
  readonly excludedEvent?: number | undefined
  /** Number of events in the decision's own `P`, of which a placement may see fewer; only for missed events (`missed-events.ts`). */
  readonly within?: number | undefined
}

/** A recorded decision without its vector. */
export interface SqlRecordedDecision {
  /** UTC ms. */
  readonly t: number
  /** The columns of its trigger, physical. */
  readonly trigger: Readonly<Record<string, Value>>
  /** In the order of `recordedReads`. */
  readonly cuts: readonly SqlCut[]
  /**
   * Kinds of missed events to leave out, as bits (`missed-events.ts`): the vector is then computed over all events but those. Needs
   * `within`.
   */
  readonly excludedKinds?: number | undefined
}

/** The reads of a model, in order, with the ids that recorded decisions use: a decision has a cut for each. */
export const recordedReads = (pipeline: PipelineIR, model: ModelIR): (SqlRead & { readonly id: string })[] =>
  modelReads(pipeline, model).map(read => ({ ...read, id: `${read.group.name}(${read.key.join(',')})` }))

/** The columns of the relation of recorded decisions. */
export function recordedDecisionTable(pipeline: PipelineIR, model: ModelIR, dialect: SqlDialect): SqlColumn[] {
  const cuts = modelReads(pipeline, model).flatMap((_, i) => ['_visible', '_as_of', '_excluded', '_within'].map(name => `${name}${i}`))
  const names = [...triggerFieldNames(pipeline, model, dialect).values()]
  const trigger = triggerColumns(pipeline, model).map(({ type }, i) => ({ name: names[i], type }))
  return [...['_decision', '_t', '_excluded_kinds', ...cuts].map(integer), ...trigger]
}

/** Rows of recorded decisions (`recordedDecisionTable`), numbered from 0. */
export function* recordedDecisionRows(columns: readonly ColumnIR[], decisions: readonly SqlRecordedDecision[]): Generator<Value[]> {
  for (const [i, { trigger, t, excludedKinds, cuts }] of decisions.entries())
    yield [
      i,
      t,
      excludedKinds ?? null,
      ...cuts.flatMap(({ visibleEvents, asOf, excludedEvent, within }) => [visibleEvents, asOf, excludedEvent ?? null, within ?? null]),
      ...columns.map(({ name }) => trigger[name] ?? null),
    ]
}

/** The relations of a query over recorded decisions. */
export interface RecordedTables {
  readonly eventsOf: (source: string) => string
  /** Of `recordedDecisionTable`. */
  readonly table: string
}

/**
 * Builds a query as `vectorsQuery` does, for the decisions in `table`; `decision` is their number. Any trigger and placement works, since each decision recorded its cuts. `eventsThat` replaces the rule for which events of
 * a source count.
 */
export function recordedVectorsQuery(
  pipeline: PipelineIR,
  model: ModelIR,
  { eventsOf, table }: RecordedTables,
  dialect: PointInTimeDialect,
  eventsThat?: (source: SourceIR, events: string, dialect: PointInTimeDialect) => EventRule,
): VectorQuery {
  const decisions: DecisionReads = {
    relations: [`decisions AS (\n  SELECT *, _decision AS _trigger\n  FROM ${table}\n)`],
    fields: triggerFieldNames(pipeline, model, dialect),
    cutOf: (_, i) => ({
      prefix: eventsThat ? String(Number.MAX_SAFE_INTEGER) : `d._visible${i}`,
      upto: `CAST(NULL AS ${dialect.types.int})`,
      t: `d._as_of${i}`,
      excluded: `d._excluded${i}`,
      ...(eventsThat && { more: [`d._visible${i} AS visible`, `d._within${i} AS within`, 'd._excluded_kinds AS excluded_kinds'] }),
    }),
    ...(eventsThat && { eventRule: source => eventsThat(source, eventsOf(source.name), dialect) }),
  }
  return vectorsQuery(pipeline, model, decisions, eventsOf, dialect)
}

/** The identifier of each column of the trigger. */
export const triggerFieldNames = (pipeline: PipelineIR, model: ModelIR, dialect: SqlDialect): ColumnNames =>
  columnNames({ columns: triggerColumns(pipeline, model) }, dialect)
