/** Columns in shared memory, which all threads see. */
import type { Block, Column } from './block.ts'

type Columns = Float64Array | Int32Array | Uint32Array | Uint16Array | Uint8Array

/** A `Float64Array` of zeros in shared memory. */
export const sharedFloats = (length: number): Float64Array<SharedArrayBuffer> => new Float64Array(new SharedArrayBuffer(8 * length))

/** The array itself if it is in shared memory, otherwise a copy there. Messages to other threads transfer it without a copy. */
export function shared<A extends Columns>(values: A): A {
  if (values.buffer instanceof SharedArrayBuffer) return values
  const copy = new (values.constructor as new (buffer: SharedArrayBuffer) => A)(new SharedArrayBuffer(values.byteLength))
  copy.set(values)
  return copy
}

/** A block in shared memory. */
export function sharedBlock({ length, time, arrival, position, columns }: Block): Block {
  return {
    length,
    time: shared(time),
    arrival: shared(arrival),
    position: shared(position),
    columns: sharedColumns(columns),
  }
}

/** Columns in shared memory. */
export const sharedColumns = (columns: Readonly<Record<string, Column>>): Record<string, Column> =>
  Object.fromEntries(
    Object.entries(columns).map(([name, { values, nulls }]) => [name, { values: shared(values), nulls: nulls && shared(nulls) }]),
  )
