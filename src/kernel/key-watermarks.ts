import { restoreError, type StateReader, type StateWriter } from './state.ts'
import type { SlotReads } from './structure.ts'
import { ensureCapacity } from './ensure-capacity.ts'

/** Holds each key's watermark: the greatest as-of time that the key has reached, by a read or by a lower bound for later reads. */
export class KeyWatermarks {
  #reached = new Float64Array(0)

  get bytes(): number {
    return this.#reached.byteLength
  }

  grow(count: number): void {
    const length = this.#reached.length
    if (count <= length) return
    this.#reached = ensureCapacity(this.#reached, count)
    this.#reached.fill(-Infinity, length)
  }

  save(slot: number, to: StateWriter): void {
    to.number(this.#reached[slot])
  }

  load(slot: number, from: StateReader): void {
    const clock = from.number()
    if (Number.isNaN(clock)) throw restoreError('a key has no watermark')
    this.#reached[slot] = clock
  }

  /**
   * Raises each event's watermark in place to the key's watermark as of that event: a structure never moves a window's tail back.
   * Removes reads below their key's watermark from `reads`, so that no structure answers them. Returns 1 for each removed read.
   */
  advance(slots: Int32Array, watermark: Float64Array, reads: SlotReads): Uint8Array | undefined {
    let evicted: Uint8Array | undefined
    let event = 0
    for (let row = 0; row <= reads.slots.length; row++) {
      const visible = row < reads.slots.length ? reads.upto[row] : slots.length
      event = raiseEvents(this.#reached, slots, watermark, event, visible)
      if (row === reads.slots.length || advanceTo(this.#reached, reads.slots[row], reads.clock[row])) continue
      evicted ??= new Uint8Array(reads.slots.length)
      evicted[row] = 1
      reads.slots[row] = -1
    }
    return evicted
  }
}

function raiseEvents(reached: Float64Array, slots: Int32Array, watermark: Float64Array, from: number, to: number): number {
  let event = from
  for (; event < to; event++) {
    const slot = slots[event]
    if (slot < 0) continue
    if (watermark[event] > reached[slot]) reached[slot] = watermark[event]!
    watermark[event] = reached[slot]!
  }
  return event
}

/** Raises a key's watermark to a read's as-of time. Returns false if the watermark is above it. */
function advanceTo(reached: Float64Array, slot: number, clock: number): boolean {
  if (slot < 0) return true
  if (clock < reached[slot]) return false
  reached[slot] = clock
  return true
}
