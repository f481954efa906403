import { limits } from '../base/index.ts'
import { Arena } from './arena.ts'
import { TruncationLog } from './truncation-log.ts'
import { firstEntryFrom, insertionPoint, isLaterEvent, isLaterEntry } from './order.ts'
import { PartialColumns } from './chunk.ts'
import type { StateReader, StateWriter } from './state.ts'
import type { StructureInput, Structure } from './structure.ts'
import { ensureCapacity } from './ensure-capacity.ts'
import { tileStart, type Windows } from './window.ts'

const TIME = 0
const ARRIVAL = 1
const SOURCE_POSITION = 2
const VALUE = 3

/**
 * Keeps the first and the last event of each window by (time, arrival, partition, offset), for `first`, `change` and `rate`.
 *
 * Every window is a suffix, so all windows share one last event. A window's first event is the first event of the oldest tile inside
 * it. State per key: the first event of each tile (each event, when exact) of the longest window, and the last event overall. Cost:
 * amortised O(1) per event, O(log entries) per window read.
 */
export class Ends implements Structure {
  readonly partials: readonly (readonly Float64Array[])[]
  readonly #out: PartialColumns
  readonly #windows: Windows
  readonly #maxEntries: number
  readonly #isText: boolean
  readonly #arena = new Arena(4)
  readonly truncations = new TruncationLog()
  /** By slot: time, arrival, source position and value of the last event. */
  #last = new Float64Array(0)
  #slots = 0

  /** `isText`: values are string ids. */
  constructor(windows: Windows, maxEntries: number, isText = false) {
    this.#windows = windows
    this.#isText = isText
    this.#maxEntries = Math.min(maxEntries, limits.ENTRIES_PER_KEY_MAX)
    this.#out = new PartialColumns(windows.length, 4)
    this.partials = this.#out.views
  }

  get bytes(): number {
    return this.#arena.bytes + this.#last.byteLength + this.truncations.bytes
  }

  get entries(): number {
    return this.#arena.entries
  }

  grow(count: number): void {
    this.#arena.grow(count)
    this.truncations.grow(count)
    this.#last = ensureCapacity(this.#last, count * 4)
    for (; this.#slots < count; this.#slots++) this.#last[this.#slots * 4] = -Infinity
  }

  insert(input: StructureInput, event: number): void {
    const slot = input.slots[event]
    const time = input.time[event]
    this.#keepLast(slot, input, event)
    const { tile } = this.#windows
    if (this.#windows.isPast(tileStart(time, tile), input.watermark[event])) return
    const arena = this.#arena
    if (arena.isFull(slot)) arena.makeRoom(slot, this.#windows, input.watermark[event])
    const { data } = arena
    const from = arena.from(slot)
    const end = arena.end(slot)
    let at = insertionPoint(data, 4, from, end, time)
    while (at > from && data[at * 4 - 4] === time && !this.#isAfterEntry(input, event, at - 1)) at--
    if (tile > 1) {
      if (at > from && tileStart(data[at * 4 - 4], tile) === tileStart(time, tile)) return
      if (at < end && tileStart(data[at * 4], tile) === tileStart(time, tile)) {
        this.#write(at, input, event)
        return
      }
    }
    this.#write(arena.open(slot, end - at), input, event)
    if (end - from >= this.#maxEntries)
      this.truncations.truncate(arena, slot, this.#maxEntries, this.#windows.reach(input.watermark[event]))
  }

  read(slot: number, asOf: number, row: number): void {
    const { data } = this.#arena
    const from = this.#arena.from(slot)
    const end = this.#arena.end(slot)
    let oldest = end
    for (let w = 0; w < this.#windows.length; w++) {
      const at = firstEntryFrom(data, 4, from, end, this.#windows.start(w, asOf))
      if (at < oldest) oldest = at
      const partial = this.partials[w]
      const inside = at < end
      partial[0][row] = inside ? data[at * 4 + VALUE] : NaN
      partial[1][row] = inside ? this.#last[slot * 4 + VALUE] : NaN
      partial[2][row] = inside ? data[at * 4 + TIME] : NaN
      partial[3][row] = inside ? this.#last[slot * 4 + TIME] : NaN
    }
    this.#arena.cut(slot, oldest)
  }

  readNothing(row: number): void {
    this.#out.fillRow(row, NaN)
  }

  merge(snapshot: Structure, slot: number, snapshotSlot: number, asOf: number, row: number): void {
    const other = snapshot as Ends
    for (let w = 0; w < this.#windows.length; w++) {
      const own = this.partials[w]
      const otherPartial = other.partials[w]
      if (Number.isNaN(otherPartial[3][row])) continue
      const isAlone = Number.isNaN(own[3][row])
      const start = this.#windows.start(w, asOf)
      if (isAlone || isLaterEntry(this.#arena.data, this.#firstOf(slot, start), other.#arena.data, other.#firstOf(snapshotSlot, start))) {
        own[0][row] = otherPartial[0][row]
        own[2][row] = otherPartial[2][row]
      }
      if (isAlone || isLaterEntry(other.#last, snapshotSlot * 4, this.#last, slot * 4)) {
        own[1][row] = otherPartial[1][row]
        own[3][row] = otherPartial[3][row]
      }
    }
  }

  save(slot: number, to: StateWriter): void {
    this.truncations.save(slot, to)
    this.#arena.save(slot, to)
    to.numbers(this.#last, slot * 4, 4)
  }

  load(slot: number, from: StateReader): void {
    this.truncations.load(slot, from)
    this.#arena.load(slot, from)
    from.numbers(this.#last, slot * 4, 4)
    if (!this.#isText || !from.translates) return
    from.translate(this.#arena.data, 4, this.#arena.from(slot), this.#arena.end(slot), VALUE)
    if (this.#last[slot * 4] > -Infinity) this.#last[slot * 4 + VALUE] = from.idOf(this.#last[slot * 4 + VALUE])
  }

  clear(slot: number): void {
    this.truncations.clear(slot)
    this.#arena.clear(slot)
    this.#last[slot * 4] = -Infinity
  }

  /** The offset in the data of the first entry inside a window. */
  #firstOf(slot: number, start: number): number {
    const arena = this.#arena
    return firstEntryFrom(arena.data, 4, arena.from(slot), arena.end(slot), start) * 4
  }

  #keepLast(slot: number, input: StructureInput, event: number): void {
    const last = this.#last
    const at = slot * 4
    const [time, arrival, sourcePosition] = [input.time[event], input.arrival[event], input.sourcePosition[event]]
    if (!isLaterEvent(time, arrival, sourcePosition, last[at + TIME], last[at + ARRIVAL], last[at + SOURCE_POSITION])) return
    last[at + TIME] = time
    last[at + ARRIVAL] = arrival
    last[at + SOURCE_POSITION] = sourcePosition
    last[at + VALUE] = input.value[event]
  }

  #isAfterEntry(input: StructureInput, event: number, entry: number): boolean {
    const { data } = this.#arena
    const at = entry * 4
    return isLaterEvent(
      input.time[event],
      input.arrival[event],
      input.sourcePosition[event],
      data[at],
      data[at + ARRIVAL],
      data[at + SOURCE_POSITION],
    )
  }

  #write(entry: number, input: StructureInput, event: number): void {
    const { data } = this.#arena
    data[entry * 4 + TIME] = input.time[event]
    data[entry * 4 + ARRIVAL] = input.arrival[event]
    data[entry * 4 + SOURCE_POSITION] = input.sourcePosition[event]
    data[entry * 4 + VALUE] = input.value[event]
  }
}
