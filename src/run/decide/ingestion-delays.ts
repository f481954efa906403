/**
 * The ingestion delay of each source, ms: from the event time of its newest event to the arrival of its last event.
 *
 * The newest event is the event with the latest event time, so one straggler among punctual events changes nothing. The delay of a silent
 * source stays what it was. Costs one comparison for each event.
 */
import type { Block } from '../../columns/index.ts'

export class IngestionDelays {
  readonly #sources = new Map<string, { newest: number; arrival: number }>()

  /** Adds the next events of a source. */
  add(source: string, { length, time, arrival }: Block): void {
    if (length === 0) return
    let state = this.#sources.get(source)
    if (!state) this.#sources.set(source, (state = { newest: -Infinity, arrival: 0 }))
    let { newest } = state
    for (let row = 0; row < length; row++) if (time[row] > newest) newest = time[row]!
    state.newest = newest
    state.arrival = arrival[length - 1]!
  }

  /** 0 before the first event. */
  delayOf(source: string): number {
    const state = this.#sources.get(source)
    return state ? Math.max(0, state.arrival - state.newest) : 0
  }
}
