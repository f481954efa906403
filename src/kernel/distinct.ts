import { limits } from '../base/index.ts'
import type { Strings } from '../columns/index.ts'
import { Registers } from '../aggregate/index.ts'
import { Arena } from './arena.ts'
import { firstEntryFrom, insertionPoint } from './order.ts'
import { PartialColumns } from './chunk.ts'
import { Sketches } from './sketches.ts'
import { restoreError, type StateReader, type StateWriter } from './state.ts'
import { Structure, type StructureInput } from './structure.ts'
import type { Windows } from './window.ts'

const WIDTH = 3
/** Scratch registers for one read of a window. */
const registers = new Registers()

/**
 * Counts distinct values per window (`countDistinct`). It lists a key's values by their last time, oldest first. A key with more
 * values than the list holds (`limit`, or 512 if that is more) also has a sketch of all its values.
 *
 * A window is a suffix, so it contains a value exactly if it contains the value's last time: the count is the number of entries from
 * the window's start on. Last times only move forward, so one entry more than the capacity shows which windows hold more; the sketch
 * answers those. The sketch starts from the list while the list is still complete, and then gets every value. When a list has shrunk
 * to half of its capacity, it again holds all that windows reach, and the sketch is dropped. A window that holds more values than
 * `limit`, but no more than the list, estimates from the list.
 *
 * Cost: O(entries) per event at worst (the search for the value starts at the newest), O(log entries) per window read, plus the
 * sketch (`sketch.ts`).
 */
export class Distinct extends Structure {
  readonly #windows: Windows
  readonly #limit: number
  readonly #listed: number
  /** Sketches of keys with more values than the list holds. */
  readonly #sketches: Sketches
  readonly #strings: Strings | undefined
  /** For a snapshot that is merged: by slot, (value, last time) sorted by value. Built when a slot is first merged. */
  readonly #byValue = new Arena(2)

  /**
   * `limit` is the largest exact count. `strings` is given if values are string ids. A key gets a sketch above `sketchFrom` and
   * `limit` values.
   */
  constructor(windows: Windows, limit: number, strings?: Strings, sketchFrom: number = limits.SKETCH_FROM) {
    // An entry is the last time of a value, and the value.
    super(new Arena(2), new PartialColumns(windows.length, WIDTH))
    this.#windows = windows
    this.#limit = limit
    this.#listed = Math.max(limit, sketchFrom)
    this.#strings = strings
    this.#sketches = new Sketches(windows, strings)
  }

  override get bytes(): number {
    return super.bytes + this.#sketches.bytes + this.#byValue.bytes
  }

  override get entries(): number {
    return super.entries + this.#sketches.entries
  }

  insert(input: StructureInput, event: number): void {
    const slot = input.slots[event]
    const time = input.time[event]
    const value = input.value[event]
    const arena = this.arena
    const { data } = arena
    const from = arena.from(slot)
    let match = arena.end(slot) - 1
    while (match >= from && data[match * 2 + 1] !== value) match--
    if (match >= from) {
      if (data[match * 2] >= time) return
      arena.remove(slot, match, 1)
    }
    const end = arena.end(slot)
    const at = insertionPoint(data, 2, arena.from(slot), end, time)
    const entry = arena.open(slot, end - at) * 2
    arena.data[entry] = time
    arena.data[entry + 1] = value
    const reach = this.#windows.reach(input.watermark[event])
    arena.forget(slot, reach)
    if (this.#sketches.size > 0 || arena.length(slot) > this.#listed) this.#sketch(slot, time, value, reach)
  }

  read(slot: number, asOf: number, row: number): void {
    const { data } = this.arena
    const end = this.arena.end(slot)
    const from = this.arena.from(slot)
    for (let w = 0; w < this.#windows.length; w++) {
      const start = this.#windows.start(w, asOf)
      const count = end - firstEntryFrom(data, 2, from, end, start)
      this.partials[w][0][row] = count
      if (count > this.#listed) this.#estimate(slot, w, start, row)
      else if (count > this.#limit) {
        registers.clear()
        this.#collect(slot, w, start)
        this.#writeRegisters(w, row)
      }
    }
  }

  /**
   * A window holds a value of both layers if either layer's window holds it; values that both count are subtracted once. Above the
   * limit, each register takes the greater rank of the two.
   */
  merge(snapshot: this, row: number, slot: number, snapshotSlot: number, asOf: number): void {
    const windows = this.#windows
    if (slot < 0) {
      for (let w = 0; w < windows.length; w++) for (let c = 0; c < WIDTH; c++) this.partials[w][c][row] = snapshot.partials[w][c][row]
      return
    }
    for (let w = 0; w < windows.length; w++) {
      const [own, other] = [this.partials[w][0][row], snapshot.partials[w][0][row]]
      this.partials[w][0][row] = Math.max(own, other) > this.#listed ? Infinity : own + other
    }
    const { data } = this.arena
    const from = this.arena.from(slot)
    const reach = windows.reach(asOf)
    for (let entry = this.arena.end(slot) - 1; entry >= from && data[entry * 2] >= reach; entry--) {
      const commonTime = Math.min(data[entry * 2], snapshot.#lastTime(snapshotSlot, data[entry * 2 + 1]))
      for (let w = 0; w < windows.length; w++)
        if (commonTime >= windows.start(w, asOf)) this.partials[w][0][row] = this.partials[w][0][row] - 1
    }
    for (let w = 0; w < windows.length; w++) {
      if (this.partials[w][0][row] <= this.#limit) continue
      registers.clear()
      this.#collect(slot, w, windows.start(w, asOf))
      snapshot.#collect(snapshotSlot, w, windows.start(w, asOf))
      this.#writeRegisters(w, row)
    }
  }

  override save(slot: number, to: StateWriter): void {
    super.save(slot, to)
    this.#sketches.save(slot, to)
  }

  override load(slot: number, from: StateReader): void {
    super.load(slot, from)
    const { data } = this.arena
    const end = this.arena.end(slot)
    if (this.#strings) {
      if (from.translates) from.translate(data, 2, this.arena.from(slot), end, 1)
      for (let entry = this.arena.from(slot); entry < end; entry++)
        if (!this.#strings.has(data[entry * 2 + 1])) throw restoreError('a counted value is an unknown string')
    }
    this.#sketches.load(slot, from)
    if (!this.#sketches.of(slot) && this.arena.length(slot) > this.#listed) throw restoreError('a key has too many values without a sketch')
  }

  override clear(slot: number): void {
    super.clear(slot)
    this.#sketches.drop(slot)
    this.#byValue.clear(slot)
  }

  /** Adds the newest value to the key's sketch, if the key has or now needs one, and drops list entries that only the sketch needs. */
  #sketch(slot: number, time: number, value: number, reach: number): void {
    const arena = this.arena
    const length = arena.length(slot)
    const sketch = this.#sketches.of(slot)
    if (!sketch && length > this.#listed) this.#startSketch(slot, reach)
    else if (sketch && 2 * length <= this.#listed) this.#sketches.drop(slot)
    else if (sketch) this.#sketches.add(sketch, time, value, reach)
    if (length > this.#listed + 1) arena.cut(slot, arena.from(slot) + 1)
  }

  #startSketch(slot: number, reach: number): void {
    const { data } = this.arena
    const sketch = this.#sketches.begin(slot)
    const end = this.arena.end(slot)
    for (let entry = this.arena.from(slot); entry < end; entry++) this.#sketches.add(sketch, data[entry * 2], data[entry * 2 + 1], reach)
  }

  #estimate(slot: number, w: number, start: number, row: number): void {
    const sketch = this.#sketches.of(slot)!
    sketch.advance(w, start)
    this.partials[w][1][row] = sketch.rankSum[w]
    this.partials[w][2][row] = sketch.empty[w]
  }

  #writeRegisters(w: number, row: number): void {
    this.partials[w][1][row] = registers.rankSum
    this.partials[w][2][row] = registers.empty
  }

  /** Adds a window's values to the registers: from the key's sketch, or from its list. */
  #collect(slot: number, w: number, start: number): void {
    const sketch = this.#sketches.of(slot)
    if (sketch) {
      sketch.advance(w, start)
      sketch.addTo(registers, w)
      return
    }
    const { data } = this.arena
    const from = this.arena.from(slot)
    for (let entry = this.arena.end(slot) - 1; entry >= from && data[entry * 2] >= start; entry--)
      registers.add(this.#sketches.codeOf(data[entry * 2 + 1]))
  }

  /** The last time of a value, NaN if it never occurred. Only for slots that receive no more events. */
  #lastTime(slot: number, value: number): number {
    const sorted = this.#byValue
    if (sorted.heads.length < this.arena.heads.length) sorted.grow(this.arena.heads.length / this.arena.stride)
    if (sorted.length(slot) === 0) this.#sort(slot)
    const end = sorted.end(slot)
    const at = firstEntryFrom(sorted.data, 2, sorted.from(slot), end, value)
    return at < end && sorted.data[at * 2] === value ? sorted.data[at * 2 + 1] : NaN
  }

  #sort(slot: number): void {
    const { data } = this.arena
    const entries = Array.from({ length: this.arena.length(slot) }, (_, i) => this.arena.from(slot) + i)
    entries.sort((a, b) => data[a * 2 + 1] - data[b * 2 + 1])
    for (const entry of entries) {
      const at = this.#byValue.open(slot, 0) * 2
      this.#byValue.data[at] = data[entry * 2 + 1]
      this.#byValue.data[at + 1] = data[entry * 2]
    }
  }
}
