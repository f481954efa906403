/**
 * Chunks of Parquet straight into the cells of a source: the way that most rows take, without an object for any of them.
 *
 * A value is what `fieldReader` makes of it, and a row that has one which it refuses, or lacks one that it needs, is left to the long way with all of its faults.
 * Texts go from DuckDB's bytes to ids, and are never strings.
 */
import type { DuckDBDataChunk } from '@duckdb/node-api'
import type { ColumnIR, SourceIR } from '../define/ir/ir.ts'
import type { Origin } from '../intake/batch.ts'
import { TEXT_SHIFT, type Cells } from '../intake/cells.ts'
import { fieldReader, type FieldReader } from '../intake/field.ts'
import { requiredAs } from '../intake/row-reader.ts'
import { textBytesMax } from '../intake/text-bound.ts'
import { bindings } from './bindings.ts'
import { PlainNumbers, type Into } from './plain-numbers.ts'
import { CELL_BYTES, ColumnReader, isValid, longText, SHORT, type PhysicalColumn } from './vectors.ts'

interface Column {
  readonly ir: ColumnIR
  readonly isRequired: boolean
  readonly read: FieldReader
  /** Where it stands in the chunk, and how it is read; absent where the file has none. */
  readonly at: number | undefined
  readonly reader: ColumnReader | undefined
  /** Its bytes are taken as they are. */
  readonly isText: boolean
  /** Bytes that a text has at most. */
  readonly bytesMax: number
  /** Present where its values are read in loops of their own. */
  readonly plain: PlainNumbers | undefined
}

export class ParquetCells {
  readonly #source: SourceIR
  readonly #columns: readonly Column[]

  constructor(source: SourceIR, selected: readonly (PhysicalColumn & { readonly name: string })[], origin: Origin) {
    this.#source = source
    this.#columns = source.columns.map(ir => {
      const index = selected.findIndex(({ name }) => name === ir.name)
      const found = index < 0 ? undefined : selected[index]
      const zoneless = origin.zoneless.has(ir.name)
      const isRequired = requiredAs(source, ir) !== undefined
      return {
        ir,
        isRequired,
        read: fieldReader(ir, { text: false, zoneless }),
        at: found && index,
        reader: found && new ColumnReader(found, index),
        bytesMax: textBytesMax(source, ir),
        isText: found?.kind === 'text' && ir.type === 'string' && !ir.values,
        plain: found && PlainNumbers.of(found, index, ir, { zoneless, isRequired }),
      }
    })
  }

  read(chunk: DuckDBDataChunk, valueOf: (row: number) => unknown): Cells {
    const rows = chunk.rowCount
    const width = this.#columns.length
    const values = new Float64Array(rows * width)
    const isRead = new Uint8Array(rows).fill(1)
    const texts = new Texts()
    this.#columns.forEach((column, index) => {
      if (column.plain) column.plain.read(chunk, { values, isRead, width, index })
      else if (column.isText) readTexts(chunk, column, { values, isRead, texts, width, index })
      else readValues(chunk, column, { values, isRead, width, index })
    })
    return { source: this.#source, bytes: texts.bytes(), isRead, values, valueOf }
  }
}

/** A value that is no number leaves its row unread. */
function readValues(chunk: DuckDBDataChunk, { reader, read, isRequired, ir }: Column, { values, isRead, width, index }: Into): void {
  const found = reader?.read(chunk)
  const isNumber = ir.type !== 'string'
  for (let row = 0; row < isRead.length; row++) {
    const raw = found?.[row] ?? null
    const value = raw === null ? NaN : read(raw)
    if (raw === null ? isRequired : !isNumber || typeof value !== 'number') isRead[row] = 0
    else values[row * width + index] = value as number
  }
}

function readTexts(
  chunk: DuckDBDataChunk,
  { at, isRequired, bytesMax }: Column,
  { values, isRead, texts, width, index }: Into & { readonly texts: Texts },
): void {
  const rows = isRead.length
  const vector = bindings.data_chunk_get_vector(chunk.chunk, at!)
  const validity = bindings.vector_get_validity(vector, Math.ceil(rows / 64) * 8) as Uint8Array | null
  const data = bindings.vector_get_data(vector, rows * CELL_BYTES)
  const lengths = new Uint32Array(data.buffer, data.byteOffset, rows * (CELL_BYTES / 4))
  const start = texts.add(data)
  for (let row = 0; row < rows; row++) {
    if (validity && !isValid(validity, row)) {
      if (isRequired) isRead[row] = 0
      else values[row * width + index] = NaN
      continue
    }
    const length = lengths[row * (CELL_BYTES / 4)]
    if (length > bytesMax) {
      isRead[row] = 0
      continue
    }
    const place = length <= SHORT ? start + row * CELL_BYTES + 4 : texts.add(longText(data, row * CELL_BYTES + 8, length))
    values[row * width + index] = place * TEXT_SHIFT + length
  }
}

/** The bytes of a chunk's texts, one stretch behind the other. */
class Texts {
  readonly #parts: Uint8Array[] = []
  #length = 0

  /** Returns where they begin. The bytes are copied by `bytes`. */
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
