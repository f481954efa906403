/** Appends records by the producer of the client, which connects with the first record. */
import * as client from '@platformatic/kafka'
import type { NewRecord } from '../driver.ts'
import { kafkaError } from './errors.ts'

/** An idempotent producer repeats a request without end unless a number of retries above 1 is given. */
const RETRIES = 2
const RETRY_DELAY_MS = 100

export class RecordSender {
  readonly #settings: client.BaseOptions
  #producer: client.Producer | undefined

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
    })
    try {
      await this.#producer.send({
        messages: records.map(record => messageOf(topic, record)),
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
