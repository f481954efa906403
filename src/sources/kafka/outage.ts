/** Decides which errors of a cluster a reader waits out, and how long it waits. Each outage is one warning, and its end another. */
import { limits, pause, stopwatch } from '../../base/index.ts'
import { KafkaError } from '../../kafka/index.ts'

const FIRST_PAUSE_MS = 100
/** A broker that denies a fetch does so at once. */
const DENIED_WITHIN_MS = 2000

export class Outage {
  readonly #missingMs: number
  readonly #warn: (problem: string) => void
  #kind: 'away' | 'denied' | undefined
  #hasRead = false
  #pauseMs = FIRST_PAUSE_MS
  #missingSince: number | undefined

  /** `missingMs`: time that a topic may be missing. `warn` adds the name of the source. */
  constructor(missingMs: number, warn: (problem: string) => void) {
    this.#missingMs = missingMs
    this.#warn = warn
  }

  /** Time after which a fetch without an error and without records shows that the outage is over, ms. */
  get settledMs(): number {
    // A leader that is away is noticed within this time.
    return this.#kind === 'away' ? limits.KAFKA_CONNECT_MS + limits.KAFKA_REQUEST_MS : DENIED_WITHIN_MS
  }

  /**
   * The cluster answers, and records come. A description of the topic alone does not count: while the leader of a partition is away, other
   * brokers describe it, and a client may be allowed to describe what it may not read.
   */
  end(): void {
    if (this.#kind) this.#warn(this.#kind === 'denied' ? 'Kafka grants access again' : 'Kafka is reachable again')
    this.#kind = undefined
    this.#hasRead = true
    this.#pauseMs = FIRST_PAUSE_MS
    this.#missingSince = undefined
  }

  /** The cluster describes the topic. */
  found(): void {
    this.#missingSince = undefined
  }

  /** True for an error that may pass. Access may be granted again to a client that had it, but not to one that never did. */
  mayPass(error: unknown): boolean {
    if (!(error instanceof KafkaError)) return false
    const { kind, message } = error
    // Whatever else comes in between, the topic is missing anew: a broker that boots, again and again, does not know it each time.
    if (kind !== 'missing') this.#missingSince = undefined
    switch (kind) {
      case 'replaced':
        // Its positions are compared with the new topic.
        return true
      case 'denied':
      case 'no-credentials':
        if (this.#hasRead) this.#begin('denied', `Kafka denies access; waiting until it is granted again: ${message}`)
        return this.#hasRead
      case 'missing':
        this.#missingSince ??= stopwatch()
        if (stopwatch() - this.#missingSince >= this.#missingMs) return false
        this.#begin('away', `${message}; looking for it again`)
        return true
      case 'unavailable':
        this.#begin('away', `Kafka is unreachable; retrying: ${message}`)
        return true
      case 'fenced':
      case 'out-of-range':
      case 'truncated':
      case 'corrupt':
      case 'oversized':
      case 'rejected':
      case 'protocol':
        return false
    }
  }

  #begin(kind: 'away' | 'denied', warning: string): void {
    if (this.#kind !== kind) this.#warn(warning)
    this.#kind = kind
  }

  /** Waits before the next attempt, longer each time. */
  async wait(signal: AbortSignal): Promise<void> {
    await pause(this.#pauseMs, signal)
    this.#pauseMs = Math.min(this.#pauseMs * 2, limits.KAFKA_RETRY_MS_MAX)
  }
}
