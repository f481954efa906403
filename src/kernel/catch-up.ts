/**
 * Events of the log given again to a kernel whose slots were restored as of different sequences: each slot skips what it has.
 *
 * A slot is complete up to its slice's sequence; keys that are in no slice have none of their events. Costs a look at each
 * event, and nothing once the last slice is passed.
 */
export class CatchUp {
  /** By slot: complete up to this sequence, inclusive. */
  readonly #complete: Float64Array
  /** The lowest sequence of a slice: replay starts behind it. */
  readonly lowest: number
  readonly #highest: number

  constructor(complete: Float64Array, lowest: number) {
    this.#complete = complete
    this.lowest = lowest
    this.#highest = complete.reduce((a, b) => Math.max(a, b), lowest)
  }

  /** Are all slots as complete as the events before `sequence` make them? */
  isOver(sequence: number): boolean {
    return sequence > this.#highest
  }

  /** Takes the events that their slots have already out of `slots`; row i has the sequence `sequence[from + i]`. */
  mask(slots: Int32Array, sequence: Float64Array, from: number): void {
    const complete = this.#complete
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i]
      if (slot >= 0 && slot < complete.length && sequence[from + i] <= complete[slot]) slots[i] = -1
    }
  }
}
