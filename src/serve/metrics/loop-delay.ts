/**
 * Event loop delay as a histogram: how late a timer of 10 ms is called.
 *
 * A histogram only grows, so any number of scrapers read the same counts. Quantiles over any time come from the query:
 * `histogram_quantile(0.99, rate(spillway_event_loop_delay_seconds_bucket[5m]))`. Costs one short callback each 10 ms.
 */
import { Histogram, type Registry } from 'prom-client'
import { callEvery, stopwatch, type Clock, stageBuckets } from '../../base/index.ts'

const PERIOD_MS = 10

/** The histogram and its timer. */
export class LoopDelay {
  readonly #histogram: Histogram
  readonly #clock: Clock
  #last: number

  /** `clock` in milliseconds. */
  constructor(registry: Registry, clock: Clock = stopwatch) {
    this.#clock = clock
    this.#last = clock()
    this.#histogram = new Histogram({
      name: 'spillway_event_loop_delay_seconds',
      help: `How late the event loop called a timer of ${PERIOD_MS} ms. Every request waits for the same delay.`,
      buckets: [...stageBuckets],
      registers: [registry],
    })
  }

  /** Starts the timer; `stop` ends it. */
  start(): { stop(): void } {
    return callEvery(PERIOD_MS, () => this.measure())
  }

  /** Counts the delay of this call beyond one period after the last one. A timer may be a fraction of a millisecond early: 0. */
  measure(): void {
    const now = this.#clock()
    this.#histogram.observe(Math.max(0, now - this.#last - PERIOD_MS) / 1000)
    this.#last = now
  }
}
