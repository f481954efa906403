import { Arena } from './arena.ts'
import { Lost } from './lost.ts'
import { firstFrom, insertionPoint } from './order.ts'
import { PartialColumns, type Lane, type Structure } from './structure.ts'
import { floorTo, type Window } from './window.ts'

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
  readonly #windows: readonly Window[]
  readonly #limit: number
  readonly #longest: number
  readonly #widestHop: number
  readonly #arena = new Arena(2)
  readonly lost = new Lost()

  /** `limit` is the largest count that any window answers. */
  constructor(windows: readonly Window[], limit: number) {
    this.#windows = windows
    this.#limit = limit
    this.#longest = Math.max(...windows.map(window => window.span))
    this.#widestHop = Math.max(...windows.map(window => window.hop))
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
    const from = arena.end(slot) - arena.length(slot)
    let seen = arena.end(slot) - 1
    while (seen >= from && data[seen * 2 + 1] !== value) seen--
    if (seen >= from) {
      if (data[seen * 2] >= time) return
      arena.remove(slot, seen, 1)
    }
    const end = arena.end(slot)
    const at = insertionPoint(data, 2, end - arena.length(slot), end, time)
    const entry = arena.open(slot, end - at) * 2
    arena.data[entry] = time
    arena.data[entry + 1] = value
    this.#forget(slot, lane.floor[event])
    const length = arena.length(slot)
    if (length > this.#limit + 1) {
      this.lost.lose(slot, arena.data[(arena.end(slot) - length) * 2])
      arena.keep(slot, length - 1)
    }
  }

  read(slot: number, t: number, row: number): void {
    const { data } = this.#arena
    const end = this.#arena.end(slot)
    const from = end - this.#arena.length(slot)
    this.#windows.forEach(({ span, hop }, w) => {
      const start = floorTo(t - span, hop)
      this.partials[w][0][row] = end - firstFrom(data, 2, from, end, start)
    })
  }

  readNothing(row: number): void {
    this.#out.fillRow(row, 0)
  }

  /** Forgets what is before every window's start at clock `t` or later. */
  #forget(slot: number, t: number): void {
    const start = t - this.#longest - this.#widestHop
    const end = this.#arena.end(slot)
    let length = this.#arena.length(slot)
    while (length > 0 && this.#arena.data[(end - length) * 2] < start) length--
    this.#arena.keep(slot, length)
  }
}
