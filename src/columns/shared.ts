/** Columns in shared memory, which all threads see. */
import type { Block, ColumnData } from './block.ts'

type Columns = Float64Array | Int32Array | Uint32Array | Uint16Array | Uint8Array

/** A `Float64Array` of zeros in shared memory. */
export const sharedFloats = (length: number): Float64Array<SharedArrayBuffer> => new Float64Array(new SharedArrayBuffer(8 * length))

/** The array itself if it is in shared memory, otherwise a copy there. Messages to other threads transfer it without a copy. */
export function sharedArray<A extends Columns>(values: A): A {
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
