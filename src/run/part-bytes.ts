import { createHash } from 'node:crypto'
import type { Part } from '../batch/job.ts'
import { partFile } from '../batch/ledger.ts'
import type { StoredLog } from '../log/store.ts'

/** The bytes of a part that is kept; nothing if they are gone, or not what they were. */
export function partBytes(store: StoredLog, number: number, { partition, bytes: length, hash }: Part): Uint8Array | undefined {
  const bytes = store.readState(partFile(number, partition))
  if (bytes?.length !== length) return undefined
  return createHash('sha256').update(bytes).digest('hex') === hash ? bytes : undefined
}
