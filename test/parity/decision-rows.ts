/** The decisions of a model in DuckDB: on events and at ticks, from the relations of events alone. */
import { SpillwayError } from '../../src/base/index.ts'
import type { GroupIR, ModelIR, PipelineIR, SourceIR, TriggerIR } from '../../src/define/ir/index.ts'
import type { PointInTimeDialect } from '../../src/sql/dialect.ts'
import { columnNames, identifiers, sourceNamed } from '../../src/sql/relations.ts'
import { revisionColumns } from '../../src/sql/revisions.ts'
import type { DecisionReads } from '../../src/sql/vector-query.ts'

type Decisions = Pick<DecisionReads, 'relations' | 'fields'>

/**
 * Builds the decisions of a model (semantics, decisions and placements). Throws `SPILL_UNSUPPORTED` for a model that decides on
 * request: requests are in no relation.
 *
 * The relation `decisions` has these columns beside those of the trigger: `_decision`, the decision's number, which orders decisions;
 * `_trigger`, the index of the triggering event in the log, or the key of a tick; `_t`; `_prefix` and `_upto`, which define the visible
 * events as the prefix of the log, up to that arrival unless it is NULL; `_excluded`, the triggering event.
 */
export function decisionRowsSql(
  pipeline: PipelineIR,
  model: ModelIR,
  groups: readonly GroupIR[],
  eventsOf: (source: string) => string,
  dialect: PointInTimeDialect,
): Decisions {
  const arrivals = pipeline.sources.map(({ name }) => `SELECT _seq, _arrival FROM ${eventsOf(name)}`).join(' UNION ALL ')
  const log = `log AS (\n  ${arrivals}\n)`
  switch (model.decide.kind) {
    case 'on':
      return onEvents(sourceNamed(pipeline, model.decide.source), log, eventsOf, dialect)
    case 'every':
      return onTicks(pipeline, model.decide, groups, log, eventsOf, dialect)
    case 'request':
      throw new SpillwayError('SPILL_UNSUPPORTED', `model '${model.name}' decides on request; requests are in no relation of events`)
  }
}

/** Decisions on events. The time of a decision is the greatest arrival up to its event. */
function onEvents(source: SourceIR, log: string, eventsOf: (source: string) => string, dialect: PointInTimeDialect): Decisions {
  const relations = [
    log,
    `decision_times AS (
  SELECT _seq, max(_arrival) OVER (ORDER BY _seq) AS _t
  FROM log
)`,
    `decisions AS (
  SELECT s.*, s._seq AS _decision, s._seq AS _trigger, r._t, s._seq + 1 AS _prefix, CAST(NULL AS ${dialect.types.int}) AS _upto, s._seq AS _excluded
  FROM ${eventsOf(source.name)} s
  JOIN decision_times r ON r._seq = s._seq
  WHERE NOT s._deleted
)`,
  ]
  return { relations, fields: columnNames(source, dialect) }
}

/** Decisions at ticks: every tick from the first arrival to the last, with each key that is active at it. */
function onTicks(
  pipeline: PipelineIR,
  { every, live, column }: Extract<TriggerIR, { kind: 'every' }>,
  groups: readonly GroupIR[],
  log: string,
  eventsOf: (source: string) => string,
  dialect: PointInTimeDialect,
): Decisions {
  const own = groups.filter(({ entity }) => entity.length === 1 && entity[0] === column.entity)
  const lives = own.map(({ source: name, key }) => {
    const source = sourceNamed(pipeline, name)
    const names = columnNames(source, dialect)
    const present = `e._arrival <= t._t AND e._time BETWEEN t._t - ${live} AND t._t AND NOT e._deleted AND e._key IS NOT NULL`
    const current = source.identity ? ' AND (e._next_arrival IS NULL OR e._next_arrival > t._t)' : ''
    const events = ['s._arrival', 's._time', 's._deleted', `s.${names.get(key[0])} AS _key`, ...revisionColumns(source, names)]
    return `SELECT DISTINCT t._t, e._key FROM ticks t JOIN (SELECT ${events.join(', ')} FROM ${eventsOf(name)} s) e ON ${present}${current}`
  })
  const [field] = identifiers([column.name], [], dialect)
  const relations = [
    log,
    `ticks AS (
  SELECT unnest(generate_series(${dialect.tileStart(`(min(_arrival) + ${every - 1})`, every)}, max(_arrival), ${every})) AS _t
  FROM log
)`,
    `active_keys AS (
  ${lives.join('\n  UNION\n  ')}
)`,
    `decisions AS (
  SELECT _key AS ${field}, row_number() OVER (ORDER BY _t, _key) - 1 AS _decision, _key AS _trigger, _t,
    ${Number.MAX_SAFE_INTEGER} AS _prefix, _t AS _upto, CAST(NULL AS ${dialect.types.int}) AS _excluded
  FROM active_keys
)`,
  ]
  return { relations, fields: new Map([[column.name, field]]) }
}
