/**
 * Rows found again by the values of some of their columns: append ids, and the identity of revisions.
 *
 * An open-addressing table of row numbers, at most half full; values are compared in the columns themselves, so a hash that
 * collides costs a comparison and never an answer. Strings are compared by their ids. 8 to 16 bytes a row.
 */
import type { Column } from './block.ts'

const EMPTY = -1

export class RowIndex {
  readonly #columns: readonly Column[]
  readonly #slots: Int32Array
  readonly #mask: number

  /** For at most `rows` rows of `columns`. */
  constructor(columns: readonly Column[], rows: number) {
    this.#columns = columns
    const size = 2 ** Math.ceil(Math.log2(Math.max(16, rows * 2)))
    this.#slots = new Int32Array(size).fill(EMPTY)
    this.#mask = size - 1
  }

  /** True if one of the columns is NULL in this row: it has no id, or no identity. */
  hasNull(row: number): boolean {
    for (const { nulls } of this.#columns) if (nulls?.[row] === 1) return true
    return false
  }

  /** The row put last with the values that `row` has, or −1. */
  find(row: number): number {
    return this.#slots[this.#slotOf(row)]
  }

  /** From now on `row` is what its values find. */
  put(row: number): void {
    this.#slots[this.#slotOf(row)] = row
  }

  #slotOf(row: number): number {
    let slot = this.#hash(row) & this.#mask
    for (;;) {
      const found = this.#slots[slot]
      if (found === EMPTY || sameValues(this.#columns, found, row)) return slot
      slot = (slot + 1) & this.#mask
    }
  }

  #hash(row: number): number {
    let hash = 0
    for (const { values } of this.#columns) hash = hashed(hash, values[row])
    return (hash ^ (hash >>> 13)) >>> 0
  }
}

const number = new Float64Array(1)
const words = new Uint32Array(number.buffer)

/** A hash with one more number in it. */
export function hashed(hash: number, value: number): number {
  number[0] = value
  const half = Math.imul(hash ^ words[0], 0x9e3779b1)
  return Math.imul(half ^ (half >>> 15) ^ words[1], 0x85ebca6b)
}

/** Two rows equal in every one of the columns; NULL equals NULL. */
export function sameValues(columns: readonly Column[], left: number, right: number): boolean {
  for (const { values, nulls } of columns) {
    if (values[left] !== values[right]) return false
    if (nulls && nulls[left] !== nulls[right]) return false
  }
  return true
}
