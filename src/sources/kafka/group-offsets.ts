/**
 * Stores committed offsets in a consumer group that has no members, at most once a second, so that tools of Kafka show the lag of a run. The
 * positions of the run are in its data folder; a group that cannot be written is behind for tools alone.
 */
import { limits, stopwatch, withDeadline } from '../../base/index.ts'
import type { KafkaDriver } from '../../kafka/index.ts'

const STORE_EVERY_MS = 1000

export class GroupOffsets {
  readonly #group: string
  readonly #topic: string
  /** Committed offsets that are not stored. */
  readonly #unstored = new Map<number, number>()
  #storedAt = -Infinity
  #storing: Promise<void> | undefined

  constructor(group: string, topic: string) {
    this.#group = group
    this.#topic = topic
  }

  /** Notes a committed offset. Stores it with the next ones, unless the last time is long ago. */
  commit(partition: number, offset: number, driver: KafkaDriver | undefined): void {
    this.#unstored.set(partition, offset)
    if (stopwatch() - this.#storedAt >= STORE_EVERY_MS) this.store(driver)
  }

  /** Stores what is not stored yet, unless it is being stored. */
  store(driver: KafkaDriver | undefined): void {
    if (!driver || this.#storing || this.#unstored.size === 0) return
    this.#storedAt = stopwatch()
    const offsets = new Map(this.#unstored)
    this.#unstored.clear()
    this.#storing = driver
      .commitOffsets(this.#group, this.#topic, offsets)
      .catch(() => {
        for (const [partition, offset] of offsets) if (!this.#unstored.has(partition)) this.#unstored.set(partition, offset)
      })
      .finally(() => (this.#storing = undefined))
  }

  /** Stores the last offsets. Resolves without an error, and does not wait long. */
  async flush(driver: KafkaDriver): Promise<void> {
    const flushed = (async () => {
      await this.#storing
      this.store(driver)
      await this.#storing
    })()
    await withDeadline(flushed, limits.KAFKA_CLOSE_MS, () => {})
  }
}
