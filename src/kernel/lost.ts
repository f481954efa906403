import { refusals } from '../aggregate/aggregate.ts'
import { widened } from './arena.ts'

/**
 * What a structure had to forget at a named limit: by slot, the newest time forgotten. A window that reaches it is
 * refused until its tail has passed it; nothing is ever computed from less.
 */
export class Lost {
  #newest = new Float64Array(0)
  /** False as long as nothing was forgotten: reads then need not look. */
  any = false

  get bytes(): number {
    return this.#newest.byteLength
  }

  grow(count: number): void {
    const known = this.#newest.length
    this.#newest = widened(this.#newest, count)
    this.#newest.fill(-Infinity, known)
  }

  lose(slot: number, time: number): void {
    this.any = true
    if (time > this.#newest[slot]) this.#newest[slot] = time
  }

  /** The refusal of a window of `slot` that starts at `start`, or 0. */
  refusal(slot: number, start: number): number {
    const newest = this.#newest[slot]
    return newest > -Infinity && newest >= start ? refusals.limit : 0
  }
}
