/** Times of many rows at once, where nothing is wrong with any of them. */
import { limits } from '../base/limits.ts'
import type { Cells } from './cells.ts'

export interface Stamped {
  /** Of each row, UTC ms. */
  readonly time: Float64Array
  readonly arrival: Float64Array
  /** Rows that claim a time ahead of their arrival. */
  readonly ahead: number
}

/** The times of the first rows of cells by semantics §1, their arrivals being those that the source declares; nothing if one was not read, or is refused for its time. */
export function stampCells({ source, isRead, values }: Cells, rows: number): Stamped | undefined {
  if (isRead.subarray(0, rows).includes(0)) return undefined
  const { columns, arrives, maxClockSkew } = source
  const placeOf = (wanted: string): number => columns.findIndex(({ name }) => name === wanted)
  const timeAt = placeOf(source.time)
  const arrivalAt = arrives.kind === 'column' ? placeOf(arrives.column) : timeAt
  const delay = arrives.kind === 'after' ? arrives.delay : 0
  const stamped = { time: new Float64Array(rows), arrival: new Float64Array(rows), ahead: 0 }
  for (let row = 0, at = 0; row < rows; row++, at += columns.length) {
    const claimed = values[at + timeAt]
    const arrival = values[at + arrivalAt] + delay
    if (arrival > limits.TIME_MS_MAX || claimed - arrival > maxClockSkew) return undefined
    if (claimed > arrival) stamped.ahead++
    stamped.time[row] = Math.min(claimed, arrival)
    stamped.arrival[row] = arrival
  }
  return stamped
}
