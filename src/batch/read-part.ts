/** The stored bytes of a part. */
import { createHash } from 'node:crypto'
import type { ResultPart } from './job.ts'
import { partFile } from './ledger.ts'
import type { SavedStates } from '../log/index.ts'

/** Reads a stored part and checks its length and hash; `undefined` if it is missing or damaged. */
export function readPart(store: SavedStates, number: number, { partition, bytes: length, hash }: ResultPart): Uint8Array | undefined {
  const bytes = store.readState(partFile(number, partition))
  if (bytes?.length !== length) return undefined
  return createHash('sha256').update(bytes).digest('hex') === hash ? bytes : undefined
}
