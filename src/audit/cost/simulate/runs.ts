import { Lags } from './lags.ts'
import type { Stretch } from './rate.ts'

/** Batch runs over a history. Times UTC ms, spans ms, work in core ms. */
export interface RunsAsked {
  /** When runs are due, in order. */
  readonly due: Float64Array
  /** What each has to read. */
  readonly events: Float64Array
  /** Core ms an event. */
  readonly service: number
  /** From when a run is begun until it reads its first event. */
  readonly start: number
  /** After which a run is to have ended; above 0. */
  readonly lasts: number
  /** Cores that there are at least. */
  readonly smallest: number
}

export interface Runs {
  /** With which the greatest run ends within `lasts`; Infinity where starting alone takes as long. */
  readonly cores: number
  /** With which it does if workers stay, so that nothing has to be started. */
  readonly coresKept: number
  /** Core ms that were held for runs, starting included; and those of them that were work. */
  readonly held: number
  readonly work: number
  /** From when a run was due until it had ended. */
  readonly lags: Lags
  /** Runs that began late, since the one before had not ended. */
  readonly late: number
}

/** Runs that start and then work on all cores at once, one after the other: a run waits for the one before. All have as many cores as the greatest of them needs. O(runs). */
export function batchRuns({ due, events, service, start, lasts, smallest }: RunsAsked): Runs {
  const most = events.reduce((most, count) => Math.max(most, count), 0) * service
  const cores = lasts > start ? Math.max(smallest, most / (lasts - start)) : Infinity
  const lags = new Lags()
  let [held, work, late, free] = [0, 0, 0, -Infinity]
  for (let run = 0; run < due.length; run++) {
    const begin = Math.max(due[run], free)
    if (begin > due[run]) late++
    const own = events[run] * service
    free = begin + start + own / cores
    held += start * cores + own
    work += own
    lags.add(free - due[run])
  }
  return { cores, coresKept: Math.max(smallest, most / lasts), held, work, lags, late }
}

/** What a run reads: a window anew, as far back as it reaches, ms, or Infinity for all there is; or only what has come since the run before. */
export type Reading = { readonly reach: number } | 'since the last'

/**
 * How many events each run reads, of those up to its time. A stretch that begins before the history is taken to have been as busy there as the history is in the mean, or the first runs would
 * look cheaper than those of any later month. `period` is the mean time between runs. O(n + runs).
 */
export function eventsOfRuns(arrival: Float64Array, due: Float64Array, reading: Reading, history: Stretch, period: number): Float64Array {
  const rate = arrival.length / (history.until - history.from)
  let [known, left] = [0, 0]
  return due.map((time, run) => {
    const before = known
    while (known < arrival.length && arrival[known] <= time) known++
    const asked = reading === 'since the last' ? (run === 0 ? period : 0) : reading.reach
    if (asked === Infinity) return known
    if (reading === 'since the last') left = before
    else while (left < known && arrival[left] <= time - reading.reach) left++
    return known - left + rate * Math.max(0, asked - (time - history.from))
  })
}
