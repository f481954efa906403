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
  readonly #isText: boolean
  /** Of a body that was merged: by slot, (value, last time) in order of values. Made when a slot is first merged. */
  readonly #byValue = new Arena(2)

  /** `limit` is the largest count that any window answers. `isText` where values are ids of strings. */
  constructor(windows: Windows, limit: number, isText = false) {
    this.#windows = windows
    this.#isText = isText
    this.#limit = limit
    this.#out = new PartialColumns(windows.length, 1)
    this.partials = this.#out.views
  }

  get bytes(): number {
    return this.#arena.bytes + this.#byValue.bytes + this.lost.bytes
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

  /** A value of both is in a window if it is in that of either, and is counted by both if it is in that of both. */
  merge(body: Structure, slot: number, under: number, t: number, row: number): void {
    const other = body as Distinct
    const windows = this.#windows
    for (let w = 0; w < windows.length; w++) this.partials[w][0][row] = this.partials[w][0][row] + other.partials[w][0][row]
    if (slot < 0) return
    const { data } = this.#arena
    const from = this.#arena.from(slot)
    const reach = windows.reach(t)
    for (let entry = this.#arena.end(slot) - 1; entry >= from && data[entry * 2] >= reach; entry--) {
      const both = Math.min(data[entry * 2], other.#lastTime(under, data[entry * 2 + 1]))
      for (let w = 0; w < windows.length; w++) if (both >= windows.start(w, t)) this.partials[w][0][row] = this.partials[w][0][row] - 1
    }
  }

  save(slot: number, to: StateWriter): void {
    this.lost.save(slot, to)
    this.#arena.save(slot, to)
  }

  load(slot: number, from: StateReader): void {
    this.lost.load(slot, from)
    this.#arena.load(slot, from)
    if (this.#isText && from.translates) from.translate(this.#arena.data, 2, this.#arena.from(slot), this.#arena.end(slot), 1)
  }

  clear(slot: number): void {
    this.lost.clear(slot)
    this.#arena.clear(slot)
    this.#byValue.clear(slot)
  }

  /** When a value was seen last, of a slot that gets no event any more; NaN if it was not. */
  #lastTime(slot: number, value: number): number {
    const sorted = this.#byValue
    if (sorted.heads.length < this.#arena.heads.length) sorted.grow(this.#arena.heads.length / this.#arena.stride)
    if (sorted.length(slot) === 0) this.#sort(slot)
    const end = sorted.end(slot)
    const at = firstFrom(sorted.data, 2, sorted.from(slot), end, value)
    return at < end && sorted.data[at * 2] === value ? sorted.data[at * 2 + 1] : NaN
  }

  #sort(slot: number): void {
    const { data } = this.#arena
    const entries = Array.from({ length: this.#arena.length(slot) }, (_, i) => this.#arena.from(slot) + i)
    entries.sort((a, b) => data[a * 2 + 1] - data[b * 2 + 1])
    for (const entry of entries) {
      const at = this.#byValue.open(slot, 0) * 2
      this.#byValue.data[at] = data[entry * 2 + 1]
      this.#byValue.data[at + 1] = data[entry * 2]
    }
  }
}
