/**
 * Decodes Protobuf messages straight into cells of a source, as `avroCells` does. Records with a field of an unexpected wire type or of a
 * message that comes twice take the general path, and so do all messages whose columns are in a oneof, a list or a map.
 */
import type { SourceIR } from '../../../define/ir/index.ts'
import { fieldReader } from '../../../intake/index.ts'
import type { ProtoField, ProtoMessage } from '../../../schema/index.ts'
import type { BinaryCursor } from '../binary-cursor.ts'
import { type CellColumn, cellColumnsOf, type CellTarget, constantCell, type SymbolBytes, type WriteCell } from '../cell-columns.ts'
import { readTextCell } from '../text-cell.ts'
import type { DecodeCells } from '../value-format.ts'
import { type ProtobufReaders, readPacked, type ProtoTypeReader, statedValue } from './read-message.ts'
import { int32, readTag, skipField, wireTypes } from './scalar-types.ts'

/** Reads the value of a field into its cell. Returns false if the record must take the general path. */
type ReadCell = (cursor: BinaryCursor, target: CellTarget, cell: number) => boolean

interface CellStep {
  readonly place: string
  readonly type: ProtoTypeReader
  readonly isRepeated: boolean
  /** `undefined` for a field that no column has. */
  readonly column: ColumnStep | undefined
}

interface ColumnStep {
  readonly index: number
  /** Place among the columns' fields, for the fields of a record that were read. */
  readonly order: number
  readonly read: ReadCell
  /** Writes the cell of a record without the field; `undefined` if such a record takes the general path. */
  readonly absent: WriteCell | undefined
}

/** The decoder of a message of a file into cells; `undefined` if its records take the general path. */
export function protobufCells(
  message: ProtoMessage,
  readers: ProtobufReaders,
  source: SourceIR,
  symbols: SymbolBytes,
): DecodeCells | undefined {
  const columns = cellColumnsOf(
    source,
    message.fields.map(({ name }) => name),
  )
  if (!columns) return undefined
  const steps = new Map<number, CellStep>()
  const ofColumns: ColumnStep[] = []
  for (const field of message.fields) {
    const place = `${message.name}.${field.name}`
    const type = readers.typeReader(field.type, place)
    const target = columns.byField.get(field.name)
    const column = target && columnStep(field, type, target, ofColumns.length, symbols)
    if (target ? !column : field.label === 'required') return undefined
    if (column) ofColumns.push(column)
    steps.set(field.number, { place, type, isRepeated: field.label === 'repeated', column })
  }
  const isRead = new Uint8Array(ofColumns.length)
  return (cursor, start, end, target, at) => {
    cursor.reset(start, end)
    cursor.spend(message.fields.length + 1)
    isRead.fill(0)
    for (const { index, cell } of columns.constants) target.cells[at + index] = cell
    while (cursor.remaining > 0) if (!readField(cursor, steps, isRead, target, at)) return false
    for (const { index, order, absent } of ofColumns) {
      if (isRead[order] === 1) continue
      if (!absent) return false
      absent(target, at + index)
    }
    return true
  }
}

function readField(
  cursor: BinaryCursor,
  steps: ReadonlyMap<number, CellStep>,
  isRead: Uint8Array,
  target: CellTarget,
  at: number,
): boolean {
  const { number, wire } = readTag(cursor)
  const step = steps.get(number)
  if (!step) {
    skipField(cursor, number, wire)
    return true
  }
  const { place, type, isRepeated, column } = step
  cursor.field = place
  if (wire !== type.wire) {
    if (!isRepeated || wire !== wireTypes.bytes) return false
    readPacked(cursor, () => type.read(cursor))
    return true
  }
  if (!column) {
    // An invalid value rejects the record as on the general path.
    type.read(cursor)
    return true
  }
  if (isRead[column.order] === 1 && type.message) return false
  isRead[column.order] = 1
  return column.read(cursor, target, at + column.index)
}

function columnStep(
  field: ProtoField,
  type: ProtoTypeReader,
  target: CellColumn,
  order: number,
  symbols: SymbolBytes,
): ColumnStep | undefined {
  if (field.label === 'repeated' || field.type.kind === 'map' || field.oneof !== undefined) return undefined
  const read = cellReader(field, type, target, symbols)
  if (!read) return undefined
  return { index: target.index, order, read, absent: absentCell(field, type, target, symbols) }
}

function absentCell(
  field: ProtoField,
  type: ProtoTypeReader,
  { column, missing }: CellColumn,
  symbols: SymbolBytes,
): WriteCell | undefined {
  if (field.label === 'required') return undefined
  const stated = statedValue(field, type)
  if (stated !== undefined) return constantCell(stated, column, symbols)
  if (missing === undefined) return undefined
  return ({ cells }, cell) => {
    cells[cell] = missing
  }
}

function cellReader(field: ProtoField, type: ProtoTypeReader, { column }: CellColumn, symbols: SymbolBytes): ReadCell | undefined {
  if (field.type.kind === 'enum') {
    const { numbers, symbols: names } = field.type.values
    const writers = new Map(numbers.map((number, i) => [number, constantCell(names[i], column, symbols)] as const).reverse())
    return (cursor, target, cell) => {
      const write = writers.get(int32(cursor.unsigned()))
      write?.(target, cell)
      return write !== undefined
    }
  }
  if (column.type === 'string') {
    const isText = field.type.kind === 'scalar' && field.type.name === 'string' && !column.values
    return isText ? (cursor, { cells }, cell) => readTextCell(cursor, cursor.unsigned(), column, cells, cell) : undefined
  }
  const readValue = fieldReader(column, { text: false, zoneless: false })
  return (cursor, { cells }, cell) => {
    const value = readValue(type.read(cursor))
    if (typeof value !== 'number') return false
    cells[cell] = value
    return true
  }
}
