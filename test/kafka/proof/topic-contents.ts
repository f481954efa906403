/** The records of a topic as a test reads them, again and again while others write. */
import { type FetchedRecords, type KafkaDriver, KafkaError } from '../../../src/kafka/index.ts'
import { openKafkaDriver } from '../../../src/kafka/open-driver.ts'
import { headersOf } from '../../../src/kafka/records/record-set.ts'

export interface ObservedRecord {
  readonly offset: number
  /** Of the record, UTC ms. */
  readonly timestamp: number
  readonly value: string
  readonly headers: Readonly<Record<string, string>>
}

/** A client that is opened anew once its broker was away. */
export class TopicObserver {
  readonly #address: string
  #driver: KafkaDriver | undefined
  /** Why the broker was not reached the last time. */
  problem: string | undefined

  constructor(address: string) {
    this.#address = address
  }

  /** Returns false if the broker is away. */
  async tryTo(work: (driver: KafkaDriver) => Promise<void>): Promise<boolean> {
    this.#driver ??= openKafkaDriver({ brokers: [this.#address], clientId: 'test' })
    try {
      await work(this.#driver)
      return true
    } catch (error) {
      // A broker that starts does not know its topics yet.
      if (!(error instanceof KafkaError)) throw error
      this.problem = error.message
      await this.close()
      return false
    }
  }

  async close(): Promise<void> {
    const driver = this.#driver
    this.#driver = undefined
    await driver?.close().catch(() => {})
  }
}

export class TopicContents {
  /** By partition, in order. */
  readonly records: readonly ObservedRecord[][]
  readonly #topic: string
  readonly #isCommittedOnly: boolean
  readonly #next: number[]

  constructor(topic: string, partitions: number, { isCommittedOnly }: { readonly isCommittedOnly: boolean }) {
    this.#topic = topic
    this.#isCommittedOnly = isCommittedOnly
    this.records = Array.from({ length: partitions }, () => [])
    this.#next = this.records.map(() => 0)
  }

  /** All records of all partitions. */
  get all(): readonly ObservedRecord[] {
    return this.records.flat()
  }

  /** Number of different values. */
  get distinct(): number {
    return new Set(this.all.map(({ value }) => value)).size
  }

  /** Reads on up to the present end. */
  async refresh(driver: KafkaDriver): Promise<void> {
    const partitions = [...this.records.keys()]
    const ends = await driver.offsets(this.#topic, partitions, this.#isCommittedOnly ? 'stable' : 'latest')
    const unread = new Set(partitions.filter(partition => this.#next[partition] < ends.get(partition)!))
    if (unread.size === 0) return
    const fetch = driver.fetch(this.#topic, { isCommittedOnly: this.#isCommittedOnly, maxBytes: 1 << 24 })
    try {
      for (const partition of unread) fetch.assign(partition, { offset: this.#next[partition], epoch: -1 })
      while (unread.size > 0) {
        const fetched = await fetch.next()
        if (!fetched) throw new KafkaError('unavailable', 'the connection was closed')
        const { partition, next } = fetched
        this.#add(fetched)
        this.#next[partition] = next
        if (next >= ends.get(partition)!) unread.delete(partition)
      }
    } finally {
      await fetch.close()
    }
  }

  #add({ partition, records }: FetchedRecords): void {
    const { count, offsets, timestamps, values, bytes } = records
    for (let row = 0; row < count; row++) {
      const headers = Object.fromEntries(headersOf(records, row).map(({ name, value }) => [name, String(value)]))
      const value = bytes.toString('utf8', values[2 * row], values[2 * row + 1])
      this.records[partition].push({ offset: offsets[row], timestamp: timestamps[row], value, headers })
    }
  }
}
