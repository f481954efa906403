import { Arena } from './arena.ts'
import { Lost } from './lost.ts'
import { firstFrom, insertionPoint } from './order.ts'
import { PartialColumns } from './chunk.ts'
import type { StateReader, StateWriter } from './state.ts'
import type { Lane, Structure } from './structure.ts'
import type { Windows } from './window.ts'

/**
 * `countDistinct`: the values of a key by the last time each was seen, oldest first.
 *
 * A window is a suffix, so a value is in it if its last time is: the count is the number of entries from the window's
 * start on. Last times only move forward, so the oldest of more than `limit` entries can be forgotten for good: every
 * window that holds it holds more than `limit` values. Cost: O(entries) an event at worst (the value is looked for from
 * the newest back), O(log entries) a window read.
 */
export class Distinct implements Structure {
  readonly partials: readonly (readonly Float64Array[])[]
  readonly #out: PartialColumns
  readonly #windows: Windows
  readonly #limit: number
  readonly #arena = new Arena(2)
  readonly lost = new Lost()

  /** `limit` is the largest count that any window answers. */
  constructor(windows: Windows, limit: number) {
    this.#windows = windows
    this.#limit = limit
    this.#out = new PartialColumns(windows.length, 1)
    this.partials = this.#out.views
  }

  get bytes(): number {
    return this.#arena.bytes + this.lost.bytes
  }

  get entries(): number {
    return this.#arena.entries
  }

  grow(count: number): void {
    this.#arena.grow(count)
    this.lost.grow(count)
  }

  insert(lane: Lane, event: number): void {
    const slot = lane.slots[event]
    const time = lane.time[event]
    const value = lane.value[event]
    const arena = this.#arena
    const { data } = arena
    const from = arena.from(slot)
    let seen = arena.end(slot) - 1
    while (seen >= from && data[seen * 2 + 1] !== value) seen--
    if (seen >= from) {
      if (data[seen * 2] >= time) return
      arena.remove(slot, seen, 1)
    }
    const end = arena.end(slot)
    const at = insertionPoint(data, 2, arena.from(slot), end, time)
    const entry = arena.open(slot, end - at) * 2
    arena.data[entry] = time
    arena.data[entry + 1] = value
    arena.forget(slot, this.#windows.reach(lane.floor[event]))
    if (arena.length(slot) <= this.#limit + 1) return
    const oldest = arena.from(slot)
    this.lost.lose(slot, arena.data[oldest * 2])
    arena.cut(slot, oldest + 1)
  }

  read(slot: number, t: number, row: number): void {
    const { data } = this.#arena
    const end = this.#arena.end(slot)
    const from = this.#arena.from(slot)
    for (let w = 0; w < this.#windows.length; w++) this.partials[w][0][row] = end - firstFrom(data, 2, from, end, this.#windows.start(w, t))
  }

  readNothing(row: number): void {
    this.#out.fillRow(row, 0)
  }

  save(slot: number, to: StateWriter): void {
    this.lost.save(slot, to)
    this.#arena.save(slot, to)
  }

  load(slot: number, from: StateReader): void {
    this.lost.load(slot, from)
    this.#arena.load(slot, from)
  }

  clear(slot: number): void {
    this.lost.clear(slot)
    this.#arena.clear(slot)
  }
}
