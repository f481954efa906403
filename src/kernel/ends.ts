import { limits } from '../base/limits.ts'
import { Arena, widened } from './arena.ts'
import { Lost } from './lost.ts'
import { firstFrom, insertionPoint, isAfter } from './order.ts'
import { PartialColumns, type Lane, type Structure } from './structure.ts'
import { floorTo } from './window.ts'

const TIME = 0
const ARRIVAL = 1
const POSITION = 2
const VALUE = 3

/**
 * The first and the last event of a window by (time, arrival, partition, offset): `first`, `change`, `rate`.
 *
 * Every window is a suffix, so all share one last event; its first event is the first of the oldest tile inside it.
 * State a key: the first event of each tile (each event, when exact) of the longest window, and the last event of all.
 * Cost: amortised O(1) an event, O(log entries) a window read.
 */
export class Ends implements Structure {
  readonly partials: readonly (readonly Float64Array[])[]
  readonly #out: PartialColumns
  readonly #spans: Float64Array
  readonly #hop: number
  readonly #maxEntries: number
  readonly #arena = new Arena(4)
  readonly lost = new Lost()
  /** By slot: time, arrival, position and value of the last event. */
  #last = new Float64Array(0)
  #slots = 0

  constructor(spans: readonly number[], hop: number, maxEntries: number) {
    this.#spans = Float64Array.from(spans)
    this.#hop = hop
    this.#maxEntries = Math.min(maxEntries, limits.ENTRIES_PER_KEY_MAX)
    this.#out = new PartialColumns(spans.length, 4)
    this.partials = this.#out.views
  }

  get bytes(): number {
    return this.#arena.bytes + this.#last.byteLength + this.lost.bytes
  }

  get entries(): number {
    return this.#arena.entries
  }

  grow(count: number): void {
    this.#arena.grow(count)
    this.lost.grow(count)
    this.#last = widened(this.#last, count * 4)
    for (; this.#slots < count; this.#slots++) this.#last[this.#slots * 4] = -Infinity
  }

  insert(lane: Lane, event: number): void {
    const slot = lane.slots[event]
    const time = lane.time[event]
    this.#keepLast(slot, lane, event)
    const tile = floorTo(time, this.#hop)
    const start = floorTo(lane.floor[event] - this.#spans[this.#spans.length - 1], this.#hop)
    if (tile < start) return
    this.#forget(slot, start)
    const arena = this.#arena
    const { data } = arena
    const end = arena.end(slot)
    const from = end - arena.length(slot)
    let at = insertionPoint(data, 4, from, end, time)
    while (at > from && data[at * 4 - 4] === time && !this.#isAfterEntry(lane, event, at - 1)) at--
    if (this.#hop > 1) {
      if (at > from && floorTo(data[at * 4 - 4], this.#hop) === tile) return
      if (at < end && floorTo(data[at * 4], this.#hop) === tile) {
        this.#write(at, lane, event)
        return
      }
    }
    if (end - from >= this.#maxEntries) {
      this.lost.lose(slot, data[from * 4])
      arena.keep(slot, end - from - 1)
    }
    this.#write(arena.open(slot, Math.min(end - at, arena.length(slot))), lane, event)
  }

  read(slot: number, t: number, row: number): void {
    const { data } = this.#arena
    this.#forget(slot, floorTo(t - this.#spans[this.#spans.length - 1], this.#hop))
    const end = this.#arena.end(slot)
    let at = end - this.#arena.length(slot)
    for (let w = this.#spans.length - 1; w >= 0; w--) {
      const start = floorTo(t - this.#spans[w], this.#hop)
      if (at < end && data[at * 4] < start) at = firstFrom(data, 4, at + 1, end, start)
      const partial = this.partials[w]
      const inside = at < end
      partial[0][row] = inside ? data[at * 4 + VALUE] : NaN
      partial[1][row] = inside ? this.#last[slot * 4 + VALUE] : NaN
      partial[2][row] = inside ? data[at * 4 + TIME] : NaN
      partial[3][row] = inside ? this.#last[slot * 4 + TIME] : NaN
    }
  }

  readNothing(row: number): void {
    this.#out.fillRow(row, NaN)
  }

  #keepLast(slot: number, lane: Lane, event: number): void {
    const last = this.#last
    const at = slot * 4
    const [time, arrival, position] = [lane.time[event], lane.arrival[event], lane.position[event]]
    if (!isAfter(time, arrival, position, last[at + TIME], last[at + ARRIVAL], last[at + POSITION])) return
    last[at + TIME] = time
    last[at + ARRIVAL] = arrival
    last[at + POSITION] = position
    last[at + VALUE] = lane.value[event]!
  }

  #isAfterEntry(lane: Lane, event: number, entry: number): boolean {
    const { data } = this.#arena
    const at = entry * 4
    return isAfter(lane.time[event], lane.arrival[event], lane.position[event], data[at], data[at + ARRIVAL], data[at + POSITION])
  }

  #write(entry: number, lane: Lane, event: number): void {
    const { data } = this.#arena
    data[entry * 4 + TIME] = lane.time[event]!
    data[entry * 4 + ARRIVAL] = lane.arrival[event]!
    data[entry * 4 + POSITION] = lane.position[event]!
    data[entry * 4 + VALUE] = lane.value[event]!
  }

  /** Forgets the entries before `start`; a tile is before it as a whole or not at all. */
  #forget(slot: number, start: number): void {
    const length = this.#arena.length(slot)
    const end = this.#arena.end(slot)
    const { data } = this.#arena
    if (length === 0 || data[(end - length) * 4] >= start) return
    this.#arena.keep(slot, end - firstFrom(data, 4, end - length, end, start))
  }
}
