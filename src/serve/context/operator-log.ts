/** What operators did to a data folder, one line of JSON each, appended to `audit.ndjson` and on the disk before anyone is told. */
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { SpillwayError } from '../../base/errors.ts'
import { makePrivateFolder } from '../../log/sqlite/folder-permissions.ts'

export interface AuditEntry {
  /** UTC ms. */
  readonly at: number
  /** `cli:NAME` of the user of the operating system, or `token:NAME`. */
  readonly who: string
  /** `tokens add`. */
  readonly what: string
  /** What it was done to. */
  readonly to: string
  readonly outcome: 'done' | 'refused'
  /** Why it was refused, or what else there is to say. */
  readonly detail?: string
}

export const auditPath = (data: string): string => join(data, 'audit.ndjson')

/** Throws `SPILL_STORE`. */
export function audit(data: string, { at, ...entry }: AuditEntry): void {
  const path = auditPath(data)
  try {
    makePrivateFolder(data)
    const file = openSync(path, 'a', 0o600)
    try {
      writeSync(file, `${JSON.stringify({ at: new Date(at).toISOString(), ...entry })}\n`)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
  } catch (error) {
    throw new SpillwayError('SPILL_STORE', `cannot be written: ${(error as Error).message}`, { place: path, cause: error })
  }
}

/** Does what is audited: what it throws is a refusal, and goes on. */
export function audited<T>(data: string, entry: Omit<AuditEntry, 'outcome'>, act: () => T): T {
  let done: T
  try {
    done = act()
  } catch (error) {
    audit(data, { ...entry, outcome: 'refused', detail: (error as Error).message })
    throw error
  }
  audit(data, { ...entry, outcome: 'done' })
  return done
}

/**
 * As `audited`, for what takes its time, and may say more of what was done. Of a refusal the code alone is written: a message may quote the record that was to be
 * changed, and what is in records is nobody's business here.
 */
export async function auditedWork<T>(
  data: string,
  entry: Omit<AuditEntry, 'outcome'>,
  act: (say: (detail: string) => void) => Promise<T>,
): Promise<T> {
  let { detail } = entry
  let done: T
  try {
    done = await act(said => (detail = said))
  } catch (error) {
    const { code = 'failed' } = error as { code?: string }
    audit(data, { ...entry, outcome: 'refused', detail: code })
    throw error
  }
  audit(data, { ...entry, outcome: 'done', ...(detail !== undefined && { detail }) })
  return done
}
