import { refusals } from '../aggregate/aggregate.ts'
import type { Arena } from './arena.ts'
import { CHUNK } from './chunk.ts'
import type { StateReader, StateWriter } from './state.ts'
import { widened } from './widened.ts'

/**
 * What a structure had to forget at a named limit: by slot, the newest time forgotten. A window that reaches it is
 * refused until its tail has passed it; nothing is ever computed from less.
 */
export class Lost {
  #newest = new Float64Array(0)
  /** By row of a chunk: the newest time forgotten of the key read there, as of the read. */
  readonly #noted = new Float64Array(CHUNK).fill(-Infinity)
  /** False as long as nothing was forgotten: reads then need not note anything. */
  any = false

  get bytes(): number {
    return this.#newest.byteLength
  }

  grow(count: number): void {
    const known = this.#newest.length
    if (count <= known) return
    this.#newest = widened(this.#newest, count)
    this.#newest.fill(-Infinity, known)
  }

  lose(slot: number, time: number): void {
    this.any = true
    if (time > this.#newest[slot]) this.#newest[slot] = time
  }

  /**
   * Forgets the entries of a list that are before `reach`, the start of every window. If more than `most` are left, the oldest
   * is lost.
   */
  limit(arena: Arena, slot: number, most: number, reach: number): void {
    arena.forget(slot, reach)
    if (arena.entriesOf(slot) <= most) return
    const from = arena.from(slot)
    this.lose(slot, arena.data[from * arena.width])
    arena.cut(slot, from + 1)
  }

  save(slot: number, to: StateWriter): void {
    to.number(this.#newest[slot])
  }

  load(slot: number, from: StateReader): void {
    const time = from.number()
    if (time > -Infinity) this.lose(slot, time)
  }

  /** Forgets that anything of a slot was lost. */
  clear(slot: number): void {
    this.#newest[slot] = -Infinity
  }

  /** Notes that `slot` was read at `row` of the chunk. */
  note(slot: number, row: number): void {
    this.#noted[row] = this.#newest[slot]!
  }

  /** The refusal of a window that starts at `start`, read at `row` of the chunk, or 0. */
  refusal(row: number, start: number): number {
    return this.#noted[row] > -Infinity && this.#noted[row] >= start ? refusals.limit : 0
  }

  /** Forgets what was noted: a chunk is over. */
  nextChunk(): void {
    this.#noted.fill(-Infinity)
  }
}
