/** The new record of an edited dead letter. */
import { SpillwayError, limits } from '../../base/index.ts'
import type { RawForm } from '../../intake/index.ts'
import { utf8TextOf, type StoredDeadLetter } from '../../log/index.ts'
import type { DeadLetterEdit } from './run-control.ts'

/** The record that an edit makes. Throws `SPILL_INPUT` if the dead letter lacks the fields to set or rename, or the record is too long. */
export function editedRecord(letter: StoredDeadLetter, { set, rename, raw, rawBase64 }: DeadLetterEdit): string | Uint8Array {
  const record = set ? setFields(letter, set) : rename ? renameFields(letter, rename) : (raw ?? bytesOf(rawBase64!))
  const bytes = Buffer.byteLength(record)
  if (bytes > limits.LINE_BYTES_MAX)
    throw new SpillwayError(
      'SPILL_INPUT',
      `the new record of dead letter ${letter.id} has ${bytes} bytes, more than ${limits.LINE_BYTES_MAX} (LINE_BYTES_MAX)`,
    )
  return record
}

/** The form of an edited record, which is JSON even if it came from CSV. */
export function editedForm({ form }: StoredDeadLetter): RawForm | undefined {
  if (!form) return undefined
  const { csv, zoneless, ...rest } = form
  const remaining = csv || zoneless === undefined ? rest : { ...rest, zoneless }
  return Object.keys(remaining).length > 0 ? remaining : undefined
}

/** The fields of a dead letter that is a JSON object, or `undefined`. Numbers are objects that keep their digits. */
export function recordFields({ raw }: Pick<StoredDeadLetter, 'raw'>): Record<string, unknown> | undefined {
  let record: unknown
  try {
    record = typeof raw === 'string' ? JSON.parse(raw, keepDigits) : undefined
  } catch {
    return undefined
  }
  return typeof record === 'object' && record !== null && !Array.isArray(record) ? (record as Record<string, unknown>) : undefined
}

/** The dead letter's JSON with the fields set; other fields keep their text. */
export function setFields(letter: Pick<StoredDeadLetter, 'id' | 'raw'>, set: Readonly<Record<string, unknown>>): string {
  const record = requireFields(letter, 'set')
  for (const [field, value] of Object.entries(set))
    Object.defineProperty(record, field, { value, enumerable: true, configurable: true, writable: true })
  return JSON.stringify(record)
}

/** The dead letter's JSON with fields renamed in their places; all values keep their text. */
function renameFields(letter: Pick<StoredDeadLetter, 'id' | 'raw'>, names: Readonly<Record<string, string>>): string {
  const record = requireFields(letter, 'rename')
  const renames = new Map(Object.entries(names))
  for (const name of renames.keys())
    if (!Object.hasOwn(record, name)) throw new SpillwayError('SPILL_INPUT', `dead letter ${letter.id} has no field '${name}' to rename`)
  const fields = Object.entries(record).map(([name, value]) => [renames.get(name) ?? name, value] as const)
  const renamed = new Map<string, unknown>()
  for (const [name, value] of fields) {
    if (renamed.has(name)) throw new SpillwayError('SPILL_INPUT', `dead letter ${letter.id} would have the field '${name}' twice`)
    renamed.set(name, value)
  }
  return JSON.stringify(Object.fromEntries(renamed))
}

function requireFields(letter: Pick<StoredDeadLetter, 'id' | 'raw'>, verb: 'set' | 'rename'): Record<string, unknown> {
  const record = recordFields(letter)
  if (record) return record
  throw new SpillwayError(
    'SPILL_INPUT',
    `dead letter ${letter.id} is not a JSON object, so it has no fields to ${verb}; replace the whole record`,
  )
}

function bytesOf(base64: string): string | Uint8Array {
  const bytes = new Uint8Array(Buffer.from(base64, 'base64'))
  return utf8TextOf(bytes) ?? bytes
}

/** `JSON.rawJSON` and the third argument of a reviver are in Node 24, but not yet in TypeScript's library. */
const { rawJSON } = JSON as unknown as { readonly rawJSON: (text: string) => unknown }
const keepDigits = ((_field: string, value: unknown, { source }: { readonly source: string }): unknown =>
  typeof value === 'number' ? rawJSON(source) : value) as Parameters<typeof JSON.parse>[1]
