/** Records as JSON, or why JSON cannot hold them. */
import { SpillwayError } from '../base/errors.ts'

/** `what` the record is, for messages. Throws `SPILL_INPUT`. */
export function jsonText(what: string, record: unknown): string {
  if (typeof record !== 'object' || record === null) throw none(what, 'is no object')
  // JSON would make a NULL of these without a word.
  for (const [name, value] of Object.entries(record)) {
    if (typeof value === 'number' ? Number.isFinite(value) : !(value instanceof Date && Number.isNaN(value.getTime()))) continue
    throw none(what, `has ${String(value)} as '${name}', for which JSON has no word`)
  }
  try {
    return JSON.stringify(record)
  } catch (error) {
    throw none(what, `cannot be written as JSON: ${(error as Error).message}`)
  }
}

const none = (what: string, why: string): SpillwayError => new SpillwayError('SPILL_INPUT', `${what} ${why}`)
