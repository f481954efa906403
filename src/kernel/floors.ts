import { damaged, type StateReader, type StateWriter } from './state.ts'
import type { Reads } from './structure.ts'
import { widened } from './widened.ts'

/** By slot: the greatest clock that its key has reached, by a read or by what bounds later clocks from below. */
export class Floors {
  #reached = new Float64Array(0)

  get bytes(): number {
    return this.#reached.byteLength
  }

  grow(count: number): void {
    const known = this.#reached.length
    if (count <= known) return
    this.#reached = widened(this.#reached, count)
    this.#reached.fill(-Infinity, known)
  }

  save(slot: number, to: StateWriter): void {
    to.number(this.#reached[slot])
  }

  load(slot: number, from: StateReader): void {
    const clock = from.number()
    if (Number.isNaN(clock)) throw damaged('a key has no floor')
    this.#reached[slot] = clock
  }

  /**
   * Raises each event's floor to what its key has reached as of the event, in place: a structure that has moved its tails never moves them
   * back. Takes reads below their key's floor out of `reads`, so that no structure answers them; they are 1 in what is returned.
   */
  raise(slots: Int32Array, floor: Float64Array, reads: Reads): Uint8Array | undefined {
    let evicted: Uint8Array | undefined
    let event = 0
    for (let row = 0; row <= reads.slots.length; row++) {
      const known = row < reads.slots.length ? reads.upto[row] : slots.length
      event = raiseEvents(this.#reached, slots, floor, event, known)
      if (row === reads.slots.length || isReached(this.#reached, reads.slots[row], reads.clock[row])) continue
      evicted ??= new Uint8Array(reads.slots.length)
      evicted[row] = 1
      reads.slots[row] = -1
    }
    return evicted
  }
}

function raiseEvents(reached: Float64Array, slots: Int32Array, floor: Float64Array, from: number, to: number): number {
  let event = from
  for (; event < to; event++) {
    const slot = slots[event]
    if (slot < 0) continue
    if (floor[event] > reached[slot]) reached[slot] = floor[event]!
    floor[event] = reached[slot]!
  }
  return event
}

/** Moves a key's floor to a read's clock, unless it is above it. */
function isReached(reached: Float64Array, slot: number, clock: number): boolean {
  if (slot < 0) return true
  if (clock < reached[slot]) return false
  reached[slot] = clock
  return true
}
