/** `dlq edit` and `dlq drop`: change or drop dead letters. */
import { isUtf8 } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { didYouMean, SpillwayError, limits } from '../../base/index.ts'
import { type AnyDeadLetter, deadLetterVersion } from '../../log/index.ts'
import { type DeadLetterEdit, recordFields, withFolder } from '../../operate/index.ts'
import { displayPath } from '../../files/index.ts'
import { isSpillwayError, type Project, UsageError } from '../command/command.ts'
import { DEFAULT_DATA_FOLDER, withControl } from '../command/data-folder.ts'
import { printDeadLetter } from './dlq-list.ts'
import { pluralize } from '../command/text-format.ts'
import { printJson, printLines, printStatus, shellWord } from '../command/print.ts'
import type { ColumnIR, SourceIR } from '../../define/ir/index.ts'

/** The parsed options of `dlq edit`. */
interface DeadLetterEditRequest {
  readonly settings: readonly FieldSetting[]
  /** The file with the new record, in place of settings. */
  readonly file: string | undefined
  /** Version of the record that the user has seen; the present one by default. */
  readonly version: string | undefined
  /** Its pipeline file, if it names one, is part of the command that replays the dead letter. */
  readonly project: Pick<Project, 'path'>
  readonly json: boolean
}

/**
 * Replaces the record, or fields of it. Throws as `RunControl.editDeadLetter` and `checkFieldNames` do, after a conflict with the newer
 * record printed, and `SPILL_FILE` for an unreadable file.
 */
export async function editDeadLetter(data: string, id: number, request: DeadLetterEditRequest): Promise<number> {
  const { settings, file, version, project, json } = request
  const record = file === undefined ? undefined : recordOf(file)
  const edit = await withFolder(data, (folder): DeadLetterEdit => {
    const letter = folder.deadLetters.byId(id)
    const source = letter && folder.pipeline()?.ir.sources.find(({ name }) => name === letter.source)
    if (source) checkFieldNames(settings, letter, source).forEach(printStatus)
    // The change itself rejects an unknown dead letter.
    const seen = version ?? (letter ? deadLetterVersion(letter) : '')
    return { id, version: seen, ...(record ?? { set: fieldValues(settings, letter && recordFields(letter), source?.columns ?? []) }) }
  })
  let isLive: boolean
  try {
    isLive = await withControl(data, {}, async (opened, by) => {
      await opened.control.editDeadLetter(edit, by)
      return opened.isLive
    })
  } catch (error) {
    if (isSpillwayError(error) && error.code === 'SPILL_CONFLICT') await printLetter(data, id, json)
    throw error
  }
  await printLetter(data, id, json)
  if (!json) printLines('', `${replayCommand(data, id, project.path, isLive)} replays it.`)
  return 0
}

/** The command that replays a dead letter. A run that holds the folder needs no pipeline file; for a free folder one must be known. */
function replayCommand(data: string, id: number, pipeline: string | undefined, isLive: boolean): string {
  const file = pipeline === undefined ? (isLive ? '' : 'PIPELINE ') : `${shellWord(pipeline)} `
  return `spillway dlq ${file}replay ${id}${data === DEFAULT_DATA_FOLDER ? '' : ` --data ${shellWord(data)}`}`
}

const printLetter = (data: string, id: number, json: boolean): Promise<void> =>
  withFolder(data, ({ deadLetters }) => {
    const letter = deadLetters.byId(id)
    if (letter) printDeadLetter(letter, json)
  })

function recordOf(file: string): Pick<DeadLetterEdit, 'raw' | 'rawBase64'> {
  let bytes: Buffer
  try {
    bytes = readFileSync(file)
  } catch (error) {
    throw new SpillwayError('SPILL_FILE', `cannot be read: ${(error as Error).message}`, { place: displayPath(file), cause: error })
  }
  if (bytes.length > limits.LINE_BYTES_MAX)
    throw new SpillwayError('SPILL_LIMIT', `has ${bytes.length} bytes, more than ${limits.LINE_BYTES_MAX} (LINE_BYTES_MAX)`, {
      place: displayPath(file),
    })
  return isUtf8(bytes) ? { raw: bytes.toString('utf8').trim() } : { rawBase64: bytes.toString('base64') }
}

/** Drops all of the dead letters, or none if any of them is unknown. */
export function dropDeadLetters(data: string, ids: readonly number[], { why, json }: { why: string; json: boolean }): Promise<number> {
  return withControl(data, {}, async ({ control }, by) => {
    const { settled } = await control.dropDeadLetters({ ids, why }, by)
    if (json) for (const id of ids) printJson({ id, outcome: 'dropped', why, settled })
    else printLines(`${pluralize(ids.length, 'dead letter')} dropped: ${why}. They are kept; \`spillway dlq list --settled\` shows them.`)
    return 0
  })
}

/** A field with its new value, as text or as JSON. */
interface FieldSetting {
  readonly field: string
  readonly text: string
  readonly isJson: boolean
}

/** Parses FIELD=VALUE or FIELD:=JSON. Throws `UsageError`. */
export function parseFieldSetting(text: string): FieldSetting {
  const [, field, colon, value] = /^([^=:]+)(:?)=(.*)$/s.exec(text) ?? []
  if (field === undefined) throw new UsageError(`--set ${text} is not FIELD=VALUE; write --set amount=12.50, or --set note:=null for JSON`)
  if (colon === ':') jsonOf(field, value)
  return { field, text: value, isJson: colon === ':' }
}

/**
 * Checks that the settings name fields of the record, or columns of its source. The `map` of a source reads the names of the sender,
 * which only the sender knows: a new field is a warning there. Returns the warnings.
 *
 * @throws `SPILL_INPUT` for a field that no column of the source has, since the replay would reject or ignore it.
 */
export function checkFieldNames(
  settings: readonly FieldSetting[],
  letter: Pick<AnyDeadLetter, 'raw' | 'form'>,
  { name, columns, mapVersion }: Pick<SourceIR, 'name' | 'columns' | 'mapVersion'>,
): string[] {
  const record = recordFields(letter)
  if (!record) return []
  const isMapped = mapVersion !== undefined && !letter.form?.mapped
  const names = isMapped ? Object.keys(record) : columns.map(column => column.name)
  const fields = settings.map(({ field }) => field).filter(field => !Object.hasOwn(record, field) && !names.includes(field))
  if (isMapped)
    return fields.map(
      field => `warning: '${field}' is a new field of the record, which the map of '${name}' reads${didYouMean(field, names)}`,
    )
  if (fields.length === 0) return []
  throw new SpillwayError('SPILL_INPUT', `source '${name}' has no column '${fields[0]}'${didYouMean(fields[0], names)}`)
}

/**
 * The JSON values of `--set`, by field. The columns of its source determine the type of a value: strings and decimals take the text
 * exactly, the text of other columns is converted if it is a value of the column's type. `record` has the fields of the dead letter;
 * `undefined` if it is no JSON object.
 */
export function fieldValues(
  settings: readonly FieldSetting[],
  record: Readonly<Record<string, unknown>> | undefined,
  columns: readonly ColumnIR[],
): Record<string, unknown> {
  const entries = settings.map(({ field, text, isJson }): [string, unknown] => {
    const type = columns.find(({ name }) => name === field)?.type
    return [field, isJson ? jsonOf(field, text) : valueOf(type, text, record?.[field])]
  })
  return Object.fromEntries(entries)
}

function valueOf(type: ColumnIR['type'] | undefined, text: string, before: unknown): unknown {
  switch (type) {
    case 'string':
    case 'decimal':
      return text
    case 'bool':
      return text === 'true' || text === 'false' ? text === 'true' : text
    case 'int':
    case 'timestamp':
    case 'duration':
      return /^-?\d+$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : text
    case 'double':
      return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text
    default:
      return typeof before === 'string' ? text : inferredValue(text)
  }
}

/** A number or bool if the text is written exactly as in JSON, otherwise the text. */
function inferredValue(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true'
  return String(Number(text)) === text ? Number(text) : text
}

function jsonOf(field: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new UsageError(`--set ${field}:=${text} is not JSON: ${(error as Error).message}`)
  }
}
