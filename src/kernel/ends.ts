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

  grow(count: number): void {
    this.#arena.grow(count)
    this.lost.grow(count)
    this.#last = widened(this.#last, count * 4)
    for (; this.#slots < count; this.#slots++) this.#last[this.#slots * 4] = -Infinity
  }

  insert(lane: Lane, event: number): void {
    const slot = lane.slots[event]!
    const time = lane.time[event]!
    this.#keepLast(slot, lane, event)
    const tile = floorTo(time, this.#hop)
    const start = floorTo(lane.floor[event]! - this.#spans[this.#spans.length - 1]!, this.#hop)
    if (tile < start) return
    this.#forget(slot, start)
    const arena = this.#arena
    const end = arena.end[slot]!
    const times = arena.columns[TIME]!
    let at = insertionPoint(times, end - arena.length[slot]!, end, time)
    while (at > end - arena.length[slot]! && times[at - 1] === time && !this.#isAfterEntry(lane, event, at - 1)) at--
    if (this.#hop > 1) {
      if (at > end - arena.length[slot]! && floorTo(times[at - 1]!, this.#hop) === tile) return
      if (at < end && floorTo(times[at]!, this.#hop) === tile) {
        this.#write(at, lane, event)
        return
      }
    }
    const newer = end - at
    if (arena.length[slot]! >= this.#maxEntries) {
      this.lost.lose(slot, this.#arena.columns[TIME]![end - arena.length[slot]!]!)
      arena.cut(slot, 1)
    }
    this.#write(arena.open(slot, Math.min(newer, arena.length[slot]!)), lane, event)
  }

  read(slot: number, t: number, row: number): void {
    const [times, , , values] = this.#arena.columns as [Float64Array, Float64Array, Float64Array, Float64Array]
    this.#forget(slot, floorTo(t - this.#spans[this.#spans.length - 1]!, this.#hop))
    const end = this.#arena.end[slot]!
    let at = end - this.#arena.length[slot]!
    for (let w = this.#spans.length - 1; w >= 0; w--) {
      const start = floorTo(t - this.#spans[w]!, this.#hop)
      if (at < end && times[at]! < start) at = firstFrom(times, at + 1, end, start)
      const partial = this.partials[w]!
      const inside = at < end
      partial[0]![row] = inside ? values[at]! : NaN
      partial[1]![row] = inside ? this.#last[slot * 4 + VALUE]! : NaN
      partial[2]![row] = inside ? times[at]! : NaN
      partial[3]![row] = inside ? this.#last[slot * 4 + TIME]! : NaN
    }
  }

  readNothing(row: number): void {
    this.#out.fillRow(row, NaN)
  }

  #keepLast(slot: number, lane: Lane, event: number): void {
    const last = this.#last
    const at = slot * 4
    const [time, arrival, position] = [lane.time[event]!, lane.arrival[event]!, lane.position[event]!]
    if (!isAfter(time, arrival, position, last[at + TIME]!, last[at + ARRIVAL]!, last[at + POSITION]!)) return
    last[at + TIME] = time
    last[at + ARRIVAL] = arrival
    last[at + POSITION] = position
    last[at + VALUE] = lane.value[event]!
  }

  #isAfterEntry(lane: Lane, event: number, entry: number): boolean {
    const [times, arrivals, positions] = this.#arena.columns as [Float64Array, Float64Array, Float64Array, Float64Array]
    return isAfter(lane.time[event]!, lane.arrival[event]!, lane.position[event]!, times[entry]!, arrivals[entry]!, positions[entry]!)
  }

  #write(entry: number, lane: Lane, event: number): void {
    const columns = this.#arena.columns
    columns[TIME]![entry] = lane.time[event]!
    columns[ARRIVAL]![entry] = lane.arrival[event]!
    columns[POSITION]![entry] = lane.position[event]!
    columns[VALUE]![entry] = lane.value[event]!
  }

  /** Forgets the entries before `start`; a tile is before it as a whole or not at all. */
  #forget(slot: number, start: number): void {
    const length = this.#arena.length[slot]!
    const end = this.#arena.end[slot]!
    const times = this.#arena.columns[TIME]!
    if (length === 0 || times[end - length]! >= start) return
    this.#arena.cut(slot, firstFrom(times, end - length, end, start) - (end - length))
  }
}
