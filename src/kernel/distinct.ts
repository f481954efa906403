import { limits } from '../base/limits.ts'
import type { Strings } from '../columns/strings.ts'
import { Registers } from '../aggregate/hyperloglog.ts'
import { Arena } from './arena.ts'
import { Lost } from './lost.ts'
import { firstFrom, insertionPoint } from './order.ts'
import { PartialColumns } from './chunk.ts'
import { Sketches } from './sketches.ts'
import { damaged, type StateReader, type StateWriter } from './state.ts'
import type { Lane, Structure } from './structure.ts'
import type { Windows } from './window.ts'

const WIDTH = 3
/** For the time of one read of a window. */
const registers = new Registers()

/**
 * `countDistinct`: the values of a key by the last time each was seen, oldest first, and a sketch of all of them once they are more than are listed: `limit`, or 512.
 *
 * A window is a suffix, so a value is in it if its last time is: the count is the number of entries from the window's
 * start on. Last times only move forward, so one entry more than are listed, the newest, is enough to tell which windows hold more: those are answered by the sketch. It is made
 * of the list as it was when nothing had been left out of it, and has every value since; a list that is half as long has all that windows reach again, and needs none.
 * A window of more values than `limit`, but no more than are listed, has the registers of those.
 *
 * Cost: O(entries) an event at worst (the value is looked for from the newest back), O(log entries) a window read, and what the sketch costs (`sketch.ts`).
 */
export class Distinct implements Structure {
  readonly partials: readonly (readonly Float64Array[])[]
  readonly #out: PartialColumns
  readonly #windows: Windows
  readonly #limit: number
  readonly #listed: number
  readonly #arena = new Arena(2)
  /** Of keys that had more values than are listed. */
  readonly #sketches: Sketches
  readonly lost = new Lost()
  readonly #strings: Strings | undefined
  /** Of a body that was merged: by slot, (value, last time) in order of values. Made when a slot is first merged. */
  readonly #byValue = new Arena(2)

  /** `limit` is the largest count that is exact. `strings` is given if values are ids of strings. A key has a sketch from more than `sketchFrom` values on, and `limit`. */
  constructor(windows: Windows, limit: number, strings?: Strings, sketchFrom: number = limits.SKETCH_FROM) {
    this.#windows = windows
    this.#limit = limit
    this.#listed = Math.max(limit, sketchFrom)
    this.#strings = strings
    this.#sketches = new Sketches(windows, strings)
    this.#out = new PartialColumns(windows.length, WIDTH)
    this.partials = this.#out.views
  }

  get bytes(): number {
    return this.#arena.bytes + this.#sketches.bytes + this.#byValue.bytes + this.lost.bytes
  }

  get entries(): number {
    return this.#arena.entries + this.#sketches.entries
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
    const reach = this.#windows.reach(lane.floor[event])
    arena.forget(slot, reach)
    if (this.#sketches.size > 0 || arena.length(slot) > this.#listed) this.#sketch(slot, time, value, reach)
  }

  read(slot: number, t: number, row: number): void {
    const { data } = this.#arena
    const end = this.#arena.end(slot)
    const from = this.#arena.from(slot)
    for (let w = 0; w < this.#windows.length; w++) {
      const start = this.#windows.start(w, t)
      const count = end - firstFrom(data, 2, from, end, start)
      this.partials[w][0][row] = count
      if (count > this.#listed) this.#estimate(slot, w, start, row)
      else if (count > this.#limit) {
        registers.clear()
        this.#collect(slot, w, start)
        this.#tell(w, row)
      }
    }
  }

  readNothing(row: number): void {
    this.#out.fillRow(row, 0)
  }

  /** A value of both is in a window if it is in that of either, and is counted by both if it is in that of both. Of more than the limit, registers have the greater rank of the two. */
  merge(body: Structure, slot: number, under: number, t: number, row: number): void {
    const other = body as Distinct
    const windows = this.#windows
    if (slot < 0) {
      for (let w = 0; w < windows.length; w++) for (let c = 0; c < WIDTH; c++) this.partials[w][c][row] = other.partials[w][c][row]!
      return
    }
    for (let w = 0; w < windows.length; w++) {
      const [own, theirs] = [this.partials[w][0][row], other.partials[w][0][row]]
      this.partials[w][0][row] = Math.max(own, theirs) > this.#listed ? Infinity : own + theirs
    }
    const { data } = this.#arena
    const from = this.#arena.from(slot)
    const reach = windows.reach(t)
    for (let entry = this.#arena.end(slot) - 1; entry >= from && data[entry * 2] >= reach; entry--) {
      const both = Math.min(data[entry * 2], other.#lastTime(under, data[entry * 2 + 1]))
      for (let w = 0; w < windows.length; w++) if (both >= windows.start(w, t)) this.partials[w][0][row] = this.partials[w][0][row] - 1
    }
    for (let w = 0; w < windows.length; w++) {
      if (this.partials[w][0][row] <= this.#limit) continue
      registers.clear()
      this.#collect(slot, w, windows.start(w, t))
      other.#collect(under, w, windows.start(w, t))
      this.#tell(w, row)
    }
  }

  save(slot: number, to: StateWriter): void {
    this.lost.save(slot, to)
    this.#arena.save(slot, to)
    this.#sketches.save(slot, to)
  }

  load(slot: number, from: StateReader): void {
    this.lost.load(slot, from)
    this.#arena.load(slot, from)
    const { data } = this.#arena
    const end = this.#arena.end(slot)
    if (this.#strings) {
      if (from.translates) from.translate(data, 2, this.#arena.from(slot), end, 1)
      for (let entry = this.#arena.from(slot); entry < end; entry++)
        if (!this.#strings.has(data[entry * 2 + 1])) throw damaged('a value that is counted is no string that is known')
    }
    this.#sketches.load(slot, from)
    if (!this.#sketches.of(slot) && this.#arena.length(slot) > this.#listed) throw damaged('more values are counted than without a sketch')
  }

  clear(slot: number): void {
    this.lost.clear(slot)
    this.#arena.clear(slot)
    this.#sketches.drop(slot)
    this.#byValue.clear(slot)
  }

  /** Adds the value that has just come to the sketch of its key, if it has one, or needs one now; and leaves out of the list what only the sketch needs. */
  #sketch(slot: number, time: number, value: number, reach: number): void {
    const arena = this.#arena
    const length = arena.length(slot)
    const sketch = this.#sketches.of(slot)
    if (!sketch && length > this.#listed) this.#begin(slot, reach)
    else if (sketch && 2 * length <= this.#listed) this.#sketches.drop(slot)
    else if (sketch) this.#sketches.add(sketch, time, value, reach)
    if (length > this.#listed + 1) arena.cut(slot, arena.from(slot) + 1)
  }

  #begin(slot: number, reach: number): void {
    const { data } = this.#arena
    const sketch = this.#sketches.begin(slot)
    const end = this.#arena.end(slot)
    for (let entry = this.#arena.from(slot); entry < end; entry++) this.#sketches.add(sketch, data[entry * 2], data[entry * 2 + 1], reach)
  }

  #estimate(slot: number, w: number, start: number, row: number): void {
    const sketch = this.#sketches.of(slot)!
    sketch.moveTo(w, start)
    this.partials[w][1][row] = sketch.rest[w]!
    this.partials[w][2][row] = sketch.empty[w]!
  }

  #tell(w: number, row: number): void {
    this.partials[w][1][row] = registers.rest
    this.partials[w][2][row] = registers.empty
  }

  /** Adds what a window of a key has to the registers: what its sketch has, or the values in its list. */
  #collect(slot: number, w: number, start: number): void {
    const sketch = this.#sketches.of(slot)
    if (sketch) {
      sketch.moveTo(w, start)
      sketch.addTo(registers, w)
      return
    }
    const { data } = this.#arena
    const from = this.#arena.from(slot)
    for (let entry = this.#arena.end(slot) - 1; entry >= from && data[entry * 2] >= start; entry--)
      registers.add(this.#sketches.codeOf(data[entry * 2 + 1]))
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
