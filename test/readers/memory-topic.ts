/** A topic in memory with partitions, and its reader: a reference that keeps the contract, as a broker's client would. */
import type { SourceReaderHarness } from '../../src/testing/conformance/source-reader-harness.ts'
import type { ReadBatch, ReadContext, ReaderLag, SourceReader } from '../../src/sources/reader/source-reader.ts'

/** Records of a full batch. */
export const TOPIC_BATCH = 8

export interface NumberRecord {
  readonly n: number
}

/** Numbers by partition, and the reader that reads them now. */
export class MemoryTopic implements SourceReaderHarness {
  readonly partitions: readonly string[]
  readonly logs: ReadonlyMap<string, number[]>
  isDamaged = false
  count = 0
  readonly #readers = new Set<TopicReader>()
  #wake: () => void = () => {}
  #changed = new Promise<void>(() => {})

  constructor(partitions: readonly string[] = ['a', 'b']) {
    this.partitions = partitions
    this.logs = new Map(partitions.map(partition => [partition, []]))
    this.#renew()
  }

  open(): SourceReader {
    return new TopicReader(this)
  }

  append(numbers: readonly number[], partition: string): void {
    this.logs.get(partition)!.push(...numbers)
    this.change()
  }

  numberOf({ n }: NumberRecord): number {
    return n
  }

  recordsTaken(): number {
    return this.count
  }

  damage(): void {
    this.isDamaged = true
  }

  revoke(partition: string): void {
    for (const reader of this.#readers) reader.revoke(partition)
  }

  assign(partition: string): void {
    // A reader whose run has failed is over.
    for (const reader of this.#readers) reader.assign(partition).catch(() => {})
  }

  /** Records of a partition from an offset on. */
  recordsFrom(partition: string, from: number): readonly NumberRecord[] {
    if (this.isDamaged) throw new Error('the topic is damaged')
    const numbers = this.logs.get(partition)!.slice(from, from + TOPIC_BATCH)
    this.count += numbers.length
    return numbers.map(n => ({ n }))
  }

  /** Resolves at the next change. */
  get changed(): Promise<void> {
    return this.#changed
  }

  change(): void {
    this.#wake()
    this.#renew()
  }

  begin(reader: TopicReader): void {
    this.#readers.add(reader)
  }

  end(reader: TopicReader): void {
    this.#readers.delete(reader)
  }

  #renew(): void {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#changed = promise
    this.#wake = resolve
  }
}

class TopicReader implements SourceReader {
  readonly name = 'topic'
  readonly #topic: MemoryTopic
  /** Offsets of the next records, by assigned partition. */
  readonly #next = new Map<string, number>()
  #context: ReadContext | undefined
  #revoked: Promise<void> = Promise.resolve()

  constructor(topic: MemoryTopic) {
    this.#topic = topic
  }

  async *read(context: ReadContext): AsyncGenerator<ReadBatch> {
    this.#context = context
    this.#topic.begin(this)
    const stop = () => this.#topic.change()
    context.signal.addEventListener('abort', stop, { once: true })
    try {
      await Promise.all(this.#topic.partitions.map(partition => this.assign(partition)))
      while (!context.signal.aborted) {
        const { changed } = this.#topic
        let isEnd = true
        for (const [partition, offset] of this.#next) {
          const records = this.#topic.recordsFrom(partition, offset)
          if (records.length === 0) continue
          isEnd = false
          this.#next.set(partition, offset + records.length)
          yield { records, partition, position: String(offset + records.length) }
        }
        if (isEnd && !context.follow) return
        if (isEnd) await changed
      }
    } finally {
      context.signal.removeEventListener('abort', stop)
      this.#topic.end(this)
    }
  }

  async measureLag(committedPosition: (partition?: string) => string | undefined): Promise<ReadonlyMap<string, ReaderLag>> {
    return new Map(
      [...this.#next.keys()].map(partition => {
        const position = Number(committedPosition(partition) ?? 0)
        const end = this.#topic.logs.get(partition)!.length
        return [partition, { position, end, lag: end - position, unit: 'records' }]
      }),
    )
  }

  revoke(partition: string): void {
    this.#next.delete(partition)
    this.#revoked = this.#context!.revoke([partition])
  }

  async assign(partition: string): Promise<void> {
    await this.#revoked
    this.#context!.assign([partition])
    this.#next.set(partition, Number(this.#context!.committedPosition(partition) ?? 0))
    this.#topic.change()
  }
}
