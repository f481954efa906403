/** The fingerprint of a feature group: 16 hex digits of SHA-256 over everything that can change its values. */
import { createHash } from 'node:crypto'
import { canonicalJson, type GroupIR, type SourceIR } from '../define/ir/index.ts'
import { STATE_VERSION } from '../kernel/index.ts'

/** Differs for definitions that could give other values, and for kernel states against values. Schedule and name do not enter it. */
export function groupCode({ key, features, place }: GroupIR, source: SourceIR): string {
  const { columns, time, identity = null, deleted = null } = source
  return createHash('sha256')
    .update(
      canonicalJson([key, features, columns, source.key, time, identity, deleted, ...(place.kind === 'hybrid' ? [STATE_VERSION] : [])]),
    )
    .digest('hex')
    .slice(0, 16)
}
