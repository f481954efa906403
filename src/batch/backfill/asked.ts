/**
 * What a store has of a group: at which moments, for which keys, and of each feature what tells its values apart from those of another definition.
 *
 * A row is a key and a time, and its features are as known then: by everything that had arrived by that time (semantics: training sets), through the group's
 * placement. Rows are at the arrivals of the group's events, or at the times of a schedule for every key that is live then; a group of batch runs has
 * those of its schedule.
 */
import { aggregates } from '../../aggregate/index.ts'
import { SpillwayError } from '../../base/errors.ts'
import { didYouMean } from '../../base/did-you-mean.ts'
import { columnsLookedAt } from '../../decision/reads.ts'
import type { FeatureIR, GroupIR, PipelineIR, ScheduleIR, SourceIR } from '../../define/ir/ir.ts'
import { givesList } from '../../define/ir/signatures.ts'
import type { OutputColumn } from '../../files/table.ts'
import { identityColumns } from '../../kernel/superseded.ts'
import { hashOf } from './manifest.ts'

/** At which moments a group that is not made by batch runs has rows. */
export type Moments = { readonly kind: 'events' } | { readonly kind: 'times'; readonly schedule: ScheduleIR }

export interface AskedFeature {
  readonly feature: FeatureIR
  readonly column: OutputColumn
  readonly code: string
  /** Columns of the source that its values depend on, keys among them. */
  readonly columns: readonly string[]
  /** How far before a row's time an event may have arrived that its value depends on, ms. */
  readonly reach: number
  /** The value is the same wherever the reading of events began, and whatever else was computed beside it. */
  readonly exact: boolean
}

export interface AskedGroup {
  readonly group: GroupIR
  readonly source: SourceIR
  readonly moments: Moments
  /** At a time, a key is live that has an event in so many ms before it; Infinity: that ever had one. */
  readonly live: number
  /** By how much what is known, and the clock, are behind a row's time, ms. */
  readonly behind: { readonly known: number; readonly clock: number }
  readonly keys: readonly OutputColumn[]
  /** Of the rows. */
  readonly code: string
  readonly columns: readonly string[]
  readonly features: readonly AskedFeature[]
}

export interface Asked {
  readonly groups: readonly AskedGroup[]
  /** What the store has nothing of, and why. */
  readonly leftOut: readonly string[]
}

/** Changes whenever the same definitions and events give other files. */
const CODE_VERSION = 1

/** `names`: of these groups alone. Throws `SPILL_INPUT` for one that there is not, `SPILL_UNSUPPORTED` for one that no store has. */
export function askedOf(ir: PipelineIR, names: readonly string[] | undefined, moments: Moments, live: number): Asked {
  const all = ir.groups.map(({ name }) => name)
  for (const name of names ?? [])
    if (!all.includes(name)) throw new SpillwayError('SPILL_INPUT', `pipeline '${ir.name}' has no group '${name}'${didYouMean(name, all)}`)
  const leftOut: string[] = []
  const groups: AskedGroup[] = []
  for (const group of ir.groups.filter(({ name }) => names?.includes(name) ?? true)) {
    const source = ir.sources.find(({ name }) => name === group.source)!
    const why = unsupported(group)
    if (why === undefined) groups.push(askedGroup(withoutBefore(group, leftOut), source, moments, live))
    else if (names) throw new SpillwayError('SPILL_UNSUPPORTED', `group '${group.name}' ${why}`)
    else leftOut.push(`${group.name} ${why}`)
  }
  return { groups, leftOut }
}

function unsupported({ features, place }: GroupIR): string | undefined {
  if (features.some(({ agg }) => agg === 'row')) return 'is a table: its history is its events, row by row'
  if (place.kind === 'corrected')
    return `is placed corrected: whatever arrives late changes its past, so that no part of it is ever complete; place it stream`
  return undefined
}

/** What leaves the triggering event out has no value where none triggers. */
function withoutBefore(group: GroupIR, leftOut: string[]): GroupIR {
  const features = group.features.filter(({ before }) => !before)
  for (const { name, before } of group.features)
    if (before) leftOut.push(`${group.name}.${name} leaves the triggering event out, which a row does not have`)
  return { ...group, features }
}

function askedGroup(group: GroupIR, source: SourceIR, asked: Moments, live: number): AskedGroup {
  const { place, key } = group
  const moments: Moments = place.kind === 'batch' || place.kind === 'scheduled' ? { kind: 'times', schedule: place.schedule } : asked
  const behind = { known: 0, clock: 0, ...(place.kind === 'lag' && { known: place.by, clock: place.by }) }
  if (place.kind === 'partial') behind.known = place.by
  const isAt = moments.kind === 'times'
  const columns = isAt ? [...new Set([...key, ...countingColumns(source)])] : key
  const code = hashOf([CODE_VERSION, moments, isAt ? String(live) : null, definitionsOf(source, columns), key])
  const features = group.features.map(feature => askedFeature(feature, group, source, behind, code))
  return { group, source, moments, live, behind, keys: key.map(name => keyColumn(source, name)), code, columns, features }
}

function askedFeature(feature: FeatureIR, group: GroupIR, source: SourceIR, behind: AskedGroup['behind'], rows: string): AskedFeature {
  const { name, agg, type, window, hop } = feature
  const columns = [...columnsLookedAt({ sources: [source], groups: [{ ...group, features: [feature] }], models: [] }).get(source.name)!]
  return {
    feature,
    column: { name, type, ...(givesList(agg) && { list: true }) },
    code: hashOf([rows, behind, feature, definitionsOf(source, columns)]),
    columns,
    reach: (window === 'lifetime' ? Infinity : window + hop) + Math.max(behind.known, behind.clock),
    exact: aggregates[agg].partial(feature).kind !== 'folds',
  }
}

/** What columns are, and which events of the source count. */
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
  return { name, type: columns.find(column => column.name === name)!.type }
}
