/**
 * A dead letter's record as fields that a person edits, their check against the columns of the source, and the difference to the record
 * that was rejected.
 *
 * Numbers keep their digits: the fields hold the JSON text of each value, so an amount of 1.10 stays 1.10.
 */
import type { DescribedItem, LetterAnswer, SourceAnswer } from '../core/answers.ts'
import { isMaskedValue } from '../core/mask.ts'

export interface RecordField {
  readonly name: string
  /** The value as JSON; empty for a field that is missing. */
  readonly json: string
}

/** The fields of a record that is a JSON object; `undefined` for any other, which is edited as text. */
export function fieldsOf(raw: string | undefined): RecordField[] | undefined {
  if (raw === undefined) return undefined
  // By the object that has the number: a field of an object inside the record may have the name of a field of the record.
  const digits = new WeakMap<object, Map<string, string>>()
  let record: unknown
  try {
    record = JSON.parse(raw, function (this: object, name: string, value: unknown, context?: { source?: string }) {
      if (typeof value !== 'number' || context?.source === undefined) return value
      const own = digits.get(this)
      if (own) own.set(name, context.source)
      else digits.set(this, new Map([[name, context.source]]))
      return value
    } as Parameters<typeof JSON.parse>[1])
  } catch {
    return undefined
  }
  if (typeof record !== 'object' || record === null || Array.isArray(record)) return undefined
  const ownDigits = digits.get(record)
  return Object.entries(record).map(([name, value]) => ({
    name,
    json: typeof value === 'number' ? (ownDigits?.get(name) ?? String(value)) : JSON.stringify(value),
  }))
}

/** The fields of a record and the columns of its source that it lacks, which are empty. */
export function editableFields(raw: string | undefined, source: SourceAnswer | undefined): RecordField[] | undefined {
  const fields = fieldsOf(raw)
  const missing = (source?.columns ?? []).filter(({ name }) => fields && !fields.some(field => field.name === name))
  return fields && [...fields, ...missing.map(({ name }) => ({ name, json: '' }))]
}

/** The text that a person edits: of a string without its quotes. */
export const fieldText = (json: string): string => (json.startsWith('"') ? (JSON.parse(json) as string) : json)

/**
 * The JSON of an edited text. For a column of text it is a string, whatever it looks like; a timestamp of digits is UTC milliseconds, a
 * number. Elsewhere what is JSON stays JSON, and any other
 * text is a string. An empty text is a missing field; an edit cannot remove a field, so the editor rejects it where the record has one.
 */
export function fieldJson(text: string, column: DescribedItem | undefined): string {
  if (text === '') return ''
  const isMillis = column?.type === 'timestamp' && /^-?\d+$/.test(text)
  if (column && isTextType(column.type) && !isMillis) return JSON.stringify(text)
  try {
    JSON.parse(text)
    return text
  } catch {
    return JSON.stringify(text)
  }
}

const isTextType = (type: string): boolean => type === 'string' || type === 'timestamp'

/** The problem of a value for a column, in words; `undefined` where none is seen. The server's check on replay decides. */
export function fieldProblem(json: string, column: DescribedItem | undefined): string | undefined {
  if (!column || isMaskedValue(fieldText(json))) return undefined
  if (json === '' || json === 'null') return column.definition?.includes('may be null') ? undefined : 'is missing'
  const text = fieldText(json)
  const [, type, scale] = /^(\w+)(?:\((\d+)\))?$/.exec(column.type) ?? []
  switch (type) {
    case 'int':
      return /^-?\d+$/.test(text) ? undefined : 'needs a whole number'
    case 'decimal':
      return decimalProblem(text, Number(scale ?? 0))
    case 'double':
      return Number.isFinite(Number(text)) && text.trim() !== '' ? undefined : 'needs a number'
    case 'bool':
      return json === 'true' || json === 'false' ? undefined : 'needs true or false'
    case 'timestamp':
      return Number.isNaN(Date.parse(text)) && !/^-?\d+$/.test(text)
        ? 'needs a time, as 2026-01-01T12:00:00Z or UTC milliseconds'
        : undefined
    case 'string':
      return enumProblem(text, column.definition)
    default:
      return undefined
  }
}

/**
 * The problem of a field of a record. A field that is no column is a problem where the source has rejected the record for such a field
 * (`detail`): some sources ignore them.
 */
export function recordProblem({ name, json }: RecordField, source: SourceAnswer | undefined, detail: string): string | undefined {
  const column = source?.columns.find(candidate => candidate.name === name)
  if (column || !source) return fieldProblem(json, column)
  return json !== '' && detail.includes(' is no column') ? `is no column of ${source.name}` : undefined
}

function decimalProblem(text: string, scale: number): string | undefined {
  const digits = /^-?\d+(?:\.(\d+))?$/.exec(text)
  if (!digits) return 'needs a decimal number'
  return (digits[1] ?? '').replace(/0+$/, '').length > scale ? `has more than ${scale} digits after the point` : undefined
}

function enumProblem(text: string, definition = ''): string | undefined {
  const values = /(?:^|; )one of ([^;]+)/.exec(definition)?.[1].split(', ')
  return values === undefined || values.includes(text) ? undefined : `needs one of ${values.join(', ')}`
}

export interface FieldDifference {
  readonly name: string
  readonly before: string | undefined
  readonly after: string | undefined
}

/** Fields that differ between two records, both JSON objects. */
export function recordDifferences(before: readonly RecordField[], after: readonly RecordField[]): FieldDifference[] {
  const jsonIn = (fields: readonly RecordField[], name: string): string | undefined =>
    fields.find(field => field.name === name && field.json !== '')?.json
  const names = [...new Set([...before, ...after].map(({ name }) => name))]
  return names
    .map(name => ({ name, before: jsonIn(before, name), after: jsonIn(after, name) }))
    .filter(difference => difference.before !== difference.after)
}

/** Fields that were cleared, which an edit cannot send: it sets fields, and removes none. */
export const clearedFields = (before: readonly RecordField[], after: readonly RecordField[]): string[] =>
  recordDifferences(before, after)
    .filter(change => change.after === undefined)
    .map(({ name }) => name)

/** The body of an edit: the fields that were changed. */
export function changedFields(before: readonly RecordField[], after: readonly RecordField[]): string {
  const changes = recordDifferences(before, after).filter(
    (change): change is FieldDifference & { after: string } => change.after !== undefined,
  )
  return `{${changes.map(({ name, after: json }) => `${JSON.stringify(name)}:${json}`).join(',')}}`
}

/** The record as people read it. */
export const recordText = ({ raw, rawBase64 }: Pick<LetterAnswer, 'raw' | 'rawBase64'>): string =>
  raw ?? `bytes in base64: ${rawBase64 ?? ''}`
