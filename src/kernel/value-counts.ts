import { Arena } from './arena.ts'
import { firstFrom } from './order.ts'
import { damaged, type StateReader, type StateWriter } from './state.ts'

/**
 * How often each value occurs, by slot: a list of (value, count), ascending by value, in which every count is above 0.
 *
 * Cost: a list is halved to find a value, and moved behind one that comes or goes. Bytes: 16 a value.
 */
export class ValueCounts {
  readonly #arena = new Arena(2)

  /** Entry i is the value at 2 · i and its count behind it. */
  get data(): Float64Array {
    return this.#arena.data
  }

  get bytes(): number {
    return this.#arena.bytes
  }

  /** Different values, of all slots. */
  get entries(): number {
    return this.#arena.entries
  }

  from(slot: number): number {
    return this.#arena.from(slot)
  }

  /** The index behind the greatest value. */
  end(slot: number): number {
    return this.#arena.end(slot)
  }

  /** Different values of a slot. */
  size(slot: number): number {
    return this.#arena.length(slot)
  }

  grow(count: number): void {
    this.#arena.grow(count)
  }

  add(slot: number, value: number, times: number): void {
    const arena = this.#arena
    const end = arena.end(slot)
    const at = firstFrom(arena.data, 2, arena.from(slot), end, value)
    if (at < end && arena.data[2 * at] === value) {
      arena.data[2 * at + 1] = arena.data[2 * at + 1] + times
      return
    }
    const entry = 2 * arena.open(slot, end - at)
    arena.data[entry] = value
    arena.data[entry + 1] = times
  }

  /** Takes back what was added. */
  take(slot: number, value: number, times: number): void {
    const arena = this.#arena
    const at = firstFrom(arena.data, 2, arena.from(slot), arena.end(slot), value)
    const left = arena.data[2 * at + 1] - times
    if (left > 0) arena.data[2 * at + 1] = left
    else arena.remove(slot, at, 1)
  }

  clear(slot: number): void {
    this.#arena.clear(slot)
  }

  save(slot: number, to: StateWriter): void {
    this.#arena.save(slot, to)
  }

  load(slot: number, from: StateReader): void {
    const arena = this.#arena
    arena.load(slot, from)
    for (let at = arena.from(slot); at < arena.end(slot); at++)
      if (at > arena.from(slot) && arena.data[2 * at - 2] === arena.data[2 * at]) throw damaged('a value is counted twice')
  }
}
