/** Appends records by the producer of the client, which connects with the first record. */
import * as client from '@platformatic/kafka'
import type { NewRecord } from '../driver.ts'
import { kafkaError } from './errors.ts'

type TextProducer = client.Producer<string, string, string, string>

/** An idempotent producer repeats a request without end unless a number of retries above 1 is given. */
const RETRIES = 2
const RETRY_DELAY_MS = 100

export class RecordSender {
  readonly #settings: client.BaseOptions
  #producer: TextProducer | undefined

  constructor(settings: client.BaseOptions) {
    this.#settings = settings
  }

  async send(topic: string, records: readonly NewRecord[]): Promise<void> {
    this.#producer ??= new client.Producer({
      ...this.#settings,
      idempotent: true,
      retries: RETRIES,
      retryDelay: RETRY_DELAY_MS,
      partitioner: client.compatibilityPartitioner,
      serializers: client.stringSerializers,
    })
    try {
      await this.#producer.send({
        messages: records.map(record => ({ topic, ...record, headers: new Map(Object.entries(record.headers)) })),
      })
    } catch (error) {
      throw kafkaError(error)
    }
  }

  async close(): Promise<void> {
    await this.#producer?.close()
  }
}
