/**
 * A block: events in columns, which decoders write and the kernel reads.
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

/** A block without events and columns. */
export const noEventsBlock: Block = {
  length: 0,
  time: new Float64Array(0),
  arrival: new Float64Array(0),
  sourcePosition: new Float64Array(0),
  columns: {},
}
