import { rejections } from '../aggregate/index.ts'
import type { Arena } from './arena.ts'
import { CHUNK_READS } from './chunk.ts'
import type { StateReader, StateWriter } from './state.ts'
import { ensureCapacity } from '../columns/index.ts'

/**
 * Records the entries that a structure dropped at a named limit: by slot, the newest dropped time. A window that reaches it is
 * rejected until its tail has passed it; no value is ever computed from less.
 */
export class TruncationLog {
  #newest = new Float64Array(0)
  /** By row of a chunk: the newest dropped time of the key, as of its read. */
  readonly #notes = new Float64Array(CHUNK_READS).fill(-Infinity)
  /** False until something is dropped: reads need no note before. */
  any = false

  get bytes(): number {
    return this.#newest.byteLength
  }

  grow(count: number): void {
    this.#newest = ensureCapacity(this.#newest, count, -Infinity)
  }

  /** Records that an entry of `time` was dropped. */
  record(slot: number, time: number): void {
    this.any = true
    if (time > this.#newest[slot]) this.#newest[slot] = time
  }

  /** Drops a list's entries before `reach`, the earliest window start. If more than `maxEntries` remain, drops the oldest and records it. */
  truncate(arena: Arena, slot: number, maxEntries: number, reach: number): void {
    arena.forget(slot, reach)
    if (arena.entriesOf(slot) <= maxEntries) return
    const from = arena.from(slot)
    this.record(slot, arena.data[from * arena.width])
    arena.cut(slot, from + 1)
  }

  save(slot: number, to: StateWriter): void {
    to.number(this.#newest[slot])
  }

  load(slot: number, from: StateReader): void {
    const time = from.number()
    if (time > -Infinity) this.record(slot, time)
  }

  /** Resets a slot. */
  clear(slot: number): void {
    this.#newest[slot] = -Infinity
  }

  /** Notes the slot's dropped time for a read at `row` of the chunk. */
  noteRead(slot: number, row: number): void {
    this.#notes[row] = this.#newest[slot]
  }

  /** The rejection code of a window that starts at `start`, read at `row` of the chunk; 0 for none. */
  rejection(row: number, start: number): number {
    return this.#notes[row] > -Infinity && this.#notes[row] >= start ? rejections.limit : 0
  }

  /** Clears the notes at the end of a chunk. */
  clearNotes(): void {
    this.#notes.fill(-Infinity)
  }
}
