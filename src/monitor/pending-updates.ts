/**
 * Updates of alerts whose commit is under way, oldest first. A disk that hangs settles none of them: their age shows it, and it is the reason
 * to notify receivers without a commit.
 *
 * Ages are counted in samples, so no clock that is set changes them. Memory: an update for each sample while the disk hangs.
 */
import { limits } from '../base/index.ts'
import type { AlertUpdate } from './alerts/alert-book.ts'

interface PendingUpdate {
  readonly update: AlertUpdate
  /** Samples since its own. */
  samples: number
  hasNotified: boolean
}

export class PendingUpdates {
  readonly #pending = new Set<PendingUpdate>()

  /** Counts a sample. Returns the age of the oldest commit that is under way, ms; 0 if there is none. */
  countSample(): number {
    for (const pending of this.#pending) pending.samples++
    const [oldest] = this.#pending
    return oldest ? oldest.samples * limits.SERIES_SAMPLE_MS : 0
  }

  /** Adds the update of a sample. */
  add(update: AlertUpdate): PendingUpdate {
    const pending = { update, samples: 0, hasNotified: false }
    this.#pending.add(pending)
    return pending
  }

  /** Removes an update that is durable. Returns whether receivers are still to be notified of it. */
  remove(pending: PendingUpdate): boolean {
    this.#pending.delete(pending)
    return !pending.hasNotified
  }

  get updates(): AlertUpdate[] {
    return [...this.#pending].map(({ update }) => update)
  }

  /** The updates of which nobody was notified. From now on somebody is. */
  notify(): AlertUpdate[] {
    const unknown = [...this.#pending].filter(({ hasNotified }) => !hasNotified)
    for (const pending of unknown) pending.hasNotified = true
    return unknown.map(({ update }) => update)
  }
}
