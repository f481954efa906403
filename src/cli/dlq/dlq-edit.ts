/** `dlq edit` and `dlq drop`: change or drop dead letters. */
import { isUtf8 } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { didYouMean, SpillwayError, limits } from '../../base/index.ts'
import { type AnyDeadLetter, deadLetterVersion } from '../../log/index.ts'
import { type DeadLetterEdit, type FolderView, recordFields, withFolder } from '../../operate/index.ts'
import { displayPath } from '../../files/index.ts'
import { isSpillwayError, type Project, UsageError } from '../command/command.ts'
import { DEFAULT_DATA_FOLDER, withControl } from '../command/data-folder.ts'
import { printDeadLetter } from './dlq-list.ts'
import { requestsOf } from './dlq-replay.ts'
import { pluralize } from '../command/text-format.ts'
import { printJson, printLines, printStatus, shellWord } from '../command/print.ts'
import type { ColumnIR, SourceIR } from '../../define/ir/index.ts'

/** The parsed options of `dlq edit`. */
interface DeadLetterEditRequest {
  /** One kind of change: settings, renames, or the file with the new record. */
  readonly settings: readonly FieldSetting[]
  readonly renames: readonly FieldRename[]
  readonly file: string | undefined
  /** Version of the record that the user has seen; the present one by default. */
  readonly version: string | undefined
  /** The cause by which the dead letters were selected. */
  readonly cause: string | undefined
  /** Its pipeline file, if it names one, is part of the command that replays the dead letters. */
  readonly project: Pick<Project, 'path'>
  readonly json: boolean
}

/**
 * Replaces the record of dead letters, or fields of it. Of several dead letters, those that cannot be changed are listed and the others
 * changed; the result is then 1.
 *
 * @throws As `RunControl.editDeadLetter`, if there is one dead letter, after a conflict with the newer record printed; as `checkFieldNames`;
 * and `SPILL_FILE` for an unreadable file.
 */
export async function editDeadLetters(data: string, ids: readonly number[], request: DeadLetterEditRequest): Promise<number> {
  const { cause, project, json } = request
  const edits = await withFolder(data, folder => editsOf(folder, ids, request))
  const isOne = ids.length === 1
  const changed: number[] = []
  const isLive = await withControl(data, {}, async (opened, by) => {
    for (const edit of edits) {
      try {
        await opened.control.editDeadLetter(edit, by)
        changed.push(edit.id)
      } catch (error) {
        if (isOne || !isSpillwayError(error)) throw error
        if (json) printJson({ id: edit.id, outcome: 'unchanged', code: error.code, reason: error.message })
        else printLines(`dead letter ${edit.id}: unchanged, ${error.code}: ${error.message}`)
      }
    }
    return opened.isLive
  }).catch(async (error: unknown) => {
    if (isOne && isSpillwayError(error) && (error.code === 'SPILL_CONFLICT' || error.code === 'SPILL_PRECONDITION'))
      await printLetters(data, ids, json)
    throw error
  })
  if (isOne || json) await printLetters(data, changed, json)
  else printLines(`${pluralize(changed.length, 'dead letter')} edited.`)
  const selection = cause === undefined ? ids.join(' ') : `--cause ${cause}`
  if (!json) printLines('', `${replayCommand(data, selection, project.path, isLive)} replays ${isOne ? 'it' : 'them'}.`)
  return changed.length < ids.length ? 1 : 0
}

/** The edits of dead letters. Throws as `checkFieldNames` does; warns once of each name. */
function editsOf(folder: FolderView, ids: readonly number[], request: DeadLetterEditRequest): readonly DeadLetterEdit[] {
  const { settings, renames, file, version } = request
  const record = file === undefined ? undefined : recordOf(file)
  const names = [...settings.map(({ field }) => field), ...renames.map(({ to }) => to)]
  const sources = folder.pipeline()?.ir.sources ?? []
  const warnings = new Set<string>()
  const edits = ids.map((id): DeadLetterEdit => {
    const letter = folder.deadLetters.byId(id)
    const source = letter && sources.find(({ name }) => name === letter.source)
    if (source) for (const warning of checkFieldNames(names, letter, source)) warnings.add(warning)
    // The change itself rejects an unknown dead letter.
    const seen = version ?? (letter ? deadLetterVersion(letter) : '')
    if (record) return { id, version: seen, ...record }
    if (renames.length > 0) return { id, version: seen, rename: Object.fromEntries(renames.map(({ field, to }) => [field, to])) }
    return {
      id,
      version: seen,
      set: fieldValues(settings, letter && recordFields(letter), source && letter ? columnsOf(letter, source) : []),
    }
  })
  warnings.forEach(printStatus)
  return edits
}

/** The command that replays dead letters. A run that holds the folder needs no pipeline file; for a free folder one must be known. */
function replayCommand(data: string, selection: string, pipeline: string | undefined, isLive: boolean): string {
  const file = pipeline === undefined ? (isLive ? '' : 'PIPELINE ') : `${shellWord(pipeline)} `
  return `spillway dlq ${file}replay ${selection}${data === DEFAULT_DATA_FOLDER ? '' : ` --data ${shellWord(data)}`}`
}

const printLetters = (data: string, ids: readonly number[], json: boolean): Promise<void> =>
  withFolder(data, ({ deadLetters }) => {
    for (const id of ids) {
      const letter = deadLetters.byId(id)
      if (letter) printDeadLetter(letter, json)
    }
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

/** Drops dead letters: of those that are named one by one all, or none if any is unknown. */
export function dropDeadLetters(
  data: string,
  ids: readonly number[],
  { why, areNamed, json }: { readonly why: string; readonly areNamed: boolean; readonly json: boolean },
): Promise<number> {
  return withControl(data, {}, async ({ control }, by) => {
    for (const part of requestsOf(ids, areNamed)) {
      const { settled } = await control.dropDeadLetters({ ids: part, why }, by)
      if (json) for (const id of part) printJson({ id, outcome: 'dropped', why, settled })
    }
    if (!json)
      printLines(`${pluralize(ids.length, 'dead letter')} dropped: ${why}. They are kept; \`spillway dlq list --settled\` shows them.`)
    return 0
  })
}

/** A field with its new value, as text or as JSON. */
interface FieldSetting {
  readonly field: string
  readonly text: string
  readonly isJson: boolean
}

/** A field with its new name. */
interface FieldRename {
  readonly field: string
  readonly to: string
}

/** Parses OLD=NEW. Throws `UsageError`. */
export function parseFieldRename(text: string): FieldRename {
  const [, field, to] = /^([^=]+)=(.+)$/s.exec(text) ?? []
  if (field === undefined) throw new UsageError(`--rename ${text} is not OLD=NEW; write --rename amt=amount`)
  return { field, to }
}

/** Parses FIELD=VALUE or FIELD:=JSON. Throws `UsageError`. */
export function parseFieldSetting(text: string): FieldSetting {
  const [, field, colon, value] = /^([^=:]+)(:?)=(.*)$/s.exec(text) ?? []
  if (field === undefined) throw new UsageError(`--set ${text} is not FIELD=VALUE; write --set amount=12.50, or --set note:=null for JSON`)
  if (colon === ':') jsonOf(field, value)
  return { field, text: value, isJson: colon === ':' }
}

/**
 * Checks that the names in an edit are fields of the record, or columns of its source. The `map` of a source reads the names of the sender,
 * which only the sender knows: a new field is a warning there. Returns the warnings.
 *
 * @throws `SPILL_INPUT` for a field that no column of the source has, since the replay would reject or ignore it.
 */
export function checkFieldNames(
  edited: readonly string[],
  letter: Pick<AnyDeadLetter, 'raw' | 'form'>,
  { name, columns, mapVersion }: Pick<SourceIR, 'name' | 'columns' | 'mapVersion'>,
): string[] {
  const record = recordFields(letter)
  if (!record) return []
  const isMapped = isOfSender(letter, mapVersion)
  const names = isMapped ? Object.keys(record) : columns.map(column => column.name)
  const fields = edited.filter(field => !Object.hasOwn(record, field) && !names.includes(field))
  if (isMapped)
    return fields.map(
      field => `warning: '${field}' is a new field of the record, which the map of '${name}' reads${didYouMean(field, names)}`,
    )
  if (fields.length === 0) return []
  throw new SpillwayError('SPILL_INPUT', `source '${name}' has no column '${fields[0]}'${didYouMean(fields[0], names)}`)
}

/** Has the record the fields of its sender, which the map of the source reads? */
const isOfSender = ({ form }: Pick<AnyDeadLetter, 'form'>, mapVersion: string | undefined): boolean =>
  mapVersion !== undefined && !form?.mapped

/** The columns whose types the fields of a record have; none for a record that a map reads. */
export const columnsOf = (
  letter: Pick<AnyDeadLetter, 'form'>,
  { columns, mapVersion }: Pick<SourceIR, 'columns' | 'mapVersion'>,
): readonly ColumnIR[] => (isOfSender(letter, mapVersion) ? [] : columns)

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
