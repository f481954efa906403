/**
 * Classifies the events that recorded decisions missed, and computes vectors without some kinds of them.
 *
 * For each decision, every event of a group's source is either visible, or missed as one of `missedKinds`. A kind made a difference
 * if today's value would differ without its events. The same query as for all other vectors computes that: it takes the kinds to
 * leave out.
 */
import type { GroupIR, ModelIR, PipelineIR, SourceIR } from '../define/ir/index.ts'
import { modelReads } from './vector-query.ts'
import type { SqlDialect } from './dialect.ts'
import { triggerFieldNames, type RecordedTables } from './recorded-decisions.ts'
import type { SqlColumn } from './engine.ts'
import { columnNames, integer, sourceNamed, type ColumnNames } from './relations.ts'
import { SelectList } from './aggregate-calls.ts'
import { firstRevisionColumn, identityPartition, nextRevisionColumns } from './revisions.ts'
import { participantsSql, type EventRule } from './values.ts'

/**
 * The kinds of missed events.
 *
 * - `stale`: in the decision's `P`, but not visible under the placement. All other kinds arrived later:
 * - `revision`: supersedes a visible event, directly or through other revisions.
 * - `letter`: was a dead letter first.
 * - `duplicate`: equal in every field to an earlier event.
 * - `late`: none of these.
 */
export const missedKinds = ['stale', 'revision', 'letter', 'duplicate', 'late'] as const
/** One of `missedKinds`. */
export type MissedKind = (typeof missedKinds)[number]

/** The bit of a kind. Their sum says which kinds a decision leaves out (`SqlRecordedDecision.excludedKinds`). */
export const missedKindBit = (kind: MissedKind): number => 2 ** missedKinds.indexOf(kind)
/** The sum of the bits of some kinds. */
export const missedKindBits = (kinds: Iterable<MissedKind>): number => [...kinds].reduce((bits, kind) => bits + missedKindBit(kind), 0)

/** Kinds that do not depend on the decision. */
const ownKinds = ['letter', 'duplicate'] as const

/** The name of the relation of events' own kinds: `_seq` and `_kind`, a bit. */
export const missedKindTable = (events: string): string => `${events}_kind`

/** The columns of that relation. */
export const missedKindColumns: readonly SqlColumn[] = [integer('_seq'), integer('_kind')]

/** Statements that fill that relation: `deadLetters`, a relation of `_seq`, lists the dead letters; duplicates of earlier events are found here. */
export function insertMissedKinds(source: SourceIR, events: string, deadLetters: string, dialect: SqlDialect): string[] {
  const table = missedKindTable(events)
  const same = ['s._time', ...[...columnNames(source, dialect).values()].map(name => `s.${name}`)].join(', ')
  return [
    `INSERT INTO ${table} SELECT _seq, ${missedKindBit('letter')} FROM ${deadLetters}`,
    `INSERT INTO ${table} SELECT _seq, ${missedKindBit('duplicate')}
FROM (SELECT s._seq, row_number() OVER (PARTITION BY ${same} ORDER BY s._seq) AS nth FROM ${events} s) s
WHERE nth > 1 AND _seq NOT IN (SELECT _seq FROM ${deadLetters})`,
  ]
}

/** Events `s` with their own kinds, `h`. */
const eventsSql = (events: string): string => `${events} s LEFT JOIN ${missedKindTable(events)} h ON h._seq = s._seq`

/**
 * The bit of an event's kind, 0 if it was visible. `seq`: its number; `original`: that of the first event of its identity; `ownKind`: its
 * own kind.
 */
function kindSql(seq: string, original: string, ownKind: string, { visible, within }: Record<'visible' | 'within', string>): string {
  const cases = [
    `WHEN ${seq} < ${visible} THEN 0`,
    `WHEN ${seq} < ${within} THEN ${missedKindBit('stale')}`,
    `WHEN ${original} < ${visible} THEN ${missedKindBit('revision')}`,
  ]
  return `CASE ${cases.join(' ')} ELSE coalesce(${ownKind}, ${missedKindBit('late')}) END`
}

/**
 * The rule for the events that a request counts if it leaves some kinds out: `a.excluded_kinds`, of the events that it did not see, `a.visible`,
 * among those that existed, `a.within`.
 */
export function excludeMissed(source: SourceIR, events: string, dialect: SqlDialect): EventRule {
  const from = eventsSql(events)
  const isExcluded = (bit: string): string => `(a.excluded_kinds & ${bit}) <> 0`
  const isIncluded = (original: string): string =>
    `NOT ${isExcluded(`(${kindSql('e._seq', original, 'e._kind', { visible: 'a.visible', within: 'a.within' })})`)}`
  if (!source.identity) return { from, columns: ['h._kind'], condition: isIncluded(`CAST(NULL AS ${dialect.types.int})`) }
  const names = columnNames(source, dialect)
  const { present, partition } = identityPartition(source, names)
  const last = (condition: string, name: string): string =>
    `max(CASE WHEN ${present} AND ${condition} THEN s._seq END) OVER (${partition}) AS ${name}`
  const lastSeqs = [
    ...ownKinds.map(kind => last(`h._kind = ${missedKindBit(kind)}`, `_last_${kind}`)),
    last('h._kind IS NULL', '_last_late'),
  ]
  // The revisions that supersede it and are not left out: those visible, those stale, then the last of each kind that came later.
  const later = (kind: string): string => `(e._last_${kind} >= a.within AND e._last_${kind} > e._seq)`
  const lateRevisions = [...ownKinds, 'late' as const].map(kind => `(NOT ${isExcluded(String(missedKindBit(kind)))} AND ${later(kind)})`)
  const supersedingConditions = [
    'e._next_seq < a.visible',
    `(NOT ${isExcluded(String(missedKindBit('stale')))} AND e._next_seq < a.within)`,
    `(e._original_seq < a.visible AND NOT ${isExcluded(String(missedKindBit('revision')))} AND e._last_seq >= a.within)`,
    `(e._original_seq >= a.visible AND (${lateRevisions.join(' OR ')}))`,
  ]
  return {
    from,
    columns: ['h._kind', firstRevisionColumn(source, names), last('TRUE', '_last_seq'), ...lastSeqs],
    condition: `${isIncluded('e._original_seq')} AND NOT e._deleted AND (e._next_seq IS NULL OR NOT coalesce(${supersedingConditions.join(' OR ')}, FALSE))`,
  }
}

/** Missed events of one kind in one feature's window, for one decision. */
export interface MissedCount {
  /** Number of events that were added to or removed from the window. */
  readonly events: number
  /** The number, in its source, of the last of them. */
  readonly newest: number
}

/**
 * Builds a query for the events in today's log that the decisions in `table` missed of one group, and that their as-of time would
 * have counted. It has a row for each decision that missed something. Its columns are the decision's number, then two for each
 * feature of the group and each of `missedKinds`: the number of events that were added to the window or removed as superseded, and
 * the number of the last such event.
 */
export function missedQuery(
  pipeline: PipelineIR,
  model: ModelIR,
  index: number,
  { eventsOf, table }: RecordedTables,
  dialect: SqlDialect,
): string {
  const { group, key } = modelReads(pipeline, model)[index]
  const source = sourceNamed(pipeline, group.source)
  const names = columnNames(source, dialect)
  const fields = triggerFieldNames(pipeline, model, dialect)
  const inputs = new SelectList('x')
  const calls = new SelectList('m')
  const cells = cellsSql(group, source, index, { inputs, calls }, dialect)
  const [visible, within] = [`d._visible${index}`, `d._within${index}`]
  const kind = (seq: string, ownKind: string): string => kindSql(seq, 'e._original_seq', ownKind, { visible, within })
  const keys = group.key.map((name, i) => `s.${names.get(name)} AS k${i}`)
  const sameKey = key.map((name, i) => `e.k${i} = d.${fields.get(name)} AND `).join('')
  const isDeleted = source.identity ? 'e._deleted' : 'FALSE'
  return `WITH events AS (
  SELECT ${['s._seq', 's._time', 's._deleted', 'h._kind', ...keys, ...chainColumns(source, names, dialect), ...inputs.columns()].join(', ')}
  FROM ${eventsSql(eventsOf(source.name))}
),
missed AS (
  SELECT d._decision, d._as_of${index}, d._excluded${index}, e.*,
    CASE WHEN e._seq >= ${visible} AND NOT ${isDeleted} THEN ${kind('e._seq', 'e._kind')} ELSE 0 END AS added_kind,
    CASE WHEN e._next_seq >= ${visible} THEN ${kind('e._next_seq', 'e._next_kind')} ELSE 0 END AS removed_kind
  FROM ${table} d
  JOIN events e ON ${sameKey}e._time <= d._as_of${index}
  WHERE e._seq >= ${visible} OR e._next_seq >= ${visible}
),
counted AS (
  SELECT ${['e._decision', ...calls.columns()].join(',\n    ')}
  FROM missed e
  GROUP BY e._decision
)
SELECT ${['_decision', ...cells].join(', ')}
FROM counted`
}

function chainColumns(source: SourceIR, names: ColumnNames, dialect: SqlDialect): string[] {
  const nullInt = `CAST(NULL AS ${dialect.types.int})`
  if (!source.identity) return ['_next_seq', '_next_kind', '_original_seq'].map(name => `${nullInt} AS ${name}`)
  return [...nextRevisionColumns(source, names, { _next_seq: 's._seq', _next_kind: 'h._kind' }), firstRevisionColumn(source, names)]
}

interface Lists {
  readonly inputs: SelectList
  readonly calls: SelectList
}

/** For each feature and kind, the number of events and the last of them; `e` is an event with its decision. */
function cellsSql({ features }: GroupIR, source: SourceIR, index: number, { inputs, calls }: Lists, dialect: SqlDialect): string[] {
  const names = columnNames(source, dialect)
  return features.flatMap(feature => {
    const { conditions } = participantsSql(feature, source, names, inputs, dialect)
    const inWindow =
      feature.window === 'lifetime' ? [] : [`e._time >= ${dialect.tileStart(`(e._as_of${index} - ${feature.window})`, feature.hop)}`]
    const before = feature.before ? [`(e._excluded${index} IS NULL OR e._seq <> e._excluded${index})`] : []
    return missedKinds.flatMap(kind => {
      const bit = missedKindBit(kind)
      const all = [`(e.added_kind = ${bit} OR e.removed_kind = ${bit})`, ...inWindow, ...before, ...conditions].join(' AND ')
      const seq = `CASE WHEN e.removed_kind = ${bit} THEN e._next_seq ELSE e._seq END`
      return [calls.nameOf(`count(*) FILTER (WHERE ${all})`), calls.nameOf(`max(${seq}) FILTER (WHERE ${all})`)]
    })
  })
}
