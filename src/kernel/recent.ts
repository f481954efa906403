import { Arena } from './arena.ts'
import { TruncationLog } from './truncation-log.ts'
import { insertionPoint, isLaterEvent, isLaterEntry } from './order.ts'
import { PartialColumns } from './chunk.ts'
import type { StateReader, StateWriter } from './state.ts'
import type { StructureInput, Structure } from './structure.ts'
import type { Windows } from './window.ts'

/**
 * Keeps the newest `k` events of a key by (time, arrival, partition, offset), for `last`, `lastK`, `timeSinceLast` and `row`.
 *
 * Every window is a suffix, so its newest k events are among the key's newest k, whatever its length and hop. State: those k events.
 * Cost: O(k) per event at worst, O(1) when events come in order.
 */
export class Recent implements Structure {
  /** By window: value and time of the newest event, of the next, …; NaN where there are fewer. */
  readonly partials: readonly (readonly Float64Array[])[]
  readonly #out: PartialColumns
  readonly #windows: Windows
  readonly #k: number
  readonly #isText: boolean
  readonly #arena = new Arena(4)
  /** Never drops an event that a window can reach. */
  readonly truncations = new TruncationLog()

  /** `isText`: values are string ids. */
  constructor(windows: Windows, k: number, isText = false) {
    this.#windows = windows
    this.#isText = isText
    this.#k = k
    this.#out = new PartialColumns(windows.length, 2 * k)
    this.partials = this.#out.views
  }

  get bytes(): number {
    return this.#arena.bytes + this.truncations.bytes
  }

  get entries(): number {
    return this.#arena.entries
  }

  grow(count: number): void {
    this.#arena.grow(count)
    this.truncations.grow(count)
  }

  insert(input: StructureInput, event: number): void {
    const slot = input.slots[event]
    const time = input.time[event]
    const arrival = input.arrival[event]
    const sourcePosition = input.sourcePosition[event]
    const arena = this.#arena
    const { data } = arena
    const end = arena.end(slot)
    const from = arena.from(slot)
    let at = insertionPoint(data, 4, from, end, time)
    while (at > from && !isLaterEvent(time, arrival, sourcePosition, data[at * 4 - 4], data[at * 4 - 3], data[at * 4 - 2])) at--
    if (end - from === this.#k) {
      if (at === from) return
      arena.cut(slot, from + 1)
    }
    const entry = arena.open(slot, end - at) * 4
    arena.data[entry] = time
    arena.data[entry + 1] = arrival
    arena.data[entry + 2] = sourcePosition
    arena.data[entry + 3] = input.value[event]
  }

  read(slot: number, asOf: number, row: number): void {
    const { data } = this.#arena
    const end = this.#arena.end(slot)
    const from = this.#arena.from(slot)
    for (let w = 0; w < this.#windows.length; w++) {
      const start = this.#windows.start(w, asOf)
      const partial = this.partials[w]
      for (let i = 0; i < this.#k; i++) {
        const entry = end - 1 - i
        const inside = entry >= from && data[entry * 4] >= start
        partial[2 * i][row] = inside ? data[entry * 4 + 3] : NaN
        partial[2 * i + 1][row] = inside ? data[entry * 4] : NaN
        if (!inside) break
      }
    }
  }

  readNothing(row: number): void {
    this.#out.fillRow(row, NaN)
  }

  merge(snapshot: Structure, slot: number, snapshotSlot: number, asOf: number, row: number): void {
    const own = this.#arena
    const other = (snapshot as Recent).#arena
    const ownFrom = slot < 0 ? 0 : own.from(slot)
    for (let w = 0; w < this.#windows.length; w++) {
      const start = this.#windows.start(w, asOf)
      const partial = this.partials[w]
      let a = slot < 0 ? -1 : own.end(slot) - 1
      let b = other.end(snapshotSlot) - 1
      for (let i = 0; i < this.#k; i++) {
        const hasOwn = a >= ownFrom && own.data[a * 4] >= start
        const hasOther = b >= other.from(snapshotSlot) && other.data[b * 4] >= start
        const isOwn = hasOwn && (!hasOther || isLaterEntry(own.data, a * 4, other.data, b * 4))
        const { data } = isOwn ? own : other
        const entry = (isOwn ? a-- : b--) * 4
        const inside = hasOwn || hasOther
        partial[2 * i][row] = inside ? data[entry + 3] : NaN
        partial[2 * i + 1][row] = inside ? data[entry] : NaN
        if (!inside) break
      }
    }
  }

  save(slot: number, to: StateWriter): void {
    this.truncations.save(slot, to)
    this.#arena.save(slot, to)
  }

  load(slot: number, from: StateReader): void {
    this.truncations.load(slot, from)
    this.#arena.load(slot, from)
    if (this.#isText && from.translates) from.translate(this.#arena.data, 4, this.#arena.from(slot), this.#arena.end(slot), 3)
  }

  clear(slot: number): void {
    this.truncations.clear(slot)
    this.#arena.clear(slot)
  }
}
