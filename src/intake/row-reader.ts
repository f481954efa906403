/**
 * A record's fields, checked and written into the columns of a source: the last row of a builder, not yet committed.
 *
 * Made once for a source and the traits of a file. Costs a look at each field, and allocates nothing but for faults.
 */
import { didYouMean } from '../base/did-you-mean.ts'
import type { BlockBuilder, ColumnBuilder } from '../columns/builder.ts'
import type { Strings } from '../columns/strings.ts'
import type { ColumnIR, SourceIR } from '../define/ir/ir.ts'
import type { Origin } from './batch.ts'
import { TEXT_SHIFT, type Cells } from './cells.ts'
import { fieldReader, shown, type FieldReader } from './field.ts'
import { Fault, type RefusalReason } from './refusal.ts'
import { boundedText } from './text-bound.ts'
import type { TheirNames } from './their-names.ts'

interface Field {
  readonly name: string
  readonly read: FieldReader
  /** Columns that nobody reads are checked and not kept. */
  readonly kept: ColumnBuilder | undefined
  readonly strings: Strings
  /** The reason with which its absence is refused; absent where NULL is a value. */
  readonly required: RefusalReason | undefined
  /** A name that every object inherits: only the record's own field counts. */
  readonly inherited: boolean
}

/** What reading a row needs of its source. A request has neither time nor arrival among its fields. */
type Rows = Pick<SourceIR, 'columns' | 'key'> & Partial<Pick<SourceIR, 'id' | 'identity' | 'time' | 'arrives' | 'mapVersion'>>

/** The reason with which a row is refused where the column is NULL or missing; `undefined` where that is a value. */
export function requiredAs({ key, time, arrives }: Rows, { name, nullable }: ColumnIR): RefusalReason | undefined {
  if (name === key) return 'key'
  if (name === time) return 'time'
  const isArrival = arrives?.kind === 'column' && arrives.column === name
  return nullable && !isArrival ? undefined : 'schema'
}

export class RowReader {
  readonly #time: string | undefined
  readonly #arrival: string | undefined
  readonly #fields: readonly Field[]
  readonly #builder: BlockBuilder
  /** A file has columns for others too; a map gives only what it means to. */
  readonly #ignoresUnknown: boolean
  readonly #names: readonly string[]
  /** The event time of the row read last, as the record claims it. */
  time = 0
  /** The arrival of the row read last, if it is a column. */
  arrival = 0

  /** `theirs`: records are somebody else's, who have fields for others too; a map gives only what it means to. */
  constructor(source: Rows, builder: BlockBuilder, stringsOf: (column: string) => Strings, origin: Origin, theirs?: TheirNames) {
    this.#time = source.time
    this.#arrival = source.arrives?.kind === 'column' ? source.arrives.column : undefined
    this.#builder = builder
    this.#ignoresUnknown = (origin.tabular || theirs !== undefined) && source.mapVersion === undefined
    this.#names = source.columns.map(column => column.name)
    this.#fields = source.columns.map(column => ({
      name: column.name,
      read: fieldReader(boundedText(source, column), {
        text: origin.text,
        zoneless: origin.zoneless.has(theirs?.get(column.name) ?? column.name),
      }),
      kept: builder.column(column.name),
      strings: stringsOf(column.name),
      required: requiredAs(source, column),
      inherited: column.name in Object.prototype,
    }))
  }

  /** Writes the row, or says what is wrong with it. */
  read(record: unknown): Fault | undefined {
    if (typeof record !== 'object' || record === null || Array.isArray(record))
      return new Fault(`a record must be an object, got ${shown(record)}`)
    const values = record as Readonly<Record<string, unknown>>
    const row = this.#builder.length
    let present = 0
    for (const field of this.#fields) {
      const raw = field.inherited && !Object.hasOwn(values, field.name) ? undefined : values[field.name]
      if (raw !== undefined) present++
      if (raw === undefined || raw === null) {
        if (field.required) return this.#missing(field, raw, values)
        field.kept?.setNull(row)
        continue
      }
      const value = field.read(raw)
      if (typeof value === 'object') return value
      if (field.name === this.#time) this.time = value as number
      if (field.name === this.#arrival) this.arrival = value as number
      field.kept?.set(row, typeof value === 'string' ? field.strings.idOf(value) : value)
    }
    return this.#ignoresUnknown ? undefined : this.#unknown(values, present)
  }

  /** Writes a row that was read already: it has the columns of this source, and nothing is wrong with it. */
  write({ bytes, values }: Cells, index: number): void {
    const row = this.#builder.length
    const at = index * this.#fields.length
    for (let column = 0; column < this.#fields.length; column++) {
      const { name, kept, strings } = this.#fields[column]
      const value = values[at + column]
      if (name === this.#time) this.time = value
      if (name === this.#arrival) this.arrival = value
      if (!kept) continue
      if (kept.isText) setText(kept, row, strings, bytes, value)
      else if (Number.isNaN(value)) kept.setNull(row)
      else kept.set(row, value)
    }
  }

  /** The same of the first rows of cells, which were all read. Room for them was made. */
  writeAll({ bytes, values }: Cells, rows: number): void {
    const first = this.#builder.length
    const width = this.#fields.length
    const texts: { readonly at: number; readonly kept: ColumnBuilder; readonly strings: Strings }[] = []
    this.#fields.forEach(({ kept, strings }, at) => {
      if (kept?.isText) texts.push({ at, kept, strings })
      else kept?.setEach(first, rows, values, at, width)
    })
    // Row by row, so that texts have the ids that they have when rows come one at a time.
    for (let row = 0; row < rows; row++)
      for (const { at, kept, strings } of texts) setText(kept, first + row, strings, bytes, values[row * width + at])
  }

  #missing({ name, required }: Field, raw: unknown, record: Readonly<Record<string, unknown>>): Fault {
    if (raw === null) return new Fault(`'${name}' is NULL`, required)
    const misspelt = this.#unknown(record, -1)
    return new Fault(`'${name}' is missing${misspelt ? `; ${misspelt.detail}` : ''}`, required)
  }

  /** The first field that is no column, looked for only if the record has more fields than were read. */
  #unknown(record: Readonly<Record<string, unknown>>, present: number): Fault | undefined {
    let count = 0
    for (const _ in record) count++
    if (count === present) return undefined
    for (const name in record)
      if (!this.#names.includes(name)) return new Fault(`there is no column ${shown(name)}${didYouMean(name, this.#names)}`)
    return undefined
  }
}

/** Sets a row to the id of the text that a cell says the place of. */
function setText(column: ColumnBuilder, row: number, strings: Strings, bytes: Uint8Array, cell: number): void {
  if (Number.isNaN(cell)) return column.setNull(row)
  const start = Math.floor(cell / TEXT_SHIFT)
  column.set(row, strings.idOfBytes(bytes, start, start + (cell - start * TEXT_SHIFT)))
}
