import { createHash } from 'node:crypto'
import { canonicalJson } from '../define/fingerprint.ts'
import type { GroupIR, SourceIR } from '../define/ir.ts'

/** Tells definitions of a group apart that could give other values. When it runs, and what it is called, does not matter. */
export function codeOf({ key, features }: GroupIR, source: SourceIR): string {
  const { columns, time, identity = null, deleted = null } = source
  return createHash('sha256')
    .update(canonicalJson([key, features, columns, source.key, time, identity, deleted]))
    .digest('hex')
    .slice(0, 16)
}
