/** Writes numbered records to a topic all the time, in batches of any size and codec. */
import { pause } from '../../src/base/clock.ts'
import type { Draw } from '../property/generate/draw.ts'
import { type BrokerTopics, type Codec } from './brokers.ts'
import { rowOf } from './topic-run.ts'

const codecs: readonly Codec[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd']
const BATCH_MAX = 40
const PAUSE_MS = 10

export class TopicWriter {
  /** The last number that was written, or is being written. */
  last = 0
  readonly #over: Promise<void>
  #isStopped = false

  constructor(topics: BrokerTopics, topic: string, partitions: number, draw: Draw) {
    this.#over = this.#write(topics, topic, partitions, draw)
  }

  async #write(topics: BrokerTopics, topic: string, partitions: number, draw: Draw): Promise<void> {
    while (!this.#isStopped) {
      const values = Array.from({ length: draw.between(1, BATCH_MAX) }, () => rowOf(++this.last))
      await topics.append(topic, draw.between(0, partitions - 1), values, draw.pick(codecs))
      await pause(draw.between(0, PAUSE_MS))
    }
  }

  /** Resolves once everything is written. */
  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#over
  }
}
