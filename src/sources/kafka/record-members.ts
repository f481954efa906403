/**
 * Columns of an event that a topic keeps beside the value of a record: its key, headers and time. They become members of a value that is a
 * JSON object before it is read. So a dead letter has them too, and a replay of it is the same event. To other formats they are added once
 * the value is decoded (`decoded-members.ts`).
 *
 * A member replaces one of the same name in the value. A record without the header or the key has no member. Text of UTF-8 becomes a number or
 * a boolean where its column is one. Cost: a copy of the values, and a parse of those with a field to replace; only for places with `columns`.
 */
import { didYouMean, limits, SpillwayError } from '../../base/index.ts'
import type { KafkaColumnsIR } from '../../define/config/index.ts'
import type { ColumnType, SourceIR } from '../../define/ir/index.ts'
import { headersOf, type RecordColumns, SCHEMA_ID_MAGIC } from '../../kafka/index.ts'
import { withoutFields } from './object-fields.ts'

/** Bytes of JSON. */
const [OPEN, CLOSE, COMMA, COLON, QUOTE, BACKSLASH] = Buffer.from('{},:"\\')
const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/
const numeric: ReadonlySet<ColumnType | undefined> = new Set(['int', 'decimal', 'double', 'timestamp', 'duration'] as const)

interface Member {
  readonly column: string
  /** `"card"`, in bytes. */
  readonly name: Buffer
  /** Type of the column; undefined for a field that only the source's `map` knows. */
  readonly type: ColumnType | undefined
}

/** Adds the members of a place's `columns` to the values of records. */
export class RecordMembers {
  readonly #key: Member | undefined
  readonly #timestamp: Member | undefined
  readonly #headers: ReadonlyMap<string, Member>

  /** Without a source the members are texts. Throws `SPILL_NOT_FOUND` for a column that the source does not have. */
  constructor(source: SourceIR | undefined, { key, timestamp, headers = {} }: KafkaColumnsIR) {
    this.#key = key === undefined ? undefined : memberOf(source, 'columns.key', key)
    this.#timestamp = timestamp === undefined ? undefined : memberOf(source, 'columns.timestamp', timestamp)
    this.#headers = new Map(
      Object.entries(headers).map(([column, header]) => [header, memberOf(source, `columns.headers.${column}`, column)]),
    )
  }

  /**
   * The records with longer values, and without the keys and headers, which are in the values now. `jsonStart` is that of the format of the
   * values: values with a schema id stay as they are if it is undefined. Other values get members in each format, since a dead letter that is
   * JSON can be replayed.
   */
  addTo(records: RecordColumns, jsonStart: number | undefined = 0): RecordColumns {
    const parts: Buffer[] = []
    const values = new Int32Array(records.values.length)
    const mayReplace = jsonStart === undefined || this.#mayReplace(records.bytes)
    let length = 0
    for (let i = 0; i < records.count; i++) {
      const [start, end] = [records.values[2 * i], records.values[2 * i + 1]]
      values[2 * i] = start < 0 ? start : length
      if (start >= 0) {
        const value = records.bytes.subarray(start, end)
        const from = value[0] === SCHEMA_ID_MAGIC ? jsonStart : 0
        const isObject = from !== undefined && value[skipSpace(value, from, 1)] === OPEN
        for (const part of isObject ? withMembers(value, from, this.#membersOf(records, i), mayReplace) : [value]) {
          parts.push(part)
          length += part.length
        }
      }
      values[2 * i + 1] = start < 0 ? end : length
    }
    const none = new Int32Array(2 * records.count).fill(-1)
    return { ...records, bytes: Buffer.concat(parts, length), values, keys: none, headers: none }
  }

  /** The members of a record as a JSON object; `undefined` for a record without any. */
  objectOf(records: RecordColumns, index: number): Buffer | undefined {
    const members = this.#membersOf(records, index)
    return members.size === 0 ? undefined : Buffer.concat(withMembers(Buffer.of(OPEN, CLOSE), 0, members, false))
  }

  /** False if no value has a field of a member's name: only a name with an escape is written in any other way. */
  #mayReplace(bytes: Buffer): boolean {
    const members = [this.#key, this.#timestamp, ...this.#headers.values()]
    return bytes.includes(BACKSLASH) || members.some(member => member && bytes.includes(member.name))
  }

  /** The members of a record by column, `"trace":"t1"` each. */
  #membersOf(records: RecordColumns, index: number): ReadonlyMap<string, Buffer> {
    const members = new Map<string, Buffer>()
    const add = (member: Member, value: Buffer): unknown => members.set(member.column, memberText(member, value))
    const start = records.keys[2 * index]
    if (this.#key && start >= 0) add(this.#key, records.bytes.subarray(start, records.keys[2 * index + 1]))
    // −1 is no time.
    if (this.#timestamp && records.timestamps[index] >= 0) add(this.#timestamp, Buffer.from(String(records.timestamps[index])))
    if (this.#headers.size === 0) return members
    // Headers may repeat; as in Java the last counts.
    const headers = new Map(headersOf(records, index).map(({ name, value }) => [name, value]))
    for (const [header, member] of this.#headers) {
      const value = headers.get(header)
      if (value) add(member, value)
    }
    return members
  }
}

function memberOf(source: SourceIR | undefined, setting: string, name: string): Member {
  const bytes = Buffer.from(JSON.stringify(name))
  if (!source || source.mapVersion !== undefined) return { column: name, name: bytes, type: undefined }
  const column = source.columns.find(each => each.name === name)
  const names = source.columns.map(each => each.name)
  if (!column)
    throw new SpillwayError(
      'SPILL_NOT_FOUND',
      `${setting} names '${name}', which is no column of source '${source.name}'${didYouMean(name, names)}`,
    )
  return { column: name, name: bytes, type: column.type }
}

function memberText({ name, type }: Member, value: Buffer): Buffer {
  const text = value.toString('utf8')
  // Bytes that are no text stay as they are: the record is then rejected as not UTF-8.
  if (!Buffer.from(text).equals(value)) return Buffer.concat([name, Buffer.of(COLON, QUOTE), value, Buffer.of(QUOTE)])
  const isToken = numeric.has(type) ? jsonNumber.test(text) : type === 'bool' && (text === 'true' || text === 'false')
  return Buffer.concat([name, Buffer.of(COLON), Buffer.from(isToken ? text : JSON.stringify(text))])
}

/**
 * The parts of a value whose object begins at `from`, with members at its end, in place of its fields of their names. Anything else is returned
 * as it is, to be rejected with its own reason.
 */
function withMembers(value: Buffer, from: number, members: ReadonlyMap<string, Buffer>, mayReplace: boolean): readonly Buffer[] {
  if (members.size === 0) return [value]
  const written = value.subarray(from)
  // A larger value is rejected whatever it has.
  const isSearched = mayReplace && value.length <= limits.LINE_BYTES_MAX
  const object = isSearched ? withoutFields(written, new Set(members.keys())) : written
  const [first, last] = [skipSpace(object, 0, 1), skipSpace(object, object.length - 1, -1)]
  if (object[last] !== CLOSE) return [value]
  const isEmpty = skipSpace(object, first + 1, 1) === last
  const parts: Buffer[] = [value.subarray(0, from), object.subarray(0, last)]
  let hasFields = !isEmpty
  for (const member of members.values()) {
    if (hasFields) parts.push(Buffer.of(COMMA))
    parts.push(member)
    hasFields = true
  }
  return [...parts, object.subarray(last)]
}

/** Index of the next byte that is no white space of JSON. */
function skipSpace(bytes: Buffer, from: number, step: 1 | -1): number {
  let at = from
  while (bytes[at] === 0x20 || bytes[at] === 0x09 || bytes[at] === 0x0a || bytes[at] === 0x0d) at += step
  return at
}
