/** Reads per chunk: the partials of a chunk stay in cache until their final values are computed. */
export const CHUNK_READS = 1024

/**
 * Distance between two columns of partials: a cache line more than a power of two, so that the columns of a row map to different
 * cache sets.
 */
export const COLUMN_STRIDE = CHUNK_READS + 8

/**
 * Columns for partials as views of one array. Column f of window w starts at `(w · width + f) · COLUMN_STRIDE`, so a row is written
 * with one stride.
 */
export class PartialColumns {
  readonly flat: Float64Array
  readonly views: Float64Array[][]
  readonly #nothing: number

  /** `nothing`: the partial of a key without events, in every column. */
  constructor(windows: number, width: number, nothing = 0) {
    this.#nothing = nothing
    this.flat = new Float64Array(windows * width * COLUMN_STRIDE)
    this.views = Array.from({ length: windows }, (_, w) =>
      Array.from({ length: width }, (__, f) =>
        this.flat.subarray((w * width + f) * COLUMN_STRIDE, (w * width + f) * COLUMN_STRIDE + CHUNK_READS),
      ),
    )
  }

  /** Writes the partials of a key without events. */
  writeNothing(row: number): void {
    for (let at = row; at < this.flat.length; at += COLUMN_STRIDE) this.flat[at] = this.#nothing
  }
}
