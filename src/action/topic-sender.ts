/**
 * Appends records to a topic of Kafka. Records that come in one turn of the event loop, or while a batch is under way, share the next one: so many
 * cost few requests, and a single record waits for nothing else. After an error some records of the batch may be in the topic.
 */
import { limits, thrownText, yieldToEventLoop } from '../base/index.ts'
import { type KafkaDriver, KafkaError, type NewRecord, passingKinds } from '../kafka/index.ts'

/** `expired`: its signal was aborted before it was sent. */
export type SendResult = 'sent' | 'expired' | KafkaError

interface WaitingRecord {
  readonly record: NewRecord
  readonly bytes: number
  readonly signal: AbortSignal | undefined
  readonly settle: (result: SendResult) => void
}

export class TopicSender {
  readonly #topic: string
  readonly #open: () => KafkaDriver
  #driver: KafkaDriver | undefined
  readonly #waiting: WaitingRecord[] = []
  #sending: Promise<void> | undefined
  #isClosed = false

  /** `open` opens a client, again after one has failed. */
  constructor(topic: string, open: () => KafkaDriver) {
    this.#topic = topic
    this.#open = open
  }

  /** Never rejects. */
  send(record: NewRecord, signal?: AbortSignal): Promise<SendResult> {
    if (this.#isClosed) return Promise.resolve(new KafkaError('unavailable', 'it was closed'))
    const bytes = Buffer.byteLength(record.value) + Buffer.byteLength(record.key ?? '')
    return new Promise(settle => {
      this.#waiting.push({ record, bytes, signal, settle })
      this.#sending ??= this.#sendAll()
    })
  }

  /** Resolves once the records in flight have their results. Sends none any more. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#sending
    await this.#driver?.close()
    this.#driver = undefined
  }

  async #sendAll(): Promise<void> {
    // Those that come in the same turn share the first batch.
    await yieldToEventLoop()
    while (this.#waiting.length > 0) await this.#sendBatch(this.#nextBatch())
    this.#sending = undefined
  }

  /** The first records that are not given up, up to a size; one at least. */
  #nextBatch(): WaitingRecord[] {
    let bytes = 0
    const end = this.#waiting.findIndex((waiting, i) => (bytes += waiting.bytes) > limits.KAFKA_SEND_BYTES && i > 0)
    const batch = this.#waiting.splice(0, end < 0 ? this.#waiting.length : end)
    for (const { signal, settle } of batch) if (signal?.aborted) settle('expired')
    return batch.filter(({ signal }) => !signal?.aborted)
  }

  async #sendBatch(batch: readonly WaitingRecord[]): Promise<void> {
    if (batch.length === 0) return
    const error = await this.#errorOfSending(batch.map(({ record }) => record))
    // One record may be too large for its topic, and the others not.
    if (error?.kind === 'oversized' && batch.length > 1) for (const waiting of batch) await this.#sendBatch([waiting])
    else for (const { settle } of batch) settle(error ?? 'sent')
  }

  async #errorOfSending(records: readonly NewRecord[]): Promise<KafkaError | undefined> {
    try {
      this.#driver ??= this.#open()
      await this.#driver.send(this.#topic, records)
      return undefined
    } catch (thrown) {
      const error = thrown instanceof KafkaError ? thrown : new KafkaError('protocol', thrownText(thrown, 'the client'), { cause: thrown })
      if (passingKinds.has(error.kind)) this.#abandonDriver()
      return error
    }
  }

  /** The client may have ended for good: the next batch opens another. */
  #abandonDriver(): void {
    const driver = this.#driver
    this.#driver = undefined
    driver?.close().catch(() => {})
  }
}
