/**
 * A destination that appends deliveries to a topic of Kafka. Deliveries that arrive while a batch is under way share the next one, so a single
 * delivery waits for nothing, and many cost few requests.
 *
 * At least once: after an error some records of the batch may be in the topic. All attempts have one key in a header, by which readers
 * deduplicate.
 */
import { limits, thrownText } from '../base/index.ts'
import { ACKNOWLEDGED, type Delivery, type DeliveryOutcome, type Destination } from '../define/action/index.ts'
import { type KafkaDriver, KafkaError, type NewRecord } from '../kafka/index.ts'
import { effectRecord } from './kafka-records.ts'

interface WaitingDelivery {
  readonly record: NewRecord
  readonly bytes: number
  readonly signal: AbortSignal | undefined
  readonly settle: (outcome: DeliveryOutcome) => void
}

/** Destination of a topic. `open` opens a client, again after one has failed. `recordOf` makes the record of a delivery. */
export function kafkaDestination(
  topic: string,
  open: () => KafkaDriver,
  recordOf: (delivery: Delivery) => NewRecord = effectRecord,
): Destination {
  return new TopicDestination(topic, open, recordOf)
}

class TopicDestination implements Destination {
  readonly concurrency = limits.KAFKA_DELIVERIES_AT_ONCE
  readonly #topic: string
  readonly #open: () => KafkaDriver
  readonly #recordOf: (delivery: Delivery) => NewRecord
  #driver: KafkaDriver | undefined
  readonly #waiting: WaitingDelivery[] = []
  #sending: Promise<void> | undefined

  constructor(topic: string, open: () => KafkaDriver, recordOf: (delivery: Delivery) => NewRecord) {
    this.#topic = topic
    this.#open = open
    this.#recordOf = recordOf
  }

  deliver(delivery: Delivery): Promise<DeliveryOutcome> {
    const record = this.#recordOf(delivery)
    const bytes = Buffer.byteLength(record.value) + Buffer.byteLength(record.key ?? '')
    return new Promise(settle => {
      this.#waiting.push({ record, bytes, signal: delivery.signal, settle })
      this.#sending ??= this.#sendAll()
    })
  }

  async close(): Promise<void> {
    await this.#sending
    await this.#driver?.close()
    this.#driver = undefined
  }

  async #sendAll(): Promise<void> {
    while (this.#waiting.length > 0) await this.#sendBatch(this.#nextBatch())
    this.#sending = undefined
  }

  /** The first deliveries that are not given up, up to a size; one at least. */
  #nextBatch(): WaitingDelivery[] {
    let bytes = 0
    const end = this.#waiting.findIndex((delivery, i) => (bytes += delivery.bytes) > limits.KAFKA_SEND_BYTES && i > 0)
    const batch = this.#waiting.splice(0, end < 0 ? this.#waiting.length : end)
    for (const { signal, settle } of batch)
      if (signal?.aborted) settle({ kind: 'failed', why: 'its deadline had passed before it was sent' })
    return batch.filter(({ signal }) => !signal?.aborted)
  }

  async #sendBatch(batch: readonly WaitingDelivery[]): Promise<void> {
    if (batch.length === 0) return
    const error = await this.#errorOfSending(batch.map(({ record }) => record))
    // One record may be too large for its topic, and the others not.
    if (error?.kind === 'oversized' && batch.length > 1) for (const delivery of batch) await this.#sendBatch([delivery])
    else for (const { settle } of batch) settle(error ? this.#failure(error) : ACKNOWLEDGED)
  }

  async #errorOfSending(records: readonly NewRecord[]): Promise<KafkaError | undefined> {
    try {
      this.#driver ??= this.#open()
      await this.#driver.send(this.#topic, records)
      return undefined
    } catch (thrown) {
      const error = thrown instanceof KafkaError ? thrown : new KafkaError('protocol', thrownText(thrown, 'the client'), { cause: thrown })
      if (error.kind === 'unavailable' || error.kind === 'protocol') this.#abandonDriver()
      return error
    }
  }

  /** The client may have ended for good: the next batch opens another. */
  #abandonDriver(): void {
    const driver = this.#driver
    this.#driver = undefined
    driver?.close().catch(() => {})
  }

  #failure({ kind, message }: KafkaError): DeliveryOutcome {
    const why = `topic '${this.#topic}': ${message}`
    return { kind: 'failed', why, ...(kind === 'oversized' && { final: true }) }
  }
}
