/** The lag of a reader of a topic, from the ends of its partitions. */
import type { ReaderLag } from '../reader/source-reader.ts'
import type { TopicSession } from './topic-session.ts'

export class TopicLag {
  readonly #latest: ReadonlyMap<number, number>
  readonly #stable: ReadonlyMap<number, number>

  private constructor(latest: ReadonlyMap<number, number>, stable: ReadonlyMap<number, number>) {
    this.#latest = latest
    this.#stable = stable
  }

  /** Looks for the ends of partitions. Two requests. */
  static async measure({ driver, topicName }: TopicSession, partitions: readonly number[]): Promise<TopicLag> {
    // In this order, so that a transaction that is committed in between does not count.
    const latest = await driver.offsets(topicName, partitions, 'latest')
    return new TopicLag(latest, await driver.offsets(topicName, partitions, 'stable'))
  }

  /** `position`: the offset of the next record. */
  of(partition: number, position: number): ReaderLag {
    const end = Math.max(position, this.#latest.get(partition)!)
    const readable = Math.max(position, this.#stable.get(partition)!)
    return { position, end, lag: end - position, unit: 'records', inTransaction: Math.max(0, end - readable) }
  }
}
