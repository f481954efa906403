/**
 * Rows growing into the columns of a `Block`.
 *
 * The row being written stands at `length`: its values are set in place, and `commit` makes it count. A row that turns out to be
 * bad is simply written over, so nothing is undone and nothing is allocated a row. Capacity doubles; costs 24 bytes a row, and 8 a
 * number or 4 a string for each column.
 */
import { limits } from '../base/limits.ts'
import type { TypeIR } from '../define/ir/ir.ts'
import type { Block, Column } from './block.ts'
import { grown } from './grown.ts'

const FIRST_CAPACITY = 1024

export class ColumnBuilder {
  /** Its values are ids of texts. */
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

  /** Forgets that there were NULLs. */
  clear(): void {
    this.#nulls = undefined
  }

  grow(capacity: number): void {
    this.#values = grown(this.#values, capacity)
    if (this.#nulls) this.#nulls = grown(this.#nulls, capacity)
  }

  /** The first `length` rows as they stand, without a copy. */
  view(length: number): Column {
    return { values: this.#values.subarray(0, length), nulls: this.#nulls?.subarray(0, length) }
  }
}

export class BlockBuilder {
  readonly #columns: ReadonlyMap<string, ColumnBuilder>
  #capacity: number
  #time: Float64Array
  #arrival: Float64Array
  /** The same for whatever rows there are. */
  #position: Float64Array
  #length = 0
  /** Of the rows that there are, once it was asked for. */
  #view: Block | undefined

  constructor(columns: readonly ({ readonly name: string } & TypeIR)[], capacity = FIRST_CAPACITY) {
    this.#columns = new Map(columns.map(column => [column.name, new ColumnBuilder(column, capacity)]))
    this.#capacity = capacity
    this.#time = new Float64Array(capacity)
    this.#arrival = new Float64Array(capacity)
    this.#position = positions(capacity)
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

  /** The same of as many rows as there are times, for which there is room. */
  commitAll(time: Float64Array, arrival: Float64Array): void {
    this.#view = undefined
    this.#time.set(time, this.#length)
    this.#arrival.set(arrival, this.#length)
    this.#length += time.length
  }

  /** Forgets all rows and keeps the memory: views of them are no longer true. */
  clear(): void {
    this.#view = undefined
    this.#length = 0
    for (const column of this.#columns.values()) column.clear()
  }

  /** What was committed, as it stands: no copy, and no longer true once more is. Positions are those of partition 0. */
  view(): Block {
    return (this.#view ??= this.#viewed())
  }

  #viewed(): Block {
    const length = this.#length
    const columns: Record<string, Column> = {}
    for (const [name, column] of this.#columns) columns[name] = column.view(length)
    return {
      length,
      time: this.#time.subarray(0, length),
      arrival: this.#arrival.subarray(0, length),
      position: this.#position.subarray(0, length),
      columns,
    }
  }

  /** Makes room for so many rows in all, so that none of them is copied while they come. */
  reserve(rows: number): void {
    if (rows >= this.#capacity) this.#resize(rows + 1)
  }

  /** Makes room for so many more, and for one behind them. */
  makeRoom(rows: number): void {
    const needed = this.#length + rows + 1
    if (needed > this.#capacity) this.#resize(Math.max(needed, 2 * this.#capacity))
  }

  #resize(capacity: number): void {
    this.#view = undefined
    this.#capacity = capacity
    this.#time = grown(this.#time, this.#capacity)
    this.#arrival = grown(this.#arrival, this.#capacity)
    this.#position = positions(this.#capacity)
    for (const column of this.#columns.values()) column.grow(this.#capacity)
  }
}

/** Offsets 0, 1, 2… of one partition, as positions. */
export function positions(length: number, partition = 0): Float64Array {
  const position = new Float64Array(length)
  for (let offset = 0; offset < length; offset++) position[offset] = partition * limits.OFFSET_MAX + offset
  return position
}
