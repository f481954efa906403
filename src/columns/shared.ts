/** Columns in memory that all threads see. */
import type { Block, Column } from './block.ts'

type Columns = Float64Array | Int32Array | Uint32Array | Uint16Array | Uint8Array

export const sharedFloats = (length: number): Float64Array<SharedArrayBuffer> => new Float64Array(new SharedArrayBuffer(8 * length))

/** As it is where it is such memory; otherwise a copy. Sent to another thread without one. */
export function shared<A extends Columns>(values: A): A {
  if (values.buffer instanceof SharedArrayBuffer) return values
  const copy = new (values.constructor as new (buffer: SharedArrayBuffer) => A)(new SharedArrayBuffer(values.byteLength))
  copy.set(values)
  return copy
}

export function sharedBlock({ length, time, arrival, position, columns }: Block): Block {
  return {
    length,
    time: shared(time),
    arrival: shared(arrival),
    position: shared(position),
    columns: sharedColumns(columns),
  }
}

export const sharedColumns = (columns: Readonly<Record<string, Column>>): Record<string, Column> =>
  Object.fromEntries(
    Object.entries(columns).map(([name, { values, nulls }]) => [name, { values: shared(values), nulls: nulls && shared(nulls) }]),
  )
