/**
 * Events in columns: what decoders produce and the kernel consumes.
 *
 * A numeric, timestamp, duration or decimal column is a `Float64Array` of physical values (safe integers, or doubles); a bool is
 * 0 or 1 there. A string column is an `Int32Array` of ids in the pipeline's `Strings`. `nulls[i] === 1` marks NULL; a
 * column without NULLs has none of it.
 */
export interface Column {
  readonly values: Float64Array | Int32Array
  readonly nulls?: Uint8Array | undefined
}

export interface Block {
  readonly length: number
  /** Event time, UTC ms; never above arrival. */
  readonly time: Float64Array
  /** Arrival, UTC ms. */
  readonly arrival: Float64Array
  /** `partition · OFFSET_MAX + offset`: with time and arrival, the order of semantics §3. */
  readonly position: Float64Array
  readonly columns: Readonly<Record<string, Column>>
}

/** No events, of no source. */
export const noEvents: Block = {
  length: 0,
  time: new Float64Array(0),
  arrival: new Float64Array(0),
  position: new Float64Array(0),
  columns: {},
}
