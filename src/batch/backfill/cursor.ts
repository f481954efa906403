/** A forward cursor over the events of a source; each event is read once. */
import { type Block, emptyBlock, lowerBound, sliceBlock } from '../../columns/index.ts'
import type { SourceIR } from '../../define/ir/index.ts'
import type { EventHistory } from './events.ts'

/** Reads events in order of arrival, a block at a time. */
export class EventCursor {
  readonly #nothing: Block
  readonly #pieces: Iterator<Block>
  #next: Block | undefined
  /** Events read. */
  eventsRead = 0

  /** Starts at the events that arrived at `from`, UTC ms, or later. */
  constructor(events: EventHistory, source: SourceIR, columns: ReadonlySet<string>, from: number) {
    this.#nothing = emptyBlock(source, columns)
    this.#pieces = events.blocks(source, columns, from, Infinity)[Symbol.iterator]()
    this.#next = this.#piece()
  }

  /** The next unread events, or `undefined` at the end. */
  get peek(): Block | undefined {
    return this.#next
  }

  /** Reads the first `count` of `next`. */
  read(count: number): Block {
    const next = this.#next
    if (!next) return this.#nothing
    this.eventsRead += count
    this.#next = count === next.length ? this.#piece() : sliceBlock(next, count, next.length)
    return sliceBlock(next, 0, count)
  }

  /** Reads the events that arrived before `moment`, block by block. */
  *readBefore(moment: number): Generator<Block> {
    for (let next = this.#next; next && next.arrival[0] < moment; next = this.#next) yield this.read(lowerBound(next.arrival, moment))
  }

  #piece(): Block | undefined {
    const { value, done } = this.#pieces.next()
    return done ? undefined : value
  }
}
