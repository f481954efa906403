/**
 * Builders that append rows to the columns of a `Block`.
 *
 * The row in progress is at `length`: its values are set in place, and `commit` makes it count. A bad row is overwritten by the
 * next, so nothing is undone and nothing is allocated per row. Capacity doubles. Cost: 24 bytes a row, plus 8 per number or 4
 * per string.
 */
import type { TypeIR } from '../define/ir/index.ts'
import type { Block, ColumnData } from './block.ts'
import { growArray } from './grow-array.ts'

const FIRST_CAPACITY = 1024

/** A growing column. */
export class ColumnBuilder {
  /** True if the values are ids of texts. */
  readonly isText: boolean
  #values: Float64Array | Int32Array
  #nulls: Uint8Array | undefined

  constructor(type: TypeIR, capacity: number) {
    this.isText = type.type === 'string'
    this.#values = this.isText ? new Int32Array(capacity) : new Float64Array(capacity)
  }

  set(row: number, value: number): void {
    this.#values[row] = value
    if (this.#nulls) this.#nulls[row] = 0
  }

  setNull(row: number): void {
    this.#nulls ??= new Uint8Array(this.#values.length)
    this.#nulls[row] = 1
    this.#values[row] = 0
  }

  /** Sets `rows` rows from `row` on to every `step`th of the numbers from `at` on; NaN is NULL. */
  setEach(row: number, rows: number, numbers: Float64Array, at: number, step: number): void {
    const values = this.#values
    this.#nulls?.fill(0, row, row + rows)
    for (let to = row + rows; row < to; row++, at += step) {
      const value = numbers[at]
      if (Number.isNaN(value)) this.setNull(row)
      else values[row] = value
    }
  }

  /** Forgets all NULLs. */
  clear(): void {
    this.#nulls = undefined
  }

  grow(capacity: number): void {
    this.#values = growArray(this.#values, capacity)
    if (this.#nulls) this.#nulls = growArray(this.#nulls, capacity)
  }

  /** The first `length` rows, without a copy. */
  view(length: number): ColumnData {
    return { values: this.#values.subarray(0, length), nulls: this.#nulls?.subarray(0, length) }
  }
}

/** A growing block. */
export class BlockBuilder {
  readonly #columns: ReadonlyMap<string, ColumnBuilder>
  #capacity: number
  #time: Float64Array
  #arrival: Float64Array
  /** Offsets 0, 1, 2…, which do not depend on the rows. */
  #sourcePosition: Float64Array
  #length = 0
  /** View of the committed rows, created on demand. */
  #view: Block | undefined

  constructor(columns: readonly ({ readonly name: string } & TypeIR)[], capacity = FIRST_CAPACITY) {
    this.#columns = new Map(columns.map(column => [column.name, new ColumnBuilder(column, capacity)]))
    this.#capacity = capacity
    this.#time = new Float64Array(capacity)
    this.#arrival = new Float64Array(capacity)
    this.#sourcePosition = sourcePositions(capacity)
  }

  get length(): number {
    return this.#length
  }

  column(name: string): ColumnBuilder | undefined {
    return this.#columns.get(name)
  }

  commit(time: number, arrival: number): void {
    this.#view = undefined
    this.#time[this.#length] = time
    this.#arrival[this.#length] = arrival
    if (++this.#length === this.#capacity) this.#resize(2 * this.#capacity)
  }

  /** Commits as many rows as there are times; there must be room for them. */
  commitAll(time: Float64Array, arrival: Float64Array): void {
    this.#view = undefined
    this.#time.set(time, this.#length)
    this.#arrival.set(arrival, this.#length)
    this.#length += time.length
  }

  /** Removes all rows and keeps the memory: views of them are no longer valid. */
  clear(): void {
    this.#view = undefined
    this.#length = 0
    for (const column of this.#columns.values()) column.clear()
  }

  /** The committed rows without a copy, valid until the next commit. Their source positions are offsets from 0 in partition 0. */
  view(): Block {
    return (this.#view ??= this.#viewed())
  }

  #viewed(): Block {
    const length = this.#length
    const columns: Record<string, ColumnData> = {}
    for (const [name, column] of this.#columns) columns[name] = column.view(length)
    return {
      length,
      time: this.#time.subarray(0, length),
      arrival: this.#arrival.subarray(0, length),
      sourcePosition: this.#sourcePosition.subarray(0, length),
      columns,
    }
  }

  /** Makes room for `rows` rows in all, so that none is copied while they are added. */
  reserve(rows: number): void {
    if (rows >= this.#capacity) this.#resize(rows + 1)
  }

  /** Makes room for `rows` more rows, and for the row in progress behind them. */
  reserveMore(rows: number): void {
    const needed = this.#length + rows + 1
    if (needed > this.#capacity) this.#resize(Math.max(needed, 2 * this.#capacity))
  }

  #resize(capacity: number): void {
    this.#view = undefined
    this.#capacity = capacity
    this.#time = growArray(this.#time, this.#capacity)
    this.#arrival = growArray(this.#arrival, this.#capacity)
    this.#sourcePosition = sourcePositions(this.#capacity)
    for (const column of this.#columns.values()) column.grow(this.#capacity)
  }
}

/** The source positions of offsets 0, 1, 2… in partition 0. */
function sourcePositions(length: number): Float64Array {
  const sourcePosition = new Float64Array(length)
  for (let offset = 0; offset < length; offset++) sourcePosition[offset] = offset
  return sourcePosition
}
