/** The features of a key, computed from the log of a data folder as of now or of a past time. */
import { requireDefinition, SpillwayError, wallClock } from '../../base/index.ts'
import type { GroupIR, PipelineIR } from '../../define/ir/index.ts'
import type { StoredLog } from '../../log/index.ts'
import { featuresFromLog, type FeaturesAt } from '../../run/history/index.ts'

/** A query for the features of one key. */
export interface FeaturesAsOfQuery {
  /** The key as text; the parts of a key of several columns are separated by commas. */
  readonly key: string
  /** The feature group; by default all groups with as many key columns. */
  readonly group?: string | undefined
  /** UTC ms; by default now. */
  readonly at?: number | undefined
  /** Receives the current stage, and its share from 0 to 1. */
  readonly onProgress?: (stage: string, share: number) => void
}

interface GroupKey {
  readonly group: GroupIR
  readonly key: readonly string[]
}

/**
 * Features of the groups whose key fits, in order of definition. Cost: one pass over the log for each group.
 *
 * @throws `SPILL_NOT_FOUND` for an unknown group, `SPILL_KEY` for a key that fits no group; otherwise like `featuresFromLog`.
 */
export function featuresAsOf(ir: PipelineIR, log: StoredLog, query: FeaturesAsOfQuery): FeaturesAt[] {
  const groups = groupKeys(ir, query)
  const t = query.at ?? now(log)
  const { onProgress = () => {} } = query
  return groups.map(({ group, key }) => {
    const stage = `reading the log for ${group.name}`
    return featuresFromLog(ir, log, { group, key, t, onProgress: share => onProgress(stage, share) })
  })
}

/** The wall clock, or the log's last ingestion time if that is later, so that all events of the log are visible. */
const now = (log: StoredLog): number => Math.max(wallClock(), log.lastSegment()?.arrival ?? -Infinity)

/** The feature groups whose key fits. A comma separates parts of a key, but may also be part of a single text. */
function groupKeys(ir: PipelineIR, { group: name, key }: FeaturesAsOfQuery): GroupKey[] {
  const parts = key.split(',')
  const keyOf = (group: GroupIR) => (group.key.length === 1 ? [key] : parts)
  if (name !== undefined) {
    const group = requireDefinition(ir.name, 'group', ir.groups, name)
    if (group.key.length !== keyOf(group).length)
      throw new SpillwayError('SPILL_KEY', `group '${name}' is keyed by ${group.key.join(',')}; write ${group.key.length} values, a,b`)
    return [{ group, key: keyOf(group) }]
  }
  const fitting = ir.groups.filter(group => group.key.length === parts.length)
  const groups = fitting.length > 0 ? fitting : ir.groups.filter(group => group.key.length === 1)
  if (groups.length > 0) return groups.map(group => ({ group, key: keyOf(group) }))
  const keys = ir.groups.map(group => `${group.name} by ${group.key.join(',')}`)
  throw new SpillwayError('SPILL_KEY', `no group of pipeline '${ir.name}' has a key like '${key}'; there is ${keys.join('; ')}`)
}

/** Features with their values; rejected features are a separate field, so that no rejection is read as a value. */
export function featuresAtJson({ features, ...rest }: FeaturesAt): object {
  const all = Object.entries(features)
  const values = all.flatMap(([name, feature]) => ('value' in feature ? [[name, feature.value] as const] : []))
  const rejected = all.flatMap(([name, feature]) => ('rejected' in feature ? [[name, feature.rejected] as const] : []))
  return { ...rest, features: Object.fromEntries(values), ...(rejected.length > 0 && { rejected: Object.fromEntries(rejected) }) }
}
