import { createHash } from 'node:crypto'
import { canonicalJson } from '../define/ir/fingerprint.ts'
import type { GroupIR, SourceIR } from '../define/ir/ir.ts'
import { Kernel } from '../kernel/kernel.ts'

/** Tells definitions of a group apart that could give other values, and results that are states from those that are values. When it runs, and what it is called, does not matter. */
export function codeOf({ key, features, place }: GroupIR, source: SourceIR): string {
  const { columns, time, identity = null, deleted = null } = source
  return createHash('sha256')
    .update(
      canonicalJson([
        key,
        features,
        columns,
        source.key,
        time,
        identity,
        deleted,
        ...(place.kind === 'hybrid' ? [Kernel.stateVersion] : []),
      ]),
    )
    .digest('hex')
    .slice(0, 16)
}
