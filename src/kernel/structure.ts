import type { Lost } from './lost.ts'

/**
 * One lane's events as a structure sees them: those of a block that pass the lane's filter, with the value aggregated.
 * Row i is event i of the block.
 */
export interface Lane {
  /** The key's slot, or −1 where the event is not in the group. */
  readonly slots: Int32Array
  readonly time: Float64Array
  readonly arrival: Float64Array
  readonly position: Float64Array
  /** The input's physical value; zeros when the aggregate has no input. */
  readonly value: Float64Array
  /** 1 where the event does not take part; absent when all do. */
  readonly skip: Uint8Array | undefined
  /** The least clock that any later read of the event's key may have, as of each event; does not decrease for a key. */
  readonly floor: Float64Array
}

/**
 * What keeps the events of one lane so that its windows can be read. Every window is a suffix of the key's events by
 * time, so all windows of a structure share one list a key.
 *
 * Contract: clocks given for a slot, by `insert` and `read`, do not decrease over reads; every event inserted has
 * `time <= clock` of every later read. Under it the order of inserts changes no value.
 */
export interface Structure {
  /** Columns of the partial of each window, `rows` long: `partials[window][column][row]`. */
  readonly partials: readonly (readonly Float64Array[])[]
  /** What the structure had to forget at a limit: windows that reach it are refused. */
  readonly lost: Lost
  readonly bytes: number
  /** Entries kept, of all keys. */
  readonly entries: number
  /** Makes room for slots 0 … count − 1. */
  grow(count: number): void
  insert(lane: Lane, event: number): void
  /** Writes the partial of every window of `slot` at clock `t` to `row`. */
  read(slot: number, t: number, row: number): void
  /** The partials of a key that has no events. */
  readNothing(row: number): void
}

/** Rows read at a time: partials of a chunk stay in cache until they are lowered. */
export const CHUNK = 1024

/** Distance of two columns of partials: a cache line more than a power of two, so that a row's columns lie in different sets. */
export const COLUMN = CHUNK + 8

/**
 * Columns for partials, views of one array: window w's column f is the array from `(w · width + f) · COLUMN`, so that a
 * row is written with one stride.
 */
export class PartialColumns {
  readonly flat: Float64Array
  readonly views: Float64Array[][]

  constructor(windows: number, width: number) {
    this.flat = new Float64Array(windows * width * COLUMN)
    this.views = Array.from({ length: windows }, (_, w) =>
      Array.from({ length: width }, (__, f) => this.flat.subarray((w * width + f) * COLUMN, (w * width + f) * COLUMN + CHUNK)),
    )
  }

  /** Sets a row of every column. */
  fillRow(row: number, value: number): void {
    for (let at = row; at < this.flat.length; at += COLUMN) this.flat[at] = value
  }
}
