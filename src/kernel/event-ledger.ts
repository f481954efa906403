/**
 * The event ledger of `Revisions`: the events of each key that a window may still reach, one list per key in an arena, sorted by time.
 *
 * An entry is [time, arrival, source position, identity …, value of each unit …]; the widths are those of the source and the group.
 */
import { Arena } from './arena.ts'
import { firstEntryFrom, insertionPoint } from './order.ts'
import type { StateReader, StateWriter } from './state.ts'
import { ensureCapacity } from '../columns/index.ts'
import type { Windows } from './window.ts'

const ARRIVAL = 1
const SOURCE_POSITION = 2
const IDENTITY = 3

/** One event of a ledger. Its arrays are overwritten by the next event. */
export interface LedgerEvent {
  time: number
  arrival: number
  sourcePosition: number
  /** The values of its identity. The first is NaN if the event has none: then nothing supersedes it. */
  readonly identity: Float64Array
  /** Its value in each unit's input, NaN where it does not take part. */
  readonly values: Float64Array
}

/** An empty `LedgerEvent` for identities and inputs of these widths. */
export const emptyLedgerEvent = (identity: number, units: number): LedgerEvent => ({
  time: 0,
  arrival: 0,
  sourcePosition: 0,
  identity: new Float64Array(identity),
  values: new Float64Array(units),
})

/**
 * Keeps each key's events that a window may still reach, so that a structure can be refilled when an event is superseded.
 *
 * Events of a slot are sorted by time. A slot keeps at most `maxEvents`. Beyond that the oldest is lost and every window that reaches
 * it is rejected, since nothing could be retracted there. Bytes per event: 24, and 8 for each identity value and each unit.
 */
export class EventLedger {
  readonly #windows: Windows
  readonly #maxEvents: number
  readonly #texts: readonly boolean[]
  readonly #identity: number
  readonly #units: number
  readonly #arena: Arena
  /** By slot: the newest lost time. */
  #newestLost = new Float64Array(0)

  /** `texts`: for each value of the identity, then of the units, is it a string id? */
  constructor(windows: Windows, identity: number, units: number, maxEvents: number, texts: readonly boolean[] = []) {
    this.#windows = windows
    this.#identity = identity
    this.#units = units
    this.#maxEvents = maxEvents
    this.#texts = texts
    this.#arena = new Arena(IDENTITY + identity + units)
  }

  get bytes(): number {
    return this.#arena.bytes + this.#newestLost.byteLength
  }

  /** Kept events of all keys. */
  get events(): number {
    return this.#arena.entries
  }

  grow(count: number): void {
    this.#arena.grow(count)
    this.#newestLost = ensureCapacity(this.#newestLost, count, -Infinity)
  }

  /** Adds an event unless it is before every window at as-of time `watermark`. Returns true if another event was lost for it. */
  add(slot: number, { time, arrival, sourcePosition, identity, values }: LedgerEvent, watermark: number): boolean {
    const arena = this.#arena
    const reach = this.#windows.reach(watermark)
    arena.forget(slot, reach)
    if (time < reach) return false
    const end = arena.end(slot)
    const at = insertionPoint(arena.data, arena.width, arena.from(slot), end, time)
    const entry = arena.open(slot, end - at) * arena.width
    arena.data[entry] = time
    arena.data[entry + ARRIVAL] = arrival
    arena.data[entry + SOURCE_POSITION] = sourcePosition
    arena.data.set(identity, entry + IDENTITY)
    arena.data.set(values, entry + IDENTITY + this.#identity)
    if (arena.length(slot) <= this.#maxEvents) return false
    const oldest = arena.from(slot)
    this.#newestLost[slot] = Math.max(this.#newestLost[slot], arena.data[oldest * arena.width])
    arena.cut(slot, oldest + 1)
    return true
  }

  /** The newest time that a slot lost, −Infinity if none. */
  newestLost(slot: number): number {
    return this.#newestLost[slot]
  }

  /** Removes an event. Returns false if it is absent: no window reaches it any more, or it was lost. */
  remove(slot: number, time: number, sourcePosition: number): boolean {
    const arena = this.#arena
    const { data, width } = arena
    const end = arena.end(slot)
    for (let at = firstEntryFrom(data, width, arena.from(slot), end, time); at < end && data[at * width] === time; at++) {
      if (data[at * width + SOURCE_POSITION] !== sourcePosition) continue
      arena.remove(slot, at, 1)
      return true
    }
    return false
  }

  /** Yields the events of a slot, oldest first, each in `into`. */
  *eventsOf(slot: number, into: LedgerEvent): Generator<LedgerEvent> {
    const { data, width } = this.#arena
    for (let at = this.#arena.from(slot); at < this.#arena.end(slot); at++) {
      into.time = data[at * width]
      into.arrival = data[at * width + ARRIVAL]
      into.sourcePosition = data[at * width + SOURCE_POSITION]
      for (let i = 0; i < this.#identity; i++) into.identity[i] = data[at * width + IDENTITY + i]
      for (let i = 0; i < this.#units; i++) into.values[i] = data[at * width + IDENTITY + this.#identity + i]
      yield into
    }
  }

  save(slot: number, to: StateWriter): void {
    to.number(this.#newestLost[slot])
    this.#arena.save(slot, to)
  }

  load(slot: number, from: StateReader): void {
    this.#newestLost[slot] = from.number()
    this.#arena.load(slot, from)
    if (!from.translates) return
    const { data, width } = this.#arena
    const [first, end] = [this.#arena.from(slot), this.#arena.end(slot)]
    // Earlier versions saved ids of no meaning behind the NaN of an event without an identity.
    for (let at = first * width + IDENTITY; at < end * width; at += width)
      if (Number.isNaN(data[at])) data.fill(NaN, at, at + this.#identity)
    for (const [value, isText] of this.#texts.entries()) if (isText) from.translate(data, width, first, end, IDENTITY + value)
  }
}
