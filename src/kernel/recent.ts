import { Arena } from './arena.ts'
import { EVENT_WIDTH, insertionPoint, isAfterEntry, isLaterEntry, EVENT_VALUE, writeEvent } from './order.ts'
import { PartialColumns } from './chunk.ts'
import type { StateReader } from './state.ts'
import { Structure, type StructureInput } from './structure.ts'
import type { Windows } from './window.ts'

/**
 * Keeps the newest `k` events of a key by (time, arrival, partition, offset), for `last`, `lastK`, `timeSinceLast` and `row`.
 *
 * Every window is a suffix, so its newest k events are among the key's newest k, whatever its length and hop. State: those k events.
 * Cost: O(k) per event at worst, O(1) when events come in order.
 */
export class Recent extends Structure {
  readonly #windows: Windows
  readonly #k: number
  readonly #isText: boolean

  /** `isText`: values are string ids. */
  constructor(windows: Windows, k: number, isText = false) {
    // Columns of a window: value and time of the newest event, of the next, …; NaN where there are fewer.
    super(new Arena(EVENT_WIDTH), new PartialColumns(windows.length, 2 * k, NaN))
    this.#windows = windows
    this.#isText = isText
    this.#k = k
  }

  insert(input: StructureInput, event: number): void {
    const slot = input.slots[event]
    const arena = this.arena
    const { data } = arena
    const end = arena.end(slot)
    const from = arena.from(slot)
    let at = insertionPoint(data, EVENT_WIDTH, from, end, input.time[event])
    while (at > from && !isAfterEntry(input, event, data, (at - 1) * EVENT_WIDTH)) at--
    if (end - from === this.#k) {
      if (at === from) return
      arena.cut(slot, from + 1)
    }
    const entry = arena.open(slot, end - at)
    writeEvent(arena.data, entry * EVENT_WIDTH, input, event)
  }

  read(slot: number, asOf: number, row: number): void {
    const { data } = this.arena
    const end = this.arena.end(slot)
    const from = this.arena.from(slot)
    for (let w = 0; w < this.#windows.length; w++) {
      const start = this.#windows.start(w, asOf)
      const partial = this.partials[w]
      for (let i = 0; i < this.#k; i++) {
        const entry = end - 1 - i
        const inside = entry >= from && data[entry * EVENT_WIDTH] >= start
        partial[2 * i][row] = inside ? data[entry * EVENT_WIDTH + EVENT_VALUE] : NaN
        partial[2 * i + 1][row] = inside ? data[entry * EVENT_WIDTH] : NaN
        if (!inside) break
      }
    }
  }

  merge(snapshot: this, row: number, slot: number, snapshotSlot: number, asOf: number): void {
    const own = this.arena
    const other = snapshot.arena
    const ownFrom = slot < 0 ? 0 : own.from(slot)
    for (let w = 0; w < this.#windows.length; w++) {
      const start = this.#windows.start(w, asOf)
      const partial = this.partials[w]
      let a = slot < 0 ? -1 : own.end(slot) - 1
      let b = other.end(snapshotSlot) - 1
      for (let i = 0; i < this.#k; i++) {
        const hasOwn = a >= ownFrom && own.data[a * EVENT_WIDTH] >= start
        const hasOther = b >= other.from(snapshotSlot) && other.data[b * EVENT_WIDTH] >= start
        const isOwn = hasOwn && (!hasOther || isLaterEntry(own.data, a * EVENT_WIDTH, other.data, b * EVENT_WIDTH))
        const { data } = isOwn ? own : other
        const entry = (isOwn ? a-- : b--) * EVENT_WIDTH
        const inside = hasOwn || hasOther
        partial[2 * i][row] = inside ? data[entry + EVENT_VALUE] : NaN
        partial[2 * i + 1][row] = inside ? data[entry] : NaN
        if (!inside) break
      }
    }
  }

  override load(slot: number, from: StateReader): void {
    super.load(slot, from)
    if (this.#isText && from.translates)
      from.translate(this.arena.data, EVENT_WIDTH, this.arena.from(slot), this.arena.end(slot), EVENT_VALUE)
  }
}
