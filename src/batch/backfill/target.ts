/**
 * The target of a backfill: the row times, keys and features of each group, with the fingerprints that tell definitions apart.
 *
 * A row is a key and a time. Its features are point-in-time values: from all events that had arrived by that time, through the group's
 * placement. Rows are at the arrivals of the group's events, or at scheduled times for every live key. A group of batch runs has the rows
 * of its own schedule.
 */
import { aggregateOf } from '../../aggregate/index.ts'
import { definitionOf, SpillwayError, unknownNameError } from '../../base/index.ts'
import { columnsRead } from '../../decision/index.ts'
import {
  type FeatureIR,
  type GroupIR,
  type PipelineIR,
  type ScheduleIR,
  type SourceIR,
  isListAggregate,
  shortHash,
} from '../../define/ir/index.ts'
import type { OutputColumn } from '../../files/index.ts'
import { identityColumns } from '../../kernel/index.ts'

/** Row times of a group that batch runs do not compute. */
export type RowTimes = { readonly kind: 'events' } | { readonly kind: 'times'; readonly schedule: ScheduleIR }

/** One feature to backfill. */
export interface BackfillFeature {
  readonly feature: FeatureIR
  readonly column: OutputColumn
  readonly code: string
  /** Source columns that its values depend on, keys included. */
  readonly columns: readonly string[]
  /** Reach: greatest age, at a row's time, of an arrival that its value depends on, ms. */
  readonly reach: number
  /** True if the value is bit-identical wherever reading begins. False for sums over doubles. */
  readonly exact: boolean
}

/** One group to backfill. */
export interface BackfillGroup {
  readonly group: GroupIR
  readonly source: SourceIR
  readonly rowTimes: RowTimes
  /** Liveness: a key is live with an event in the last so many ms; Infinity: with any earlier event. */
  readonly live: number
  /** Delay of the visible events and of the as-of time behind a row's time, ms. */
  readonly behind: { readonly known: number; readonly clock: number }
  readonly keys: readonly OutputColumn[]
  /** Fingerprint of the rows. */
  readonly code: string
  readonly columns: readonly string[]
  readonly features: readonly BackfillFeature[]
}

/** All groups to backfill. */
export interface BackfillTarget {
  readonly groups: readonly BackfillGroup[]
  /** Groups and features that are left out, with the reason. */
  readonly leftOut: readonly string[]
}

/** Increment this when the same definitions and events give other files. */
const CODE_VERSION = 1

/**
 * Selects groups: those in `names`, or all.
 * @throws `SPILL_NOT_FOUND` for an unknown group, `SPILL_UNSUPPORTED` for a named group that cannot be backfilled.
 */
export function backfillTarget(ir: PipelineIR, names: readonly string[] | undefined, rowTimes: RowTimes, live: number): BackfillTarget {
  const all = ir.groups.map(({ name }) => name)
  for (const name of names ?? []) if (!all.includes(name)) throw unknownNameError(ir.name, 'group', name, all)
  const leftOut: string[] = []
  const groups: BackfillGroup[] = []
  for (const group of ir.groups.filter(({ name }) => names?.includes(name) ?? true)) {
    const source = definitionOf(ir.sources, group.source)
    const reason = unsupported(group)
    if (reason === undefined) groups.push(groupTarget(withoutTriggerFeatures(group, leftOut), source, rowTimes, live))
    else if (names) throw new SpillwayError('SPILL_UNSUPPORTED', `group '${group.name}' ${reason}`)
    else leftOut.push(`${group.name} ${reason}`)
  }
  return { groups, leftOut }
}

function unsupported({ features, place }: GroupIR): string | undefined {
  if (features.some(({ agg }) => agg === 'row')) return 'is a table: its history is its events, row by row'
  if (place.kind === 'corrected')
    return `is placed corrected: whatever arrives late changes its past, so that no part of it is ever complete; place it stream`
  return undefined
}

/** A feature that excludes the triggering event has no value without a trigger. */
function withoutTriggerFeatures(group: GroupIR, leftOut: string[]): GroupIR {
  const features = group.features.filter(({ before }) => !before)
  for (const { name, before } of group.features)
    if (before) leftOut.push(`${group.name}.${name} leaves the triggering event out, which a row does not have`)
  return { ...group, features }
}

function groupTarget(group: GroupIR, source: SourceIR, requested: RowTimes, live: number): BackfillGroup {
  const { place, key } = group
  const rowTimes: RowTimes = place.kind === 'batch' || place.kind === 'scheduled' ? { kind: 'times', schedule: place.schedule } : requested
  const behind = { known: 0, clock: 0, ...(place.kind === 'lag' && { known: place.by, clock: place.by }) }
  if (place.kind === 'partial') behind.known = place.by
  const hasTimes = rowTimes.kind === 'times'
  const columns = hasTimes ? [...new Set([...key, ...countingColumns(source)])] : key
  const code = shortHash([CODE_VERSION, rowTimes, hasTimes ? String(live) : null, definitionsOf(source, columns), key])
  const features = group.features.map(feature => featureTarget(feature, group, source, behind, code))
  return { group, source, rowTimes, live, behind, keys: key.map(name => keyColumn(source, name)), code, columns, features }
}

function featureTarget(
  feature: FeatureIR,
  group: GroupIR,
  source: SourceIR,
  behind: BackfillGroup['behind'],
  rows: string,
): BackfillFeature {
  const { name, agg, type, window, hop } = feature
  const columns = [...columnsRead({ sources: [source], groups: [{ ...group, features: [feature] }], models: [] }).get(source.name)!]
  return {
    feature,
    column: { name, type, ...(isListAggregate(agg) && { list: true }) },
    code: shortHash([rows, behind, feature, definitionsOf(source, columns)]),
    columns,
    reach: (window === 'lifetime' ? Infinity : window + hop) + Math.max(behind.known, behind.clock),
    exact: aggregateOf(feature).kernelPartial.kind !== 'folds',
  }
}

/** The definition of columns, and of the events that count. */
const definitionsOf = (source: SourceIR, columns: readonly string[]): unknown => [
  source.columns.filter(({ name }) => columns.includes(name)).map(({ name, type, scale }) => ({ name, type, scale })),
  source.key,
  source.time,
  source.identity,
  source.deleted,
]

const countingColumns = (source: SourceIR): string[] => [
  ...identityColumns(source),
  ...(source.deleted === undefined ? [] : [source.deleted]),
]

function keyColumn({ columns }: SourceIR, name: string): OutputColumn {
  return { name, type: definitionOf(columns, name).type }
}
