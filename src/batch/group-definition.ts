/** Dependencies of the results of a feature group on its definition: fingerprint, columns that it reads, reach of its windows. */
import { createHash } from 'node:crypto'
import { columnsRead } from '../decision/index.ts'
import { canonicalJson, type GroupIR, type SourceIR } from '../define/ir/index.ts'
import { STATE_VERSION } from '../kernel/index.ts'

/**
 * The fingerprint of a group: 16 hex digits of SHA-256. Differs for definitions that could give other values, such as one over another source
 * with equal columns, and for kernel states against values. Schedule and name of the group do not enter it.
 */
export function groupCode({ key, features, place }: GroupIR, source: SourceIR): string {
  const { name, columns, time, identity = null, deleted = null } = source
  const stateVersion = place.kind === 'hybrid' ? [STATE_VERSION] : []
  const definition = [key, features, name, columns, source.key, time, identity, deleted, ...stateVersion]
  return createHash('sha256').update(canonicalJson(definition)).digest('hex').slice(0, 16)
}

/** Columns of the source that the features and the key read. */
export const columnsReadBy = (group: GroupIR, source: SourceIR): ReadonlySet<string> =>
  columnsRead({ sources: [source], groups: [group], models: [] }).get(source.name)!

/** The longest window of a group, ms: it reads events back to this long before the as-of time. */
export const windowReach = ({ features }: GroupIR): number =>
  Math.max(0, ...features.map(({ window, hop }) => (window === 'lifetime' ? Infinity : window + hop)))
