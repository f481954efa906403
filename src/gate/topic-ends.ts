/**
 * Samples the ends of a gate's topics for its metrics: how many raw records are not decided yet, and for how long a transaction has been open.
 *
 * A transaction is open where a reader of committed records cannot reach the last record. Its age counts from the first sample that finds it. That of a
 * gate that is gone ends when its successor starts, or else when Kafka finds it older than `KAFKA_TRANSACTION_MS`; that of a producer holds back the gate until Kafka ends it.
 */
import type { Clock } from '../base/index.ts'
import { type KafkaDriver, partitionEnds } from '../kafka/index.ts'

interface OpenTransaction {
  /** The first offset that readers of committed records do not reach. */
  readonly offset: number
  /** UTC ms. */
  readonly since: number
}

export class TopicEnds {
  readonly #topics: readonly string[]
  readonly #clock: Clock
  /** Offsets behind the last records of the first topic, by partition. */
  #rawEnds: ReadonlyMap<number, number> = new Map()
  /** By topic and partition. */
  readonly #open = new Map<string, ReadonlyMap<number, OpenTransaction>>()

  /** The raw topic comes first. */
  constructor(topics: readonly string[], clock: Clock) {
    this.#topics = topics
    this.#clock = clock
  }

  async sample(driver: KafkaDriver, partitions: readonly number[]): Promise<void> {
    for (const topic of this.#topics) {
      const { latest, stable } = await partitionEnds(driver, topic, partitions)
      if (topic === this.#topics[0]) this.#rawEnds = latest
      const before = this.#open.get(topic)
      const open = new Map<number, OpenTransaction>()
      for (const [partition, offset] of stable) {
        if (offset >= latest.get(partition)!) continue
        const known = before?.get(partition)
        open.set(partition, known?.offset === offset ? known : { offset, since: this.#clock() })
      }
      this.#open.set(topic, open)
    }
  }

  /** Records behind the offset `next` of the raw topic; undefined before the first sample. */
  lagOf(partition: number, next: number): number | undefined {
    const end = this.#rawEnds.get(partition)
    return end === undefined ? undefined : Math.max(0, end - next)
  }

  /** Age of the oldest open transaction of each topic, ms; 0 if none is open. */
  openTransactions(): (readonly [topic: string, ageMs: number])[] {
    const now = this.#clock()
    return [...this.#open].map(([topic, open]) => [topic, Math.max(0, ...[...open.values()].map(({ since }) => now - since))] as const)
  }
}
