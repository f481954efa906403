import { restoreError, type StateReader, type StateWriter } from './state.ts'
import type { SlotReads } from './structure.ts'
import { ensureCapacity } from '../columns/index.ts'

/** Holds each key's watermark: the greatest as-of time that the key has reached, by a read or by a lower bound for later reads. */
export class KeyWatermarks {
  #times = new Float64Array(0)

  get bytes(): number {
    return this.#times.byteLength
  }

  grow(count: number): void {
    this.#times = ensureCapacity(this.#times, count, -Infinity)
  }

  save(slot: number, to: StateWriter): void {
    to.number(this.#times[slot])
  }

  load(slot: number, from: StateReader): void {
    const asOf = from.number()
    if (Number.isNaN(asOf)) throw restoreError('a key has no watermark')
    this.#times[slot] = asOf
  }

  /**
   * Advances the watermarks by the events and reads of a pass, in their order. Overwrites both: each event's `watermark` is raised to
   * its key's as of that event, so that a structure never moves a window's tail back, and the slot of a read below its key's
   * watermark becomes −1, so that no structure answers it. Returns 1 for each such read, `undefined` if there is none.
   */
  advance(slots: Int32Array, watermark: Float64Array, reads: SlotReads): Uint8Array | undefined {
    let below: Uint8Array | undefined
    let event = 0
    for (let row = 0; row <= reads.slots.length; row++) {
      const visible = row < reads.slots.length ? reads.upto[row] : slots.length
      event = raiseEvents(this.#times, slots, watermark, event, visible)
      if (row === reads.slots.length || advanceTo(this.#times, reads.slots[row], reads.asOf[row])) continue
      below ??= new Uint8Array(reads.slots.length)
      below[row] = 1
      reads.slots[row] = -1
    }
    return below
  }
}

function raiseEvents(times: Float64Array, slots: Int32Array, watermark: Float64Array, from: number, to: number): number {
  let event = from
  for (; event < to; event++) {
    const slot = slots[event]
    if (slot < 0) continue
    if (watermark[event] > times[slot]) times[slot] = watermark[event]
    watermark[event] = times[slot]
  }
  return event
}

/** Raises a key's watermark to a read's as-of time. Returns false if the watermark is above it. */
function advanceTo(times: Float64Array, slot: number, asOf: number): boolean {
  if (slot < 0) return true
  if (asOf < times[slot]) return false
  times[slot] = asOf
  return true
}
