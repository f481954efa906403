import { Arena } from './arena.ts'
import { firstEntryFrom, sortEntries } from './order.ts'
import { restoreError, type StateReader, type StateWriter } from './state.ts'

/**
 * Counts how often each value occurs, by slot: a list of (value, count), ascending by value, with every count above 0.
 *
 * Cost: a value is found by bisection; a new or removed value moves those after it. Bytes: 16 per value.
 */
export class ValueCounts {
  readonly #arena = new Arena(2)

  /** Entry i is the value at 2 · i, followed by its count. */
  get data(): Float64Array {
    return this.#arena.data
  }

  get bytes(): number {
    return this.#arena.bytes
  }

  /** Distinct values of all slots. */
  get entries(): number {
    return this.#arena.entries
  }

  from(slot: number): number {
    return this.#arena.from(slot)
  }

  /** The index after the greatest value. */
  end(slot: number): number {
    return this.#arena.end(slot)
  }

  /** Distinct values of a slot. */
  size(slot: number): number {
    return this.#arena.length(slot)
  }

  grow(count: number): void {
    this.#arena.grow(count)
  }

  add(slot: number, value: number, times: number): void {
    const arena = this.#arena
    const end = arena.end(slot)
    const at = firstEntryFrom(arena.data, 2, arena.from(slot), end, value)
    if (at < end && arena.data[2 * at] === value) {
      arena.data[2 * at + 1] = arena.data[2 * at + 1] + times
      return
    }
    const entry = 2 * arena.open(slot, end - at)
    arena.data[entry] = value
    arena.data[entry + 1] = times
  }

  /** Subtracts occurrences that were added. */
  subtract(slot: number, value: number, times: number): void {
    const arena = this.#arena
    const at = firstEntryFrom(arena.data, 2, arena.from(slot), arena.end(slot), value)
    const left = arena.data[2 * at + 1] - times
    if (left > 0) arena.data[2 * at + 1] = left
    else arena.remove(slot, at, 1)
  }

  /**
   * Writes the values of a slot and of a slot of `other`, merged, to `into`: ascending, with their counts. Returns the number of
   * values.
   */
  mergeWith(slot: number, other: ValueCounts, otherSlot: number, into: Float64Array): number {
    const [data, otherData] = [this.data, other.data]
    const [end, otherEnd] = [this.end(slot), other.end(otherSlot)]
    let [a, b, length] = [this.from(slot), other.from(otherSlot), 0]
    while (a < end || b < otherEnd) {
      const own = a < end ? data[2 * a] : Infinity
      const otherValue = b < otherEnd ? otherData[2 * b] : Infinity
      into[2 * length] = Math.min(own, otherValue)
      into[2 * length + 1] = (own <= otherValue ? data[2 * a++ + 1] : 0) + (otherValue <= own ? otherData[2 * b++ + 1] : 0)
      length++
    }
    return length
  }

  clear(slot: number): void {
    this.#arena.clear(slot)
  }

  save(slot: number, to: StateWriter): void {
    this.#arena.save(slot, to)
  }

  /** `ids` translates values that are string ids, which changes their order. */
  load(slot: number, from: StateReader, ids?: StateReader): void {
    const arena = this.#arena
    arena.load(slot, from)
    if (ids?.translates) {
      ids.translate(arena.data, 2, arena.from(slot), arena.end(slot), 0)
      sortEntries(arena.data, 2, arena.from(slot), arena.end(slot), 0)
    }
    for (let at = arena.from(slot); at < arena.end(slot); at++)
      if (at > arena.from(slot) && arena.data[2 * at - 2] === arena.data[2 * at]) throw restoreError('a value is counted twice')
  }
}
