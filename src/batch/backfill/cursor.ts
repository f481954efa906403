/** Events of a source taken one stretch after the other, each once. */
import type { Block } from '../../columns/block.ts'
import { firstNotBelow } from '../../columns/order.ts'
import { blockSlice } from '../../columns/slice.ts'
import type { SourceIR } from '../../define/ir/ir.ts'
import { noEventsOf, type Events } from './events.ts'

export class Cursor {
  readonly #nothing: Block
  readonly #pieces: Iterator<Block>
  #next: Block | undefined
  /** Events taken. */
  taken = 0

  /** Begins with what arrived at `from`, UTC ms. */
  constructor(events: Events, source: SourceIR, columns: ReadonlySet<string>, from: number) {
    this.#nothing = noEventsOf(source, columns)
    this.#pieces = events.blocks(source, columns, from, Infinity)[Symbol.iterator]()
    this.#next = this.#piece()
  }

  /** Some of the events that were not taken, the first ones; none when all were. */
  get next(): Block | undefined {
    return this.#next
  }

  /** The first of those. */
  take(count: number): Block {
    const next = this.#next
    if (!next) return this.#nothing
    this.taken += count
    this.#next = count === next.length ? this.#piece() : blockSlice(next, count, next.length)
    return blockSlice(next, 0, count)
  }

  /** Those that arrived before a moment, in parts. */
  *before(moment: number): Generator<Block> {
    for (let next = this.#next; next && next.arrival[0] < moment; next = this.#next) yield this.take(firstNotBelow(next.arrival, moment))
  }

  #piece(): Block | undefined {
    const { value, done } = this.#pieces.next()
    return done ? undefined : value
  }
}
