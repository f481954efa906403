/** Latencies from the due time that a text contains, in the process that sees its end. */
import { pause, stopwatch } from '../../src/base/clock.ts'
import { sharedClock } from './shared-clock.ts'

/** Latencies of records, and the work of this process meanwhile. */
export interface DecidedRecords {
  readonly ms: Float64Array
  /** Of all threads. */
  readonly cpuMs: number
  readonly seconds: number
  /** Unexpected reports. */
  readonly reports: readonly string[]
}

const POLL_MS = 20
/** Waiting for the last records ends after this: then some are missing. */
const PATIENCE_MS = 60_000

/** Collects latencies. */
export class DueTimes {
  readonly reports: string[] = []
  #ms: number[] = []
  #cpu = process.cpuUsage()
  #since = stopwatch()

  /** Ends now, for a text with a field `due`. */
  add(text: string): void {
    const due = Number(/"due":([\d.]+)/.exec(text)?.[1])
    this.#ms.push(sharedClock() - due)
  }

  /** Waits for so many records since the last call. */
  async until(count: number): Promise<DecidedRecords> {
    const end = stopwatch() + PATIENCE_MS
    while (this.#ms.length < count && stopwatch() < end && this.reports.length === 0) await pause(POLL_MS)
    const { user, system } = process.cpuUsage(this.#cpu)
    const found = {
      ms: Float64Array.from(this.#ms),
      cpuMs: (user + system) / 1000,
      seconds: (stopwatch() - this.#since) / 1000,
      reports: [...this.reports],
    }
    this.#ms = []
    this.#cpu = process.cpuUsage()
    this.#since = stopwatch()
    return found
  }
}
