/** Appends records by the producer of the client, which connects with the first record. */
import * as client from '@platformatic/kafka'
import { limits, withDeadline } from '../../base/index.ts'
import { KafkaError, type NewRecord } from '../port/driver.ts'
import { kafkaError } from './errors.ts'

/** An idempotent producer repeats a request without end unless a number of retries above 1 is given. */
const RETRIES = 2
const RETRY_DELAY_MS = 100
/** Answers of a broker for which the acknowledgement of a batch waits at most. The client's own retries would take ten and more. */
const ANSWERS_MAX = 2

export class RecordSender {
  readonly #settings: client.BaseOptions
  #producer: client.Producer | undefined

  constructor(settings: client.BaseOptions) {
    this.#settings = settings
  }

  /** Throws `unavailable` for records that are not acknowledged in time: they may be in the topic all the same. */
  async send(topic: string, records: readonly NewRecord[]): Promise<void> {
    const { requestTimeout = limits.KAFKA_REQUEST_MS } = this.#settings
    const ms = ANSWERS_MAX * requestTimeout
    this.#producer ??= new client.Producer({
      ...this.#settings,
      idempotent: true,
      retries: RETRIES,
      retryDelay: RETRY_DELAY_MS,
      partitioner: client.compatibilityPartitioner,
    })
    const sent = this.#producer.send({ messages: records.map(record => messageOf(topic, record)) })
    try {
      await withDeadline(sent, ms, () => {
        throw new KafkaError('unavailable', `the records were not acknowledged within ${ms} ms`)
      })
    } catch (error) {
      throw kafkaError(error)
    }
  }

  async close(): Promise<void> {
    await this.#producer?.close()
  }
}

function messageOf(topic: string, { key, value, headers }: NewRecord): client.MessageToProduce {
  const named = Object.entries(headers).map(([name, text]) => [Buffer.from(name), Buffer.from(text)] as const)
  return { topic, ...(key !== undefined && { key: Buffer.from(key) }), value: Buffer.from(value), headers: new Map(named) }
}
