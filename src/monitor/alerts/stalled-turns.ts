/**
 * Judges whether a run commits turns: records that wait are ordinary back-pressure while others are committed. At a low rate no record waits
 * on a disk that hangs, since each is in a turn whose commit is under way; then the age of a commit shows it.
 */
import { durationText, limits } from '../../base/index.ts'
import { measureOf } from '../series/measures.ts'
import type { SeriesSample } from '../series/recorder.ts'

export class StalledTurns {
  /** When a turn was last committed, or nothing waited, UTC ms. */
  #moved: number

  constructor(started: number) {
    this.#moved = started
  }

  /** The problem at `now`, UTC ms, with so many records waiting, the newest sample, and the age of the oldest commit; `undefined` if there is none. */
  problemAt(now: number, waiting: number, { values }: SeriesSample, commitMs = 0): string | undefined {
    const hasCommitted = [...values].some(([series, value]) => measureOf(series) === 'events' && value > 0)
    if (waiting === 0 || hasCommitted) this.#moved = now
    const ms = now - this.#moved
    if (ms < limits.TURN_STALLED_MS)
      return commitMs < limits.TURN_STALLED_MS ? undefined : `the disk has committed nothing for ${durationText(commitMs)}`
    return `${waiting} records wait, and no turn has been committed for ${durationText(ms)}`
  }
}
