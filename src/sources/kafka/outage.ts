/** Decides which errors of a cluster a reader waits out, and how long it waits. Each outage is one warning, and its end another. */
import { limits, pause, stopwatch } from '../../base/index.ts'
import { KafkaError } from '../../kafka/index.ts'

const FIRST_PAUSE_MS = 100

export class Outage {
  readonly #missingMs: number
  readonly #warn: (problem: string) => void
  #isAway = false
  #pauseMs = FIRST_PAUSE_MS
  #missingSince: number | undefined

  /** `missingMs`: time that a topic may be missing. `warn` adds the name of the source. */
  constructor(missingMs: number, warn: (problem: string) => void) {
    this.#missingMs = missingMs
    this.#warn = warn
  }

  /**
   * The cluster answers, and records come. A description of the topic alone does not count: while the leader of a partition is away, other
   * brokers describe it.
   */
  end(): void {
    if (this.#isAway) this.#warn('Kafka is reachable again')
    this.#isAway = false
    this.#pauseMs = FIRST_PAUSE_MS
    this.#missingSince = undefined
  }

  /** True for an error that may pass. */
  mayPass(error: unknown): boolean {
    if (!(error instanceof KafkaError)) return false
    const { kind, message } = error
    // Its positions are compared with the new topic.
    if (kind === 'replaced') return true
    if (kind === 'missing') {
      this.#missingSince ??= stopwatch()
      if (stopwatch() - this.#missingSince >= this.#missingMs) return false
    } else if (kind !== 'unavailable') return false
    if (!this.#isAway) this.#warn(kind === 'missing' ? `${message}; looking for it again` : `Kafka is unreachable; retrying: ${message}`)
    this.#isAway = true
    return true
  }

  /** Waits before the next attempt, longer each time. */
  async wait(signal: AbortSignal): Promise<void> {
    await pause(this.#pauseMs, signal)
    this.#pauseMs = Math.min(this.#pauseMs * 2, limits.KAFKA_RETRY_MS_MAX)
  }
}
