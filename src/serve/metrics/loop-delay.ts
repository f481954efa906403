/**
 * The delay of the event loop as a histogram: how late each beat of a timer came. A histogram only grows, so any number of scrapers read the same figures, and
 * quantiles over any time are the query's: `histogram_quantile(0.99, rate(spillway_event_loop_delay_seconds_bucket[5m]))`. Costs one short callback in 10 ms.
 */
import { Histogram, type Registry } from 'prom-client'
import { every, stopwatch, type Clock } from '../../base/clock.ts'
import { stageBuckets } from '../../base/stage-buckets.ts'

const BEAT_MS = 10

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
      help: `How late the event loop called a timer of ${BEAT_MS} ms: what holds it up holds up every request.`,
      buckets: [...stageBuckets],
      registers: [registry],
    })
  }

  /** Begins to beat; `stop` ends it. */
  start(): { stop(): void } {
    return every(BEAT_MS, () => this.beat())
  }

  /** Counts by how much this beat is later than a period behind the last one; a timer may come a fraction of a millisecond early. */
  beat(): void {
    const now = this.#clock()
    this.#histogram.observe(Math.max(0, now - this.#last - BEAT_MS) / 1000)
    this.#last = now
  }
}
