/**
 * Decodes Parquet chunks straight into cells of a source, without an object per row. Most rows take this path.
 *
 * A cell equals the value of `fieldReader`. A row with an invalid or missing value is left to the general path, which reports its faults.
 * Texts go from DuckDB's bytes to ids and never become strings.
 */
import type { DuckDBDataChunk } from '@duckdb/node-api'
import type { ColumnIR, SourceIR } from '../../define/ir/index.ts'
import {
  type RecordOrigin,
  TEXT_SHIFT,
  type RecordCells,
  fieldReader,
  type FieldReader,
  requiredReason,
  textBytesMax,
} from '../../intake/index.ts'
import {
  TEXT_CELL_BYTES,
  columnReader,
  type ColumnReader,
  isRowValid,
  pointedText,
  INLINE_TEXT_BYTES,
  type PhysicalColumn,
  bytesByKind,
  vectorDoubles,
  vectorMemory,
} from './duckdb-vectors.ts'
import { limits } from '../../base/index.ts'

interface CellColumn {
  readonly ir: ColumnIR
  readonly isRequired: boolean
  readonly read: FieldReader
  /** Index in the chunk, and its reader; `undefined` if the file lacks the column. */
  readonly at: number | undefined
  readonly reader: ColumnReader | undefined
  /** True if the bytes are used as they are. */
  readonly isText: boolean
  /** Longest text, in bytes. */
  readonly bytesMax: number
  /** Present if a typed loop can decode the values. */
  readonly plain: PlainNumberReader | undefined
}

/** Decodes a chunk into cells; `valueOf` gives the record of a row. */
export type CellReader = (chunk: DuckDBDataChunk, valueOf: (row: number) => unknown) => RecordCells

/** The reader of the selected columns into the cells of a source. */
export function cellReader(
  source: SourceIR,
  selected: readonly (PhysicalColumn & { readonly name: string })[],
  origin: RecordOrigin,
): CellReader {
  const columns = source.columns.map((ir): CellColumn => {
    const stored = [ir.name, ...(ir.aliases ?? [])].find(known => selected.some(({ name }) => name === known))
    const index = selected.findIndex(({ name }) => name === stored)
    const selectedColumn = index < 0 ? undefined : selected[index]
    const zoneless = stored !== undefined && origin.zoneless.has(stored)
    const isRequired = requiredReason(source, ir) !== undefined
    return {
      ir,
      isRequired,
      read: fieldReader(ir, { text: false, zoneless }),
      at: selectedColumn && index,
      reader: selectedColumn && columnReader(selectedColumn, index),
      bytesMax: textBytesMax(source, ir),
      isText: selectedColumn?.kind === 'text' && ir.type === 'string' && !ir.values,
      plain: selectedColumn && plainNumberReader(selectedColumn, index, ir, zoneless, isRequired),
    }
  })
  return (chunk, valueOf) => {
    const [rows, width] = [chunk.rowCount, columns.length]
    const values = new Float64Array(rows * width)
    const isRead = new Uint8Array(rows).fill(1)
    const texts = new TextBuffer()
    columns.forEach((column, index) => {
      if (column.plain) column.plain(chunk, { values, isRead, width, index })
      else if (column.isText) readTexts(chunk, column, { values, isRead, texts, width, index })
      else readValues(chunk, column, { values, isRead, width, index })
    })
    return { source, bytes: texts.bytes(), isRead, values, valueOf }
  }
}

/** Decodes values one at a time; a value that is not a number leaves its row to the general path. */
function readValues(
  chunk: DuckDBDataChunk,
  { reader, read, isRequired, ir }: CellColumn,
  { values, isRead, width, index }: CellTarget,
): void {
  const raws = reader?.(chunk)
  const isNumber = ir.type !== 'string'
  for (let row = 0; row < isRead.length; row++) {
    const raw = raws?.[row] ?? null
    const value = raw === null ? NaN : read(raw)
    if (raw === null ? isRequired : !isNumber || typeof value !== 'number') isRead[row] = 0
    else values[row * width + index] = value as number
  }
}

function readTexts(
  chunk: DuckDBDataChunk,
  { at, isRequired, bytesMax }: CellColumn,
  { values, isRead, texts, width, index }: CellTarget & { readonly texts: TextBuffer },
): void {
  const rows = isRead.length
  const { data, validity } = vectorMemory(chunk, at!, TEXT_CELL_BYTES)
  const lengths = new Uint32Array(data.buffer, data.byteOffset, rows * (TEXT_CELL_BYTES / 4))
  const start = texts.add(data)
  for (let row = 0; row < rows; row++) {
    if (validity && !isRowValid(validity, row)) {
      if (isRequired) isRead[row] = 0
      else values[row * width + index] = NaN
      continue
    }
    const length = lengths[row * (TEXT_CELL_BYTES / 4)]
    if (length > bytesMax) {
      isRead[row] = 0
      continue
    }
    const place =
      length <= INLINE_TEXT_BYTES ? start + row * TEXT_CELL_BYTES + 4 : texts.add(pointedText(data, row * TEXT_CELL_BYTES + 8, length))
    values[row * width + index] = place * TEXT_SHIFT + length
  }
}

/** The bytes of a chunk's texts, concatenated. */
class TextBuffer {
  readonly #parts: Uint8Array[] = []
  #length = 0

  /** Adds bytes without a copy and returns their start; `bytes` copies them. */
  add(part: Uint8Array): number {
    const start = this.#length
    this.#parts.push(part)
    this.#length += part.length
    return start
  }

  bytes(): Uint8Array {
    return Buffer.concat(this.#parts, this.#length)
  }
}

/** One column in the cells of a chunk. */
interface CellTarget {
  readonly values: Float64Array
  readonly isRead: Uint8Array
  /** Number of columns, and the index of this one. */
  readonly width: number
  readonly index: number
}

type PlainNumberReader = (chunk: DuckDBDataChunk, target: CellTarget) => void

/**
 * Reader of column `at` of a chunk if it is a plain numeric column, as most columns are: it needs no conversion but a check for integers and
 * bounds. Values go from the vector's memory into cells without a call or an object each.
 */
function plainNumberReader(
  { kind }: PhysicalColumn,
  at: number,
  ir: ColumnIR,
  zoneless: boolean,
  isRequired: boolean,
): PlainNumberReader | undefined {
  const greatest = greatestOf(kind, ir, zoneless)
  if (greatest === undefined) return undefined
  const plainKind = kind as Parameters<typeof vectorDoubles>[0]
  const [min, max] = [Math.max(ir.min ?? -Infinity, -greatest), Math.min(ir.max ?? Infinity, greatest)]
  const isWhole = kind === 'double' && ir.type !== 'double'
  return (chunk, { values, isRead, width, index }) => {
    const rows = isRead.length
    const { data, validity } = vectorMemory(chunk, at, bytesByKind[plainKind])
    const numbers = vectorDoubles(plainKind, data, rows)
    for (let row = 0, cell = index; row < rows; row++, cell += width) {
      const value = numbers[row]
      if (validity && !isRowValid(validity, row)) {
        if (isRequired) isRead[row] = 0
        else values[cell] = NaN
      } else if (value >= min && value <= max && (!isWhole || Number.isSafeInteger(value))) values[cell] = value + 0
      else isRead[row] = 0
    }
  }
}

/** Greatest number of a plain column; `undefined` if the column is not plain. */
function greatestOf(kind: PhysicalColumn['kind'], { type, zone }: ColumnIR, zoneless: boolean): number | undefined {
  const isNumber = kind === 'double' || kind === 'int64'
  if (type === 'int' && isNumber) return Number.MAX_SAFE_INTEGER
  if (type === 'double' && isNumber) return Number.MAX_VALUE
  const isMoved = zoneless && zone !== undefined && zone !== 'UTC'
  if (type === 'timestamp' && (isNumber || kind === 'micros' || kind === 'date') && !isMoved) return limits.TIME_MS_MAX
  return undefined
}
