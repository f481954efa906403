/**
 * The ingestion delay of each source, ms: from the event time of its newest event to the arrival of its last event.
 *
 * The newest event is the event with the latest event time, so one straggler among punctual events changes nothing. The delay of a silent
 * source stays what it was. Costs one comparison for each event.
 */
import type { Block } from '../../columns/block.ts'

export class SourceDelays {
  readonly #sources = new Map<string, { newest: number; arrival: number }>()

  /** Adds the next events of a source. */
  add(source: string, { length, time, arrival }: Block): void {
    if (length === 0) return
    let known = this.#sources.get(source)
    if (!known) this.#sources.set(source, (known = { newest: -Infinity, arrival: 0 }))
    let { newest } = known
    for (let row = 0; row < length; row++) if (time[row] > newest) newest = time[row]!
    known.newest = newest
    known.arrival = arrival[length - 1]!
  }

  /** 0 before the first event. */
  of(source: string): number {
    const known = this.#sources.get(source)
    return known ? Math.max(0, known.arrival - known.newest) : 0
  }
}
