/** Encodes records as JSON, and rejects those that JSON cannot represent, such as NaN, which `JSON.stringify` would turn into null. */
import { ClientError } from './client-error.ts'

/** The JSON of a record. `subject` names it in messages. Throws `SPILL_INPUT`. */
export function jsonText(subject: string, record: unknown): string {
  if (typeof record !== 'object' || record === null) throw invalidRecord(subject, 'is no object')
  const text = encode(subject, record)
  if (text === undefined) throw invalidRecord(subject, 'is nothing as JSON: its toJSON gives undefined')
  // `JSON.stringify` writes null for such values: without a null in the text there is none, and no search is needed.
  const invalid = text.includes('null') ? unrepresentable(record, '') : undefined
  if (invalid) throw invalidRecord(subject, `has ${String(invalid.value)} as '${invalid.path}', which JSON cannot hold`)
  return text
}

function encode(subject: string, record: object): string | undefined {
  try {
    return JSON.stringify(record)
  } catch (error) {
    throw invalidRecord(subject, `cannot be written as JSON: ${(error as Error).message}`)
  }
}

interface Unrepresentable {
  readonly value: unknown
  readonly path: string
}

/** The first encoded value that JSON cannot represent, with its path. */
function unrepresentable(value: unknown, path: string): Unrepresentable | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : { value, path }
  if (typeof value !== 'object' || value === null) return undefined
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? { value, path } : undefined
  if ('toJSON' in value && typeof value.toJSON === 'function') return unrepresentable(value.toJSON(), path)
  for (const [name, part] of Object.entries(value)) {
    const invalid = unrepresentable(part, Array.isArray(value) ? `${path}[${name}]` : path === '' ? name : `${path}.${name}`)
    if (invalid) return invalid
  }
  return undefined
}

const invalidRecord = (subject: string, why: string): ClientError => new ClientError('SPILL_INPUT', `${subject} ${why}`)
