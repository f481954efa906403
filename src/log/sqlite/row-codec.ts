/** Rows of a table as bytes: each value with its type. The bytes of equal rows are equal. */
import { ByteReader, ByteWriter } from '../bytes.ts'

/** A value of a column. Whole numbers are below 2^53. */
export type RowValue = null | number | string | Uint8Array
export type TableRow = readonly RowValue[]

const NULL = 0
const WHOLE = 1
const DOUBLE = 2
const TEXT = 3
const BYTES = 4

/** Appends a row. */
export function writeTableRow(writer: ByteWriter, row: TableRow): void {
  for (const value of row) {
    if (value === null) writer.varint(NULL)
    else if (typeof value === 'string') {
      writer.varint(TEXT)
      writer.text(value)
    } else if (typeof value !== 'number') {
      writer.varint(BYTES)
      writer.raw(value)
    } else if (Number.isSafeInteger(value) && value >= 0) {
      writer.varint(WHOLE)
      writer.varint(value)
    } else {
      writer.varint(DOUBLE)
      writer.double(value)
    }
  }
}

/** Reads rows of `columns` values each. Throws `SPILL_DATA`, naming `label`, for damaged bytes. */
export function* readTableRows(bytes: Uint8Array, columns: number, label: string): Generator<TableRow> {
  const reader = new ByteReader(bytes, label)
  while (!reader.isAtEnd) yield Array.from({ length: columns }, () => readValue(reader))
}

function readValue(reader: ByteReader): RowValue {
  const type = reader.varint()
  switch (type) {
    case NULL:
      return null
    case WHOLE:
      return reader.varint()
    case DOUBLE:
      return reader.double()
    case TEXT:
      return reader.text()
    case BYTES:
      return reader.raw()
    default:
      return reader.failDamaged(`has a value of type ${type}`)
  }
}
