/**
 * A hash index of rows by the values of some columns: append ids, and the identity of revisions.
 *
 * An open-addressing table of row numbers, at most half full. Values are compared in the columns themselves, so a hash
 * collision costs a comparison and never a wrong answer. Strings are compared by their ids. Cost: 8 to 16 bytes a row.
 */
import type { ColumnData } from './block.ts'
import { HASH_MULTIPLIER, HASH_START } from './hash-seed.ts'

const EMPTY = -1

/** Index of rows by their values in `columns`. */
export class RowIndex {
  readonly #columns: readonly ColumnData[]
  readonly #slots: Int32Array
  readonly #mask: number

  /** An empty index for at most `rows` rows. */
  constructor(columns: readonly ColumnData[], rows: number) {
    this.#columns = columns
    const size = 2 ** Math.ceil(Math.log2(Math.max(16, rows * 2)))
    this.#slots = new Int32Array(size).fill(EMPTY)
    this.#mask = size - 1
  }

  /** True if a column is NULL in this row: the row has no id, or no identity. */
  hasNull(row: number): boolean {
    for (const { nulls } of this.#columns) if (nulls?.[row] === 1) return true
    return false
  }

  /** The row last `put` with the values of `row`, or −1. */
  find(row: number): number {
    return this.#slots[this.#slotOf(row)]
  }

  /** Makes `row` the row that its values find. */
  put(row: number): void {
    this.#slots[this.#slotOf(row)] = row
  }

  #slotOf(row: number): number {
    let slot = this.#hash(row) & this.#mask
    for (;;) {
      const candidate = this.#slots[slot]
      if (candidate === EMPTY || sameValues(this.#columns, candidate, row)) return slot
      slot = (slot + 1) & this.#mask
    }
  }

  #hash(row: number): number {
    let hash = 0
    for (const { values } of this.#columns) hash = mixHash(hash, values[row])
    return (hash ^ (hash >>> 13)) >>> 0
  }
}

/** Constants of this module, which the compiler folds as it does no import. */
const [START, MULTIPLIER] = [HASH_START, HASH_MULTIPLIER]
const number = new Float64Array(1)
const words = new Uint32Array(number.buffer)

/** Adds a number to a hash, which is one of this process and thread: never store it. */
export function mixHash(hash: number, value: number): number {
  number[0] = value
  const half = Math.imul(hash ^ START ^ words[0], MULTIPLIER)
  return Math.imul(half ^ (half >>> 15) ^ words[1], 0x85ebca6b)
}

/** True if two rows are equal in all columns; NULL equals NULL. */
export function sameValues(columns: readonly ColumnData[], left: number, right: number): boolean {
  for (const { values, nulls } of columns) {
    if (values[left] !== values[right]) return false
    if (nulls && nulls[left] !== nulls[right]) return false
  }
  return true
}
