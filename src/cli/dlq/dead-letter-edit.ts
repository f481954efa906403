/**
 * `--set FIELD=VALUE`: fields of a dead letter's JSON, changed.
 *
 * What VALUE means is told by the columns that the log has for the source: text for a string, and for a decimal, which takes text exactly; a number or a
 * truth where that is what the column holds. `FIELD:=JSON` says it outright.
 */
import { SpillwayError } from '../../base/errors.ts'
import type { ColumnIR } from '../../define/ir/ir.ts'
import type { StoredDeadLetter } from '../../log/letters.ts'
import { UsageError } from '../command/command.ts'

export interface Setting {
  readonly field: string
  readonly text: string
  readonly isJson: boolean
}

/** Throws `UsageError`. */
export function settingOf(text: string): Setting {
  const [, field, colon, value] = /^([^=:]+)(:?)=(.*)$/s.exec(text) ?? []
  if (field === undefined) throw new UsageError(`--set ${text} is not FIELD=VALUE; write --set amount=12.50, or --set note:=null for JSON`)
  if (colon === ':') jsonOf(field, value)
  return { field, text: value, isJson: colon === ':' }
}

/** The letter's text with the fields set. Throws `SPILL_INPUT` if it is no JSON object. */
export function withFields({ id, raw }: StoredDeadLetter, settings: readonly Setting[], columns: readonly ColumnIR[]): string {
  const record = recordOf(id, raw)
  for (const { field, text, isJson } of settings) {
    const type = columns.find(({ name }) => name === field)?.type
    const value = isJson ? jsonOf(field, text) : valueOf(type, text, record[field])
    Object.defineProperty(record, field, { value, enumerable: true, configurable: true, writable: true })
  }
  return JSON.stringify(record)
}

function recordOf(id: number, raw: string | Uint8Array): Record<string, unknown> {
  let record: unknown
  try {
    record = typeof raw === 'string' ? JSON.parse(raw) : undefined
  } catch {
    record = undefined
  }
  if (typeof record === 'object' && record !== null && !Array.isArray(record)) return record as Record<string, unknown>
  throw new SpillwayError(
    'SPILL_INPUT',
    `letter ${id} is no JSON object, so that it has no fields to set; replace it whole with --file FILE`,
  )
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
      return typeof before === 'string' ? text : likely(text)
  }
}

/** A number or a truth if it is written as JSON would, otherwise text. */
function likely(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true'
  return String(Number(text)) === text ? Number(text) : text
}

function jsonOf(field: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new UsageError(`--set ${field}:=${text} is no JSON: ${(error as Error).message}`)
  }
}
