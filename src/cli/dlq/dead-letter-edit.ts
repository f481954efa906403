/**
 * `dlq edit --set FIELD=VALUE`: the values of fields in the JSON of a dead letter.
 *
 * The source's columns in the log determine the type of VALUE. Strings and decimals take the text exactly; the text of other columns
 * is converted if it is a value of the column's type. `FIELD:=JSON` sets the JSON value as it is written.
 */
import type { ColumnIR } from '../../define/ir/index.ts'
import { UsageError } from '../command/command.ts'

/** A field with its new value, as text or as JSON. */
export interface FieldSetting {
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

/** The JSON values of the settings, by field. `record` has the fields of the dead letter; `undefined` if it is no JSON object. */
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
