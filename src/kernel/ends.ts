import { Arena } from './arena.ts'
import { EVENT_WIDTH, firstEntryFrom, insertionPoint, isAfterEntry, isLaterEntry, EVENT_VALUE, writeEvent } from './order.ts'
import { PartialColumns } from './chunk.ts'
import type { StateReader, StateWriter } from './state.ts'
import { Structure, type StructureInput } from './structure.ts'
import { ensureCapacity } from '../columns/index.ts'
import { tileStart, type Windows } from './window.ts'

/**
 * Keeps the first and the last event of each window by (time, arrival, partition, offset), for `first`, `change` and `rate`.
 *
 * Every window is a suffix, so all windows share one last event. A window's first event is the first event of the oldest tile inside
 * it. State per key: the first event of each tile (each event, when exact) of the longest window, and the last event overall. Cost:
 * amortised O(1) per event, O(log entries) per window read.
 */
export class Ends extends Structure {
  readonly #windows: Windows
  readonly #maxEntries: number
  readonly #isText: boolean
  /** By slot: time, arrival, source position and value of the last event. */
  #last = new Float64Array(0)
  #slots = 0

  /** `isText`: values are string ids. */
  constructor(windows: Windows, maxEntries: number, isText = false) {
    super(new Arena(EVENT_WIDTH), new PartialColumns(windows.length, 4, NaN))
    this.#windows = windows
    this.#isText = isText
    this.#maxEntries = maxEntries
  }

  override get bytes(): number {
    return super.bytes + this.#last.byteLength
  }

  override grow(count: number): void {
    super.grow(count)
    this.#last = ensureCapacity(this.#last, count * EVENT_WIDTH)
    for (; this.#slots < count; this.#slots++) this.#last[this.#slots * EVENT_WIDTH] = -Infinity
  }

  insert(input: StructureInput, event: number): void {
    const slot = input.slots[event]
    const time = input.time[event]
    if (isAfterEntry(input, event, this.#last, slot * EVENT_WIDTH)) writeEvent(this.#last, slot * EVENT_WIDTH, input, event)
    const { tileWidth } = this.#windows
    if (this.#windows.isPast(tileStart(time, tileWidth), input.watermark[event])) return
    const arena = this.arena
    if (arena.isFull(slot)) arena.makeRoom(slot, this.#windows, input.watermark[event])
    const { data } = arena
    const from = arena.from(slot)
    const end = arena.end(slot)
    let at = insertionPoint(data, EVENT_WIDTH, from, end, time)
    while (at > from && data[(at - 1) * EVENT_WIDTH] === time && !isAfterEntry(input, event, data, (at - 1) * EVENT_WIDTH)) at--
    if (tileWidth > 1) {
      if (at > from && tileStart(data[(at - 1) * EVENT_WIDTH], tileWidth) === tileStart(time, tileWidth)) return
      if (at < end && tileStart(data[at * EVENT_WIDTH], tileWidth) === tileStart(time, tileWidth))
        return writeEvent(data, at * EVENT_WIDTH, input, event)
    }
    const entry = arena.open(slot, end - at)
    writeEvent(arena.data, entry * EVENT_WIDTH, input, event)
    if (end - from >= this.#maxEntries)
      this.truncations.truncate(arena, slot, this.#maxEntries, this.#windows.reach(input.watermark[event]))
  }

  read(slot: number, asOf: number, row: number): void {
    const { data } = this.arena
    const from = this.arena.from(slot)
    const end = this.arena.end(slot)
    let oldest = end
    for (let w = 0; w < this.#windows.length; w++) {
      const at = firstEntryFrom(data, EVENT_WIDTH, from, end, this.#windows.start(w, asOf))
      if (at < oldest) oldest = at
      const partial = this.partials[w]
      const inside = at < end
      partial[0][row] = inside ? data[at * EVENT_WIDTH + EVENT_VALUE] : NaN
      partial[1][row] = inside ? this.#last[slot * EVENT_WIDTH + EVENT_VALUE] : NaN
      partial[2][row] = inside ? data[at * EVENT_WIDTH] : NaN
      partial[3][row] = inside ? this.#last[slot * EVENT_WIDTH] : NaN
    }
    this.arena.cut(slot, oldest)
  }

  merge(snapshot: this, row: number, slot: number, snapshotSlot: number, asOf: number): void {
    for (let w = 0; w < this.#windows.length; w++) {
      const own = this.partials[w]
      const otherPartial = snapshot.partials[w]
      if (Number.isNaN(otherPartial[3][row])) continue
      const isAlone = Number.isNaN(own[3][row])
      const start = this.#windows.start(w, asOf)
      if (
        isAlone ||
        isLaterEntry(this.arena.data, this.#firstOf(slot, start), snapshot.arena.data, snapshot.#firstOf(snapshotSlot, start))
      ) {
        own[0][row] = otherPartial[0][row]
        own[2][row] = otherPartial[2][row]
      }
      if (isAlone || isLaterEntry(snapshot.#last, snapshotSlot * EVENT_WIDTH, this.#last, slot * EVENT_WIDTH)) {
        own[1][row] = otherPartial[1][row]
        own[3][row] = otherPartial[3][row]
      }
    }
  }

  override save(slot: number, to: StateWriter): void {
    super.save(slot, to)
    to.numbers(this.#last, slot * EVENT_WIDTH, EVENT_WIDTH)
  }

  override load(slot: number, from: StateReader): void {
    super.load(slot, from)
    from.numbers(this.#last, slot * EVENT_WIDTH, EVENT_WIDTH)
    if (!this.#isText || !from.translates) return
    from.translate(this.arena.data, EVENT_WIDTH, this.arena.from(slot), this.arena.end(slot), EVENT_VALUE)
    const last = slot * EVENT_WIDTH
    if (this.#last[last] > -Infinity) this.#last[last + EVENT_VALUE] = from.idOf(this.#last[last + EVENT_VALUE])
  }

  override clear(slot: number): void {
    super.clear(slot)
    this.#last[slot * EVENT_WIDTH] = -Infinity
  }

  /** The offset in the data of the first entry inside a window. */
  #firstOf(slot: number, start: number): number {
    const arena = this.arena
    return firstEntryFrom(arena.data, EVENT_WIDTH, arena.from(slot), arena.end(slot), start) * EVENT_WIDTH
  }
}
