/**
 * Validates a record's fields and writes them into the columns of a source, as the last, uncommitted row of a builder.
 *
 * Created once for a source and the format of a file. Cost: one check a field; allocates only for faults.
 */
import { nearestName, shortList } from '../base/index.ts'
import type { BlockBuilder, ColumnBuilder, Strings, Block } from '../columns/index.ts'
import type { ColumnIR, SourceIR, Value } from '../define/ir/index.ts'
import type { RecordOrigin } from './record-batch.ts'
import { TEXT_SHIFT, type RecordCells } from './cells.ts'
import { fieldReader, displayValue, type FieldReader } from './field.ts'
import { Fault, type RejectionReason } from './rejection.ts'
import { boundedText } from './text-limits.ts'
import type { ColumnMapping } from './column-mapping.ts'

interface Field {
  readonly name: string
  readonly read: FieldReader
  /** `undefined` for a column that nobody reads: validated, not kept. */
  readonly target: ColumnBuilder | undefined
  readonly strings: Strings
  /** Reason of the rejection if the field is missing; `undefined` if NULL is allowed. */
  readonly required: RejectionReason | undefined
  /** Earlier names, under which a record may have the value. */
  readonly aliases: readonly string[]
  /** Value of a record that lacks the field: a number or a text; `undefined` if there is none. */
  readonly missing: number | string | undefined
  /** True for a name that every object inherits: only the record's own field counts. */
  readonly inherited: boolean
}

/** Properties of a source that reading a row needs. A request has no time and no arrival. */
type RowSource = Pick<SourceIR, 'columns' | 'key'> & Partial<Pick<SourceIR, 'id' | 'identity' | 'time' | 'arrives' | 'mapVersion'>>

/** Reason of the rejection if the column is NULL, or missing without a default; `undefined` if NULL is allowed. */
export function requiredReason({ key, time, arrives }: RowSource, { name, nullable }: ColumnIR): RejectionReason | undefined {
  if (name === key) return 'key'
  if (name === time) return 'time'
  const isArrival = arrives?.kind === 'column' && arrives.column === name
  return nullable && !isArrival ? undefined : 'schema'
}

/** The stored form of a column's default. */
export const storedDefault = ({ default: value }: ColumnIR): number | string | undefined =>
  typeof value === 'boolean' ? Number(value) : value

export class RowReader {
  readonly #time: string | undefined
  readonly #arrival: string | undefined
  readonly #fields: readonly Field[]
  readonly #builder: BlockBuilder
  /** Extra fields are ignored: a file may have columns for other sources. Rows from a `map` must not have any. */
  readonly #ignoresUnknown: boolean
  /** NULL counts as missing where there is a default: a table has each column in each row. */
  readonly #fillsNulls: boolean
  readonly #names: readonly string[]
  readonly #currentNames: ReadonlyMap<string, string>
  /** Event time of the last row, as the record states it. */
  time = 0
  /** Arrival of the last row, if a column holds it. */
  arrival = 0

  /** `columnMapping`: column names of foreign records, which may have extra fields. */
  constructor(
    source: RowSource,
    builder: BlockBuilder,
    stringsOf: (column: string) => Strings,
    origin: RecordOrigin,
    columnMapping?: ColumnMapping,
  ) {
    this.#time = source.time
    this.#arrival = source.arrives?.kind === 'column' ? source.arrives.column : undefined
    this.#builder = builder
    this.#ignoresUnknown = (origin.tabular || columnMapping !== undefined) && source.mapVersion === undefined
    this.#fillsNulls = origin.tabular
    this.#names = source.columns.map(column => column.name)
    this.#currentNames = new Map(source.columns.flatMap(({ name, aliases = [] }) => aliases.map(alias => [alias, name] as const)))
    this.#fields = source.columns.map(column => ({
      name: column.name,
      read: fieldReader(boundedText(source, column), {
        text: origin.text,
        zoneless: [columnMapping?.get(column.name) ?? column.name, ...(column.aliases ?? [])].some(name => origin.zoneless.has(name)),
      }),
      target: builder.column(column.name),
      strings: stringsOf(column.name),
      required: requiredReason(source, column),
      aliases: column.aliases ?? [],
      missing: storedDefault(column),
      inherited: column.name in Object.prototype,
    }))
  }

  /** Writes the row, or returns the reason why it is invalid. */
  read(record: unknown): Fault | undefined {
    if (typeof record !== 'object' || record === null || Array.isArray(record))
      return new Fault(`a record must be an object, got ${displayValue(record)}`)
    const values = record as Readonly<Record<string, unknown>>
    const row = this.#builder.length
    let present = 0
    for (const field of this.#fields) {
      let raw = field.inherited && !Object.hasOwn(values, field.name) ? undefined : values[field.name]
      if (raw === undefined && field.aliases.length > 0) raw = valueOfAlias(field.aliases, values)
      if (raw !== undefined) present++
      if (raw === undefined || raw === null) {
        if (field.missing !== undefined && (raw === undefined || this.#fillsNulls)) {
          field.target?.set(row, typeof field.missing === 'string' ? field.strings.idOf(field.missing) : field.missing)
          continue
        }
        if (field.required) return this.#missingField(field, raw, values)
        field.target?.setNull(row)
        continue
      }
      const value = field.read(raw)
      if (typeof value === 'object') return value
      if (field.name === this.#time) this.time = value as number
      if (field.name === this.#arrival) this.arrival = value as number
      field.target?.set(row, typeof value === 'string' ? field.strings.idOf(value) : value)
    }
    return this.#ignoresUnknown ? undefined : this.#unknownField(values, present)
  }

  /** Writes a decoded, valid row with the columns of this source. */
  write({ bytes, values }: RecordCells, index: number): void {
    const row = this.#builder.length
    const at = index * this.#fields.length
    for (let column = 0; column < this.#fields.length; column++) {
      const { name, target, strings } = this.#fields[column]
      const value = values[at + column]
      if (name === this.#time) this.time = value
      if (name === this.#arrival) this.arrival = value
      if (!target) continue
      if (target.isText) setText(target, row, strings, bytes, value)
      else if (Number.isNaN(value)) target.setNull(row)
      else target.set(row, value)
    }
  }

  /** Writes the first `rows` rows of cells, all decoded. The caller has reserved room for them. */
  writeAll({ bytes, values }: RecordCells, rows: number): void {
    const first = this.#builder.length
    const width = this.#fields.length
    const texts: { readonly at: number; readonly target: ColumnBuilder; readonly strings: Strings }[] = []
    this.#fields.forEach(({ target, strings }, at) => {
      if (target?.isText) texts.push({ at, target, strings })
      else target?.setEach(first, rows, values, at, width)
    })
    // Row by row, so that texts get the same ids as when rows come one at a time.
    for (let row = 0; row < rows; row++)
      for (const { at, target, strings } of texts) setText(target, first + row, strings, bytes, values[row * width + at])
  }

  #missingField({ name, required }: Field, raw: unknown, record: Readonly<Record<string, unknown>>): Fault {
    if (raw === null) return new Fault(`'${name}' is NULL`, required)
    const unknown = this.#unknownField(record, -1, name)
    return new Fault(`'${name}' is missing${unknown ? `; ${unknown.detail}` : ''}`, required)
  }

  /**
   * The first field that is not a column. Looked for only if the record has more fields than were read. `missing`: a column that the record
   * lacks, which the field may be under a new name.
   */
  #unknownField(record: Readonly<Record<string, unknown>>, present: number, missing?: string): Fault | undefined {
    let count = 0
    for (const _ in record) count++
    if (count === present) return undefined
    for (const name in record) {
      if (this.#names.includes(name)) continue
      const current = this.#currentNames.get(name)
      if (current === undefined) return new Fault(`field ${displayValue(name)} is no column${this.#columnHint(name, missing)}`)
      if (present >= 0) return new Fault(`'${name}' is an earlier name of '${current}', which the record has under another name too`)
    }
    return undefined
  }

  /** The column that a field is likely to be: one with a similar name, or else the missing one. */
  #columnHint(field: string, missing: string | undefined): string {
    const near = nearestName(field, this.#names)
    if (near !== undefined) return `; did you mean '${near}'?`
    const columns = shortList(this.#names)
    const list = columns === '' ? '' : ` (columns: ${columns})`
    return missing === undefined ? list : `${list}; was '${missing}' renamed to ${displayValue(field)}?`
  }
}

/** The value that a record has under the first of the earlier names of a column that it has. */
function valueOfAlias(aliases: readonly string[], record: Readonly<Record<string, unknown>>): unknown {
  for (const alias of aliases) if (Object.hasOwn(record, alias) && record[alias] !== undefined) return record[alias]
  return undefined
}

/** Sets a row to the id of the text whose range is in the cell. */
function setText(column: ColumnBuilder, row: number, strings: Strings, bytes: Uint8Array, cell: number): void {
  if (Number.isNaN(cell)) return column.setNull(row)
  const start = Math.floor(cell / TEXT_SHIFT)
  column.set(row, strings.idOfBytes(bytes, start, start + (cell - start * TEXT_SHIFT)))
}

/** The physical value of one column of one row. */
export function valueAt(block: Pick<Block, 'columns'>, column: ColumnIR, row: number, strings: Strings): Value {
  const { values, nulls } = block.columns[column.name]
  if (nulls?.[row] === 1) return null
  const value = values[row]
  return column.type === 'string' ? strings.textOf(value) : column.type === 'bool' ? value === 1 : value
}

/** The row as JSON that its source accepts: decimals as text, times and durations in milliseconds. */
export function rowText(source: SourceIR, block: Block, row: number, stringsOf: (column: string) => Strings): string {
  const record = source.columns.map(column => {
    const value = valueAt(block, column, row, stringsOf(column.name))
    return [column.name, column.type === 'decimal' && value !== null ? decimalText(value as number, column.scale ?? 0) : value]
  })
  return JSON.stringify(Object.fromEntries(record))
}

/** 1234 at scale 2 → `12.34`. */
export function decimalText(scaled: number, scale: number): string {
  const digits = String(Math.abs(scaled)).padStart(scale + 1, '0')
  const whole = digits.slice(0, digits.length - scale)
  const fraction = scale === 0 ? '' : `.${digits.slice(-scale)}`
  return `${scaled < 0 ? '-' : ''}${whole}${fraction}`
}
