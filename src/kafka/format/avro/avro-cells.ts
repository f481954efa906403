/**
 * Decodes Avro values straight into cells of a source, without an object or a string for each record. Most records take this path.
 *
 * The cells equal the values that the general path gives, since the same functions read and check numbers; texts stay bytes. A record with
 * a value that is invalid is left to the general path, which reports it, and so is every record of a schema that this path does not read.
 */
import type { SourceIR } from '../../../define/ir/index.ts'
import { fieldReader } from '../../../intake/index.ts'
import type { AvroType } from '../../../schema/index.ts'
import type { BinaryCursor } from '../binary-cursor.ts'
import { type CellColumn, cellColumnsOf, type CellTarget, constantCell, type SymbolBytes } from '../cell-columns.ts'
import { readTextCell } from '../text-cell.ts'
import type { DecodeCells } from '../value-format.ts'
import { avroValueReader } from './read-value.ts'
import { branchIndex } from './skip-value.ts'

/** Reads the value of a field into its cell. Returns false if the record must take the general path. */
type ReadCell = (cursor: BinaryCursor, target: CellTarget, cell: number) => boolean

/** The decoder of records of a writer's schema into cells; `undefined` if they take the general path. */
export function avroCells(writer: AvroType, source: SourceIR, symbols: SymbolBytes): DecodeCells | undefined {
  if (writer.kind !== 'record') return undefined
  const columns = cellColumnsOf(
    source,
    writer.fields.map(({ name }) => name),
  )
  if (!columns) return undefined
  const steps: { readonly place: string; readonly index: number; readonly read: ReadCell }[] = []
  for (const { name, type } of writer.fields) {
    const target = columns.byField.get(name)
    const read = target ? cellReader(type, target, symbols) : discardReader(type)
    if (!read) return undefined
    steps.push({ place: `${writer.fullName}.${name}`, index: target?.index ?? 0, read })
  }
  return (cursor, start, end, target, at) => {
    cursor.reset(start, end)
    cursor.spend(steps.length + 1)
    cursor.descend()
    for (const { index, cell } of columns.constants) target.cells[at + index] = cell
    for (const { place, index, read } of steps) {
      cursor.field = place
      if (!read(cursor, target, at + index)) return false
    }
    return cursor.remaining === 0
  }
}

/** Reads a value that no column has, so that an invalid one rejects the record as on the general path. */
function discardReader(type: AvroType): ReadCell {
  const read = avroValueReader(type)
  return cursor => {
    read(cursor)
    return true
  }
}

function cellReader(type: AvroType, target: CellColumn, symbols: SymbolBytes): ReadCell | undefined {
  const { column, missing } = target
  if (type.kind === 'union') return unionReader(type.branches, target, symbols)
  if (type.kind === 'null') return nullReader(missing)
  if (column.type !== 'string') return numberReader(type, target)
  if (type.kind === 'enum') return symbolReader(type.symbols, target, symbols)
  // Texts that are checked against a list take the general path.
  return type.kind === 'string' && !column.values
    ? (cursor, { cells }, cell) => readTextCell(cursor, cursor.zigzag(), column, cells, cell)
    : undefined
}

function unionReader(branches: readonly AvroType[], target: CellColumn, symbols: SymbolBytes): ReadCell | undefined {
  const readers = branches.flatMap(branch => cellReader(branch, target, symbols) ?? [])
  if (readers.length < branches.length) return undefined
  return (cursor, cellTarget, cell) => readers[branchIndex(cursor, readers.length)](cursor, cellTarget, cell)
}

const nullReader =
  (missing: number | undefined): ReadCell =>
  (_, { cells }, cell) => {
    if (missing !== undefined) cells[cell] = missing
    return missing !== undefined
  }

function numberReader(type: AvroType, { column }: CellColumn): ReadCell {
  const readValue = avroValueReader(type)
  const readField = fieldReader(column, { text: false, zoneless: false })
  return (cursor, { cells }, cell) => {
    const value = readField(readValue(cursor))
    if (typeof value !== 'number') return false
    cells[cell] = value
    return true
  }
}

function symbolReader(names: readonly string[], { column }: CellColumn, symbols: SymbolBytes): ReadCell {
  const writers = names.map(name => constantCell(name, column, symbols))
  return (cursor, target, cell) => {
    const write = writers[Number(cursor.zigzag())]
    write?.(target, cell)
    return write !== undefined
  }
}
