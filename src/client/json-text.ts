/** Records as JSON, or why JSON cannot hold them. */
import { ClientError } from './client-error.ts'

/** `what` the record is, for messages. Throws `SPILL_INPUT`. */
export function jsonText(what: string, record: unknown): string {
  if (typeof record !== 'object' || record === null) throw none(what, 'is no object')
  const text = written(what, record)
  if (text === undefined) throw none(what, 'is nothing as JSON: its toJSON gives undefined')
  // JSON makes a NULL of these without a word: where there is none, there are none of them.
  const wordless = text.includes('null') ? wordlessIn(record, '') : undefined
  if (wordless) throw none(what, `has ${String(wordless.value)} as '${wordless.path}', for which JSON has no word`)
  return text
}

function written(what: string, record: object): string | undefined {
  try {
    return JSON.stringify(record)
  } catch (error) {
    throw none(what, `cannot be written as JSON: ${(error as Error).message}`)
  }
}

interface Wordless {
  readonly value: unknown
  readonly path: string
}

/** The first of what is written that JSON has no word for. */
function wordlessIn(value: unknown, path: string): Wordless | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : { value, path }
  if (typeof value !== 'object' || value === null) return undefined
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? { value, path } : undefined
  if ('toJSON' in value && typeof value.toJSON === 'function') return wordlessIn(value.toJSON(), path)
  for (const [name, part] of Object.entries(value)) {
    const found = wordlessIn(part, Array.isArray(value) ? `${path}[${name}]` : path === '' ? name : `${path}.${name}`)
    if (found) return found
  }
  return undefined
}

const none = (what: string, why: string): ClientError => new ClientError('SPILL_INPUT', `${what} ${why}`)
