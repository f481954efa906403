/**
 * Replays the log into a kernel whose slots were restored as of different sequences: each slot skips the events that it already has.
 *
 * A slot is complete up to its slice's sequence. A key outside every slice has none of its events. Cost: one comparison per event,
 * and nothing after the last slice is passed.
 */
export class CatchUp {
  /** By slot: the sequence up to which it is complete, inclusive. */
  readonly #complete: Float64Array
  /** The lowest sequence of a slice; the replay starts after it. */
  readonly lowest: number
  /** The highest; no later event is skipped. */
  readonly highest: number

  constructor(complete: Float64Array, lowest: number) {
    this.#complete = complete
    this.lowest = lowest
    this.highest = complete.reduce((a, b) => Math.max(a, b), lowest)
  }

  /** Sets `slots` to −1 for events that their slots already have; row i has the sequence `sequence[from + i]`. */
  skipRestored(slots: Int32Array, sequence: Float64Array, from: number): void {
    if (slots.length === 0 || sequence[from] > this.highest) return
    const complete = this.#complete
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i]
      if (slot >= 0 && slot < complete.length && sequence[from + i] <= complete[slot]) slots[i] = -1
    }
  }
}
