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
import { duckdbBindings } from './duckdb-bindings.ts'
import { PlainNumberDecoder, type CellTarget } from './plain-numbers.ts'
import { TEXT_CELL_BYTES, ColumnReader, isRowValid, pointedText, INLINE_TEXT_BYTES, type PhysicalColumn } from './duckdb-vectors.ts'

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
  readonly plain: PlainNumberDecoder | undefined
}

export class ParquetCells {
  readonly #source: SourceIR
  readonly #columns: readonly CellColumn[]

  constructor(source: SourceIR, selected: readonly (PhysicalColumn & { readonly name: string })[], origin: RecordOrigin) {
    this.#source = source
    this.#columns = source.columns.map(ir => {
      const index = selected.findIndex(({ name }) => name === ir.name)
      const selectedColumn = index < 0 ? undefined : selected[index]
      const zoneless = origin.zoneless.has(ir.name)
      const isRequired = requiredReason(source, ir) !== undefined
      return {
        ir,
        isRequired,
        read: fieldReader(ir, { text: false, zoneless }),
        at: selectedColumn && index,
        reader: selectedColumn && new ColumnReader(selectedColumn, index),
        bytesMax: textBytesMax(source, ir),
        isText: selectedColumn?.kind === 'text' && ir.type === 'string' && !ir.values,
        plain: selectedColumn && PlainNumberDecoder.of(selectedColumn, index, ir, { zoneless, isRequired }),
      }
    })
  }

  read(chunk: DuckDBDataChunk, valueOf: (row: number) => unknown): RecordCells {
    const rows = chunk.rowCount
    const width = this.#columns.length
    const values = new Float64Array(rows * width)
    const isRead = new Uint8Array(rows).fill(1)
    const texts = new TextBuffer()
    this.#columns.forEach((column, index) => {
      if (column.plain) column.plain.read(chunk, { values, isRead, width, index })
      else if (column.isText) readTexts(chunk, column, { values, isRead, texts, width, index })
      else readValues(chunk, column, { values, isRead, width, index })
    })
    return { source: this.#source, bytes: texts.bytes(), isRead, values, valueOf }
  }
}

/** Decodes values one at a time; a value that is not a number leaves its row to the general path. */
function readValues(
  chunk: DuckDBDataChunk,
  { reader, read, isRequired, ir }: CellColumn,
  { values, isRead, width, index }: CellTarget,
): void {
  const raws = reader?.read(chunk)
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
  const vector = duckdbBindings.data_chunk_get_vector(chunk.chunk, at!)
  const validity = duckdbBindings.vector_get_validity(vector, Math.ceil(rows / 64) * 8) as Uint8Array | null
  const data = duckdbBindings.vector_get_data(vector, rows * TEXT_CELL_BYTES)
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
