/** Cells: records decoded straight from bytes into the columns of their source, one number a column, row after row. */
import { limits } from '../base/index.ts'
import type { SourceIR } from '../define/ir/index.ts'

/** A text cell is `start * TEXT_SHIFT + length`: lines of up to 2^20 bytes in buffers of up to 2^32 bytes. */
export const TEXT_SHIFT = 2 ** 21

/** Decoded records of a batch, by their index in it. */
export interface RecordCells {
  /** The source whose columns they have. */
  readonly source: SourceIR
  /** Buffer of the texts, well-formed UTF-8. */
  readonly bytes: Uint8Array
  /** By record: 1 if it was decoded. The others are values in `records`, as in batches without cells. */
  readonly isRead: Uint8Array
  /** A row for each record: one physical value a column. NaN is NULL; a text is its range in `bytes`, as one number. */
  readonly values: Float64Array
  /** The record as a plain value, for a source with other columns. */
  valueOf(index: number): unknown
}

/** The cells of the records from index `first` on; shares their memory. */
export function sliceCells(cells: RecordCells, first: number): RecordCells {
  const { source, bytes, isRead, values } = cells
  return {
    source,
    bytes,
    isRead: isRead.subarray(first),
    values: values.subarray(first * source.columns.length),
    valueOf: index => cells.valueOf(index + first),
  }
}

/** Event times and arrivals of many valid rows. */
export interface StampedTimes {
  /** UTC ms, by row. */
  readonly time: Float64Array
  readonly arrival: Float64Array
  /** Number of rows whose event time is after their arrival. */
  readonly ahead: number
}

/**
 * Times and declared arrivals of the first `rows` rows (semantics, the log); `undefined` if a row was not decoded or has an invalid time.
 */
export function stampCells({ source, isRead, values }: RecordCells, rows: number): StampedTimes | undefined {
  if (isRead.subarray(0, rows).includes(0)) return undefined
  const { columns, arrives, maxClockSkew } = source
  const indexOf = (column: string): number => columns.findIndex(({ name }) => name === column)
  const timeAt = indexOf(source.time)
  const arrivalAt = arrives.kind === 'column' ? indexOf(arrives.column) : timeAt
  const delay = arrives.kind === 'after' ? arrives.delay : 0
  const stamped = { time: new Float64Array(rows), arrival: new Float64Array(rows), ahead: 0 }
  for (let row = 0, at = 0; row < rows; row++, at += columns.length) {
    const eventTime = values[at + timeAt]
    const arrival = values[at + arrivalAt] + delay
    if (arrival > limits.TIME_MS_MAX || eventTime - arrival > maxClockSkew) return undefined
    if (eventTime > arrival) stamped.ahead++
    stamped.time[row] = Math.min(eventTime, arrival)
    stamped.arrival[row] = arrival
  }
  return stamped
}
