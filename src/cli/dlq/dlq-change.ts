/** `dlq edit` and `dlq drop`: change or drop dead letters. */
import { isUtf8 } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { wallClock } from '../../base/clock.ts'
import { SpillwayError } from '../../base/errors.ts'
import { limits } from '../../base/limits.ts'
import type { RawForm } from '../../intake/refusal.ts'
import { deadLetterJson } from '../../log/dead-letter-json.ts'
import type { StoredDeadLetter } from '../../log/dead-letters.ts'
import { displayPath } from '../../files/file-error.ts'
import { requireDeadLetters, changeDeadLetters } from './dead-letter-folder.ts'
import { setFields, type FieldSetting } from './dead-letter-edit.ts'
import { deadLetterText } from './dead-letter-text.ts'
import { pluralize } from '../command/text-format.ts'
import { printEach, printJson, printLines } from '../command/print.ts'

/** The parsed options of `dlq edit`. */
export interface DeadLetterEditRequest {
  readonly settings: readonly FieldSetting[]
  /** The file with the new record, in place of settings. */
  readonly file: string | undefined
  readonly json: boolean
}

/** Replaces the record, or fields of it. Throws `SPILL_INPUT` for an unknown dead letter, invalid JSON, and an unreadable file. */
export function editDeadLetter(data: string, id: number, { settings, file, json }: DeadLetterEditRequest): Promise<number> {
  const newBytes = file === undefined ? undefined : bytesOf(file)
  // The audit log records the names of the fields, never their values.
  const detail = newBytes ? 'the bytes of a file' : settings.map(({ field }) => field).join(', ')
  return changeDeadLetters(data, { command: 'dlq edit', targets: [id], detail }, async (store, reader) => {
    const [letter] = requireDeadLetters(reader, [id])
    const columns = store.schemas().findLast(({ source }) => source === letter.source)?.columns ?? []
    const raw = newBytes ?? setFields(letter, settings, columns)
    await store.commit({ deadLetterChanges: [{ kind: 'edited', id, raw, form: formAfter(letter) }] })
    const edited = reader.deadLetters.byId(id)!
    printEach([edited], { json, textOf: deadLetterText, jsonOf: deadLetterJson })
    if (!json) printLines('', `spillway dlq replay ${id} PIPELINE sends it again.`)
    return 0
  })
}

/** The form of an edited record, which is JSON even if it came from CSV. */
function formAfter({ form }: StoredDeadLetter): RawForm | undefined {
  if (!form) return undefined
  const { csv, zoneless, ...rest } = form
  const remaining = csv || zoneless === undefined ? rest : { ...rest, zoneless }
  return Object.keys(remaining).length > 0 ? remaining : undefined
}

function bytesOf(file: string): string | Uint8Array {
  let bytes: Buffer
  try {
    bytes = readFileSync(file)
  } catch (error) {
    throw new SpillwayError('SPILL_INPUT', `cannot be read: ${(error as Error).message}`, { place: displayPath(file), cause: error })
  }
  if (bytes.length > limits.LINE_BYTES_MAX)
    throw new SpillwayError('SPILL_LIMIT', `has ${bytes.length} bytes, more than ${limits.LINE_BYTES_MAX} (LINE_BYTES_MAX)`, {
      place: displayPath(file),
    })
  return isUtf8(bytes) ? bytes.toString('utf8').trim() : new Uint8Array(bytes)
}

/** Drops all of the dead letters, or none if any of them is unknown. */
export function dropDeadLetters(data: string, ids: readonly number[], { why, json }: { why: string; json: boolean }): Promise<number> {
  return changeDeadLetters(data, { command: 'dlq drop', targets: ids, detail: why }, async (store, reader) => {
    requireDeadLetters(reader, ids)
    const at = wallClock()
    await store.commit({ deadLetterChanges: ids.map(id => ({ kind: 'settled', id, outcome: 'dropped', why, at })) })
    if (json) for (const id of ids) printJson({ id, outcome: 'dropped', why, settled: at })
    else printLines(`${pluralize(ids.length, 'dead letter')} dropped: ${why}. They are kept; \`spillway dlq list --settled\` shows them.`)
    return 0
  })
}
