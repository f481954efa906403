/**
 * The rows of a design, with columns that are mostly 0, as those of levels are, taken about that value: a row then has few entries in them, and what a step of Newton's method sums costs those alone.
 *
 * **Formula.** With x̃ = x + s, s the standardised 0 of each such column (elsewhere 0): Σ f x̃ x̃ᵀ = T (Σ f x xᵀ) Tᵀ, where T adds s times the row of ones. A column of which three quarters are 0 has |s| ≤ 1/√3
 * (Cantelli), so nothing cancels. 24 levels of an hour beside seven numbers: 44 products a row instead of 528.
 */
import type { Design } from './design.ts'

/** The part of a column that is 0, from which on it is taken so. */
const MOSTLY = 0.75

/** Sums over rows of (1, columns), in an order of its own: 1, dense columns, sparse ones. */
export class DesignRows {
  readonly #design: Design
  /** By place: the column of the design, from 1; place 0 is that of ones. */
  readonly #columns: readonly number[]
  readonly #shift: Float64Array
  readonly #dense: number
  readonly #values: Float64Array
  /** Of row r the entries [starts[r], starts[r + 1]). */
  readonly #starts: Int32Array
  readonly #places: Int32Array
  readonly #entries: Float64Array

  constructor(design: Design, length: number) {
    const { matrix, width } = design
    this.#design = design
    const zeros = zerosOf(design)
    const counts = new Int32Array(width)
    for (let row = 0, at = 0; row < length; row++) for (let i = 0; i < width; i++) if (matrix[at++] === zeros[i]) counts[i]++
    const isSparse = (i: number): boolean => counts[i] >= MOSTLY * length
    const all = Array.from({ length: width }, (_, i) => i)
    const [dense, sparse] = [all.filter(i => !isSparse(i)), all.filter(isSparse)]
    this.#dense = dense.length
    this.#columns = [0, ...dense.map(i => i + 1), ...sparse.map(i => i + 1)]
    this.#shift = Float64Array.from([0, ...dense.map(() => 0), ...sparse.map(i => zeros[i])])
    this.#values = sparse.length === 0 ? matrix : new Float64Array(length * dense.length)
    this.#starts = new Int32Array(length + 1)
    const entries = sparse.reduce((sum, i) => sum + length - counts[i], 0)
    this.#places = new Int32Array(entries)
    this.#entries = new Float64Array(entries)
    if (sparse.length > 0) this.#fill(dense, sparse, zeros, length)
  }

  #fill(dense: readonly number[], sparse: readonly number[], zeros: Float64Array, length: number): void {
    const { matrix, width } = this.#design
    let [at, next] = [0, 0]
    for (let row = 0; row < length; row++) {
      for (const i of dense) this.#values[at++] = matrix[row * width + i]
      for (let s = 0; s < sparse.length; s++) {
        const value = matrix[row * width + sparse[s]]
        if (value === zeros[sparse[s]]) continue
        this.#places[next] = dense.length + 1 + s
        this.#entries[next++] = value - zeros[sparse[s]]
      }
      this.#starts[row + 1] = next
    }
  }

  /** β in the order of places, and with it the sum of a row. */
  sums(beta: Float64Array): (row: number) => number {
    const placed = Float64Array.from(this.#columns, column => beta[column])
    const [dense, values, starts, places, entries] = [this.#dense, this.#values, this.#starts, this.#places, this.#entries]
    const first = this.#shift.reduce((sum, shift, place) => sum + shift * placed[place], placed[0])
    return row => {
      let z = first
      const from = row * dense - 1
      for (let i = 1; i <= dense; i++) z += placed[i] * values[from + i]
      for (let e = starts[row]; e < starts[row + 1]; e++) z += placed[places[e]] * entries[e]
      return z
    }
  }

  /** Adds the row times `factor` to a vector over places. */
  add(into: Float64Array, row: number, factor: number): void {
    const [dense, values, places, entries] = [this.#dense, this.#values, this.#places, this.#entries]
    const from = row * dense - 1
    into[0] += factor
    for (let i = 1; i <= dense; i++) into[i] += factor * values[from + i]
    for (let e = this.#starts[row]; e < this.#starts[row + 1]; e++) into[places[e]] += factor * entries[e]
  }

  /** Adds `factor · x xᵀ` of the row to the lower triangle of a matrix over places. */
  addOuter(into: Float64Array, row: number, factor: number): void {
    const [dense, values, places, entries] = [this.#dense, this.#values, this.#places, this.#entries]
    const size = this.#columns.length
    const from = row * dense - 1
    into[0] += factor
    for (let i = 1; i <= dense; i++) {
      const scaled = factor * values[from + i]
      const at = i * size
      into[at] += scaled
      for (let j = 1; j <= i; j++) into[at + j] += scaled * values[from + j]
    }
    const [begin, end] = [this.#starts[row], this.#starts[row + 1]]
    for (let e = begin; e < end; e++) {
      const scaled = factor * entries[e]
      const at = places[e] * size
      into[at] += scaled
      for (let j = 1; j <= dense; j++) into[at + j] += scaled * values[from + j]
      // Entries of a row stand in the order of places.
      for (let other = begin; other <= e; other++) into[at + places[other]] += scaled * entries[other]
    }
  }

  /** From a vector over places to one over (1, the design's columns). */
  vector(placed: Float64Array): Float64Array<ArrayBuffer> {
    const found = new Float64Array(placed.length)
    this.#columns.forEach((column, place) => (found[column] = placed[place] + this.#shift[place] * placed[0]))
    return found
  }

  /** The same of a lower triangle. */
  triangle(placed: Float64Array): Float64Array<ArrayBuffer> {
    const size = this.#columns.length
    const [shift, found] = [this.#shift, new Float64Array(size * size)]
    const at = (a: number, b: number): number => placed[Math.max(a, b) * size + Math.min(a, b)]
    for (let a = 0; a < size; a++)
      for (let b = 0; b < size; b++) {
        if (this.#columns[b] > this.#columns[a]) continue
        found[this.#columns[a] * size + this.#columns[b]] =
          at(a, b) + shift[a] * at(0, b) + shift[b] * at(a, 0) + shift[a] * shift[b] * at(0, 0)
      }
    return found
  }
}

/** What 0 is in each column of the matrix. */
const zerosOf = ({ standards }: Design): Float64Array =>
  Float64Array.from(standards.filter(({ scale }) => scale > 0).map(({ mean, scale }) => (0 - mean) / scale))
