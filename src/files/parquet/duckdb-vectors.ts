/**
 * Reads the columns of a DuckDB chunk as JavaScript values.
 *
 * The library creates a bigint, an object or a decoded text for each value, which takes most of the time of reading a file.
 * `physicalColumn` reduces the common types to a few physical types, which are read from the vector's memory instead. The other types go
 * through the library.
 */
import { DAY_MS } from '../../base/index.ts'
import { DuckDBTypeId, JSDuckDBValueConverter, type DuckDBDataChunk, type DuckDBType } from '@duckdb/node-api'
import { duckdbBindings, sqlIdentifier } from './duckdb.ts'

const WORD = 2 ** 32
const WORDS_SAFE = 2 ** 21
const MICROS = 1000

/** Bytes of a text in a vector: its length, then up to `INLINE_TEXT_BYTES` bytes, or a pointer at byte 8. */
export const TEXT_CELL_BYTES = 16
export const INLINE_TEXT_BYTES = 12

/** SQL expression of a selected column, and the reader of its values. */
export interface PhysicalColumn {
  readonly sql: string
  readonly kind: 'double' | 'int64' | 'uint64' | 'micros' | 'date' | 'bool' | 'text' | 'other'
  /** True if its values are wall-clock times without a zone. */
  readonly zoneless: boolean
}

/** Selects the exact physical type of a column; as few types as possible. */
export function physicalColumn(name: string, type: DuckDBType): PhysicalColumn {
  const column = sqlIdentifier(name)
  const selection = (kind: PhysicalColumn['kind'], sql = column, zoneless = false): PhysicalColumn => ({ sql, kind, zoneless })
  switch (type.typeId) {
    case DuckDBTypeId.TINYINT:
    case DuckDBTypeId.SMALLINT:
    case DuckDBTypeId.INTEGER:
    case DuckDBTypeId.UTINYINT:
    case DuckDBTypeId.USMALLINT:
    case DuckDBTypeId.UINTEGER:
    case DuckDBTypeId.FLOAT:
    case DuckDBTypeId.DOUBLE:
      return selection('double', `${column}::DOUBLE`)
    case DuckDBTypeId.BIGINT:
      return selection('int64')
    case DuckDBTypeId.UBIGINT:
      return selection('uint64')
    case DuckDBTypeId.DECIMAL:
      return type.width <= 15 ? selection('double', `${column}::DOUBLE`) : selection('text', `${column}::VARCHAR`)
    case DuckDBTypeId.TIMESTAMP_TZ:
      return selection('micros')
    case DuckDBTypeId.TIME:
      return selection('micros')
    case DuckDBTypeId.TIMESTAMP:
    case DuckDBTypeId.TIMESTAMP_S:
    case DuckDBTypeId.TIMESTAMP_MS:
    case DuckDBTypeId.TIMESTAMP_NS:
      return selection('micros', `${column}::TIMESTAMP`, true)
    case DuckDBTypeId.DATE:
      return selection('date', column, true)
    case DuckDBTypeId.BOOLEAN:
      return selection('bool')
    case DuckDBTypeId.VARCHAR:
      return selection('text')
    case DuckDBTypeId.ENUM:
    case DuckDBTypeId.UUID:
      return selection('text', `${column}::VARCHAR`)
    default:
      return selection('other')
  }
}

/** Reads column `index` of a chunk: its values, `null` for NULL. */
export type ColumnReader = (chunk: DuckDBDataChunk) => unknown[]

/** The reader of one column of consecutive chunks. */
export function columnReader({ kind }: PhysicalColumn, index: number): ColumnReader {
  if (kind === 'other') return chunk => chunk.convertColumnValues(index, JSDuckDBValueConverter)
  const readTexts = textReader()
  return chunk => {
    const { data, validity } = vectorMemory(chunk, index, kind === 'text' ? TEXT_CELL_BYTES : bytesByKind[kind])
    const values = new Array<unknown>(chunk.rowCount)
    if (kind === 'text') readTexts(data, validity, values)
    else readNumbers(kind, data, values)
    if (validity) for (let i = 0; i < values.length; i++) if (!isRowValid(validity, i)) values[i] = null
    return values
  }
}

/**
 * Reads texts. Up to twelve bytes are in the vector itself: length, then bytes; longer texts are behind a pointer at byte 8. Codes and flags
 * repeat: their bytes (padded with 0) and length form a number, which is the key of a cache of decoded texts.
 */
function textReader(): (data: Uint8Array, validity: Uint8Array | null, texts: unknown[]) => void {
  const cache = new Map<number, string>()
  function shortText(bytes: Buffer, start: number, length: number, code: number): string {
    const key = code * 8 + length
    let text = cache.get(key)
    if (text === undefined) {
      text = bytes.toString('utf8', start, start + length)
      if (cache.size < CACHE_MAX) cache.set(key, text)
    }
    return text
  }
  return (data, validity, texts) => {
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
    const words = new Uint32Array(data.buffer, data.byteOffset, data.byteLength / 4)
    for (let i = 0; i < texts.length; i++) {
      if (validity && !isRowValid(validity, i)) continue
      const length = words[i * 4]
      const start = i * TEXT_CELL_BYTES + 4
      if (length <= CACHED_BYTES) texts[i] = shortText(bytes, start, length, words[i * 4 + 1] + words[i * 4 + 2] * WORD)
      else if (length <= INLINE_TEXT_BYTES) texts[i] = bytes.toString('utf8', start, start + length)
      else texts[i] = pointedText(data, start + 4, length).toString('utf8')
    }
  }
}

const CACHED_BYTES = 6
const CACHE_MAX = 1 << 16

export const bytesByKind = { double: 8, int64: 8, uint64: 8, micros: 8, date: 4, bool: 1 } as const

function readNumbers(kind: keyof typeof bytesByKind, data: Uint8Array, values: unknown[]): void {
  const rows = values.length
  if (kind === 'bool') for (let i = 0; i < rows; i++) values[i] = data[i] !== 0
  else if (kind === 'int64' || kind === 'uint64') readIntegers(kind, data, values)
  else {
    const numbers = vectorDoubles(kind, data, rows)
    for (let i = 0; i < rows; i++) values[i] = numbers[i]
  }
}

/** Reads 64-bit integers as numbers; beyond 2^53 as bigints, which are rejected later instead of rounded. */
function readIntegers(kind: 'int64' | 'uint64', { buffer, byteOffset, byteLength }: Uint8Array, values: unknown[]): void {
  const data = new DataView(buffer, byteOffset, byteLength)
  for (let i = 0; i < values.length; i++) {
    const high = kind === 'uint64' ? data.getUint32(i * 8 + 4, true) : data.getInt32(i * 8 + 4, true)
    if (high < WORDS_SAFE && high >= -WORDS_SAFE) values[i] = high * WORD + data.getUint32(i * 8, true)
    else values[i] = kind === 'uint64' ? data.getBigUint64(i * 8, true) : data.getBigInt64(i * 8, true)
  }
}

/** The numbers of a vector as doubles; times in UTC ms, microseconds rounded down, integers beyond 2^53 as NaN. */
export function vectorDoubles(
  kind: 'double' | 'int64' | 'micros' | 'date',
  { buffer, byteOffset }: Uint8Array,
  rows: number,
): Float64Array {
  if (kind === 'double') return new Float64Array(buffer, byteOffset, rows)
  const numbers = new Float64Array(rows)
  if (kind === 'date') {
    const days = new Int32Array(buffer, byteOffset, rows)
    for (let i = 0; i < rows; i++) numbers[i] = days[i] * DAY_MS
    return numbers
  }
  const low = new Uint32Array(buffer, byteOffset, rows * 2)
  const high = new Int32Array(buffer, byteOffset, rows * 2)
  for (let i = 0; i < rows; i++) {
    const words = high[i * 2 + 1]
    const value = words * WORD + low[i * 2]
    if (kind === 'micros') numbers[i] = Math.floor(value / MICROS)
    else numbers[i] = words < WORDS_SAFE && words >= -WORDS_SAFE ? value : NaN
  }
  return numbers
}

/** The memory of a column of a chunk: its cells, and its validity bits if some row has no value. */
export function vectorMemory(
  { chunk, rowCount }: DuckDBDataChunk,
  index: number,
  cellBytes: number,
): { readonly data: Uint8Array; readonly validity: Uint8Array | null } {
  const vector = duckdbBindings.data_chunk_get_vector(chunk, index)
  return {
    data: duckdbBindings.vector_get_data(vector, rowCount * cellBytes),
    validity: duckdbBindings.vector_get_validity(vector, Math.ceil(rowCount / 64) * 8),
  }
}

/** True if a row has a value, by the vector's validity bits. */
export const isRowValid = (validity: Uint8Array, row: number): boolean => ((validity[row >> 3] >> (row & 7)) & 1) === 1

/** The bytes of a text behind a pointer, valid as long as its chunk. */
export function pointedText(data: Uint8Array, pointerAt: number, length: number): Buffer {
  const bytes = duckdbBindings.get_data_from_pointer(data.buffer as ArrayBuffer, data.byteOffset + pointerAt, length)
  return Buffer.from(bytes.buffer, bytes.byteOffset, length)
}
