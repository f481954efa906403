/** Events in columns, which decoders write and the kernel reads: blocks, and their slices, selections, concatenations and shared copies. */

import { limits } from '../base/index.ts'
import type { SourceIR } from '../define/ir/index.ts'

type NumberArray = Float64Array | Int32Array | Uint32Array | Uint16Array | Uint8Array

/**
 * A column.
 *
 * A numeric, timestamp, duration or decimal column is a `Float64Array` of physical values (safe integers, or doubles); a bool
 * is 0 or 1 in it. A string column is an `Int32Array` of ids in the pipeline's `Strings`. `nulls[i] === 1` marks NULL; a column
 * without NULLs has no `nulls`.
 */
export interface ColumnData {
  readonly values: Float64Array | Int32Array
  readonly nulls?: Uint8Array | undefined
}

/** Events of one source in columns, all arrays of length `length`. */
export interface Block {
  readonly length: number
  /** Event time, UTC ms; never above arrival. */
  readonly time: Float64Array
  /** Arrival, UTC ms. */
  readonly arrival: Float64Array
  /**
   * The event's place in its source, packed: `partition · OFFSET_MAX + offset`. It orders events of equal event time and ingestion time
   * (semantics, The value). The place in the total order is the sequence number of the entry.
   */
  readonly sourcePosition: Float64Array
  readonly columns: Readonly<Record<string, ColumnData>>
}

/** A block without events, with all columns of a source, or with those of these names. */
export function emptyBlock({ columns }: Pick<SourceIR, 'columns'>, names?: ReadonlySet<string>): Block {
  const empty = new Float64Array(0)
  const selected = names ? columns.filter(({ name }) => names.has(name)) : columns
  const values = selected.map(({ name, type }) => [name, { values: type === 'string' ? new Int32Array(0) : empty }] as const)
  return { length: 0, time: empty, arrival: empty, sourcePosition: empty, columns: Object.fromEntries(values) }
}

/** A block without events and columns. */
export const noEventsBlock = emptyBlock({ columns: [] })

/** Packs a `sourcePosition`. */
export const packSourcePosition = (partition: number, offset: number): number => partition * limits.OFFSET_MAX + offset

/** The partition of a `sourcePosition`. */
export const sourcePartition = (sourcePosition: number): number => Math.floor(sourcePosition / limits.OFFSET_MAX)

/** The offset of a `sourcePosition` in its partition. */
export const sourceOffset = (sourcePosition: number): number => sourcePosition % limits.OFFSET_MAX

/** Rows [from, to) of a column. */
export function sliceColumn(column: ColumnData, from: number, to: number): ColumnData {
  const { values, nulls } = column
  if (from === 0 && to === values.length) return column
  return { values: values.subarray(from, to), nulls: nulls?.subarray(from, to) }
}

/** Numbers [from, to). The full range is the array itself: a view costs more than the few numbers of a turn of one event. */
export function sliceNumbers<A extends Float64Array | Int32Array>(numbers: A, from: number, to: number): A {
  return from === 0 && to === numbers.length ? numbers : (numbers.subarray(from, to) as A)
}

/** Events [from, to) of a block. */
export function sliceBlock(block: Block, from: number, to: number): Block {
  if (from === 0 && to === block.length) return block
  return {
    length: to - from,
    time: block.time.subarray(from, to),
    arrival: block.arrival.subarray(from, to),
    sourcePosition: block.sourcePosition.subarray(from, to),
    columns: Object.fromEntries(Object.entries(block.columns).map(([name, column]) => [name, sliceColumn(column, from, to)])),
  }
}

/** The rows below `length` for which `holds` returns true, ascending. */
export function rowsWhere(length: number, holds: (row: number) => boolean): Uint32Array {
  const rows = new Uint32Array(length)
  let count = 0
  for (let row = 0; row < length; row++) if (holds(row)) rows[count++] = row
  return rows.slice(0, count)
}

/** The first `length` values of a column as doubles; NULL is NaN. */
export function doublesOf({ values, nulls }: ColumnData, length: number): Float64Array {
  return Float64Array.from({ length }, (_, row) => (nulls?.[row] === 1 ? NaN : values[row]))
}

/** The rows `rows` in that order; each event keeps its source position. */
export function gatherBlock(block: Block, rows: Uint32Array): Block {
  return {
    length: rows.length,
    time: gatherArray(block.time, rows),
    arrival: gatherArray(block.arrival, rows),
    sourcePosition: gatherArray(block.sourcePosition, rows),
    columns: Object.fromEntries(Object.entries(block.columns).map(([name, column]) => [name, gatherColumn(column, rows)])),
  }
}

/** The rows `rows` of a column. */
export function gatherColumn(column: ColumnData, rows: Uint32Array): ColumnData {
  return { values: gatherArray(column.values, rows), nulls: column.nulls && gatherArray(column.nulls, rows) }
}

/** `values[rows[i]]` for each i. */
export function gatherArray<A extends NumberArray>(values: A, rows: Uint32Array): A {
  const result = new (values.constructor as new (length: number) => A)(rows.length)
  // The two most frequent kinds of arrays have loops of their own: a loop that meets all kinds is slow for each of them.
  if (values instanceof Float64Array) pickDoubles(result as Float64Array, values, rows)
  else if (values instanceof Uint8Array) pickBytes(result as Uint8Array, values, rows)
  else for (let i = 0; i < rows.length; i++) result[i] = values[rows[i]]!
  return result
}

function pickDoubles(into: Float64Array, values: Float64Array, rows: Uint32Array): void {
  for (let i = 0; i < rows.length; i++) into[i] = values[rows[i]]!
}

function pickBytes(into: Uint8Array, values: Uint8Array, rows: Uint32Array): void {
  for (let i = 0; i < rows.length; i++) into[i] = values[rows[i]]!
}

/** Concatenates blocks with the same columns. */
export function concatBlocks(blocks: readonly Block[]): Block {
  const names = Object.keys(blocks[0].columns)
  const lengths = blocks.map(({ length }) => length)
  return {
    length: lengths.reduce((sum, length) => sum + length, 0),
    time: concatArrays(blocks.map(block => block.time)),
    arrival: concatArrays(blocks.map(block => block.arrival)),
    sourcePosition: concatArrays(blocks.map(block => block.sourcePosition)),
    columns: Object.fromEntries(
      names.map(name => [
        name,
        concatColumns(
          blocks.map(block => block.columns[name]),
          lengths,
        ),
      ]),
    ),
  }
}

/** Concatenates columns of one type; `lengths` are their numbers of rows. */
export function concatColumns(columns: readonly ColumnData[], lengths: readonly number[]): ColumnData {
  const values = concatArrays(columns.map(column => column.values))
  if (columns.every(column => column.nulls === undefined)) return { values }
  const nulls = concatArrays(columns.map((column, i) => column.nulls ?? new Uint8Array(lengths[i])))
  return { values, nulls }
}

/** Concatenates arrays of one kind. */
export function concatArrays<A extends NumberArray>(arrays: readonly A[]): A {
  const length = arrays.reduce((sum, array) => sum + array.length, 0)
  const all = new (arrays[0].constructor as new (length: number) => A)(length)
  let at = 0
  for (const array of arrays) {
    all.set(array, at)
    at += array.length
  }
  return all
}

/** A `Float64Array` of zeros in shared memory. */
export const sharedFloats = (length: number): Float64Array<SharedArrayBuffer> => new Float64Array(new SharedArrayBuffer(8 * length))

/** The array itself if it is in shared memory, otherwise a copy there. Messages to other threads transfer it without a copy. */
export function sharedArray<A extends NumberArray>(values: A): A {
  if (values.buffer instanceof SharedArrayBuffer) return values
  const copy = new (values.constructor as new (buffer: SharedArrayBuffer) => A)(new SharedArrayBuffer(values.byteLength))
  copy.set(values)
  return copy
}

/** A block in shared memory. */
export function sharedBlock({ length, time, arrival, sourcePosition, columns }: Block): Block {
  return {
    length,
    time: sharedArray(time),
    arrival: sharedArray(arrival),
    sourcePosition: sharedArray(sourcePosition),
    columns: sharedColumns(columns),
  }
}

/** Columns in shared memory. */
export const sharedColumns = (columns: Readonly<Record<string, ColumnData>>): Record<string, ColumnData> =>
  Object.fromEntries(
    Object.entries(columns).map(([name, { values, nulls }]) => [name, { values: sharedArray(values), nulls: nulls && sharedArray(nulls) }]),
  )

/** Number of bytes below which a loop over them is faster than views of four bytes. */
const FEW = 64

/** True if all bytes are 0. Cost: a loop over four bytes at a time, which matters where a mark is rare. */
export function isZero(bytes: Uint8Array): boolean {
  const { length } = bytes
  if (length < FEW) return areZero(bytes)
  const { buffer, byteOffset } = bytes
  const head = -byteOffset & 3
  const fours = new Int32Array(buffer, byteOffset + head, (length - head) >> 2)
  const tail = head + 4 * fours.length
  return (
    areZero(fours) && areZero(new Uint8Array(buffer, byteOffset, head)) && areZero(new Uint8Array(buffer, byteOffset + tail, length - tail))
  )
}

function areZero(words: Uint8Array | Int32Array): boolean {
  for (let i = 0; i < words.length; i++) if (words[i] !== 0) return false
  return true
}
