/**
 * The progress of the attempts of one ledger: which of their events were queued, and up to which attempt the receiver knows all ends.
 *
 * Memory: the attempts after that one, since those before it are in `EmissionState`.
 */

/** The transition of an attempt that was queued last, that it was dropped, or that the receiver knows its end. */
export type Progress = 'begun' | 'ended' | 'dropped' | 'acknowledged'

export class AttemptProgress {
  readonly #progress = new Map<number, Progress>()

  /** Attempts in memory. */
  get size(): number {
    return this.#progress.size
  }

  get(number: number): Progress | undefined {
    return this.#progress.get(number)
  }

  set(number: number, progress: Progress): void {
    this.#progress.set(number, progress)
  }

  /** Notes that the receiver knows the end of an attempt. Returns the number up to which it knows all; 0 if there is none in memory. */
  acknowledge(number: number): number {
    this.set(number, 'acknowledged')
    let [firstOpen, last] = [Infinity, 0]
    for (const [other, progress] of this.#progress) {
      last = Math.max(last, other)
      if (progress !== 'acknowledged') firstOpen = Math.min(firstOpen, other)
    }
    const upTo = Math.min(firstOpen - 1, last)
    for (const other of this.#progress.keys()) if (other <= upTo) this.#progress.delete(other)
    return upTo
  }
}
