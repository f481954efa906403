/** The writes of one partition of a gate: outcomes wait until a transaction has as many bytes as its topics take at once. */
import { limits, sumBy } from '../base/index.ts'
import { KafkaError, type PlacedRecord, type TransactionWriter, type WriterIdentity } from '../kafka/index.ts'
import { recordBytes } from './gate-records.ts'
import type { CheckedRecord } from './partition-check.ts'

/** State of a partition of a gate that lasts from one beginning to the next. */
export class PartitionMemory {
  /** The identity of its writer, as which it begins anew: so it does not take over from a newer gate. */
  identity: WriterIdentity | undefined
  /** Beginnings that have ended without an answer to their request for a new writer, before the first that got one. */
  unanswered = 0
  /** Offset of the next raw record, behind those that this process has decided; −1 before the first. */
  decided = -1
  /** Id of the raw topic that it reads, in the form of Kafka's tools. Undefined before the first beginning, and without ids of topics. */
  rawTopicId: string | undefined
  /** Bytes that a transaction may have; less once a topic has taken less. */
  sendBytes: number = limits.KAFKA_SEND_BYTES
  /** Offsets of raw records whose outcomes a topic does not take. */
  readonly oversized = new Set<number>()
}

export class GateWrites {
  readonly #writer: TransactionWriter
  readonly #memory: PartitionMemory
  readonly #onWritten: (outcomes: readonly CheckedRecord[]) => void
  #records: PlacedRecord[] = []
  #outcomes: CheckedRecord[] = []
  #bytes = 0

  /** `onWritten` receives outcomes once they are durable. */
  constructor(writer: TransactionWriter, memory: PartitionMemory, onWritten: (outcomes: readonly CheckedRecord[]) => void) {
    this.#writer = writer
    this.#memory = memory
    this.#onWritten = onWritten
  }

  /** Adds the records of an outcome, which are in one transaction. Writes those before them if all would be too many bytes. @throws as `flush` does. */
  async add(outcome: CheckedRecord, records: readonly PlacedRecord[]): Promise<void> {
    const bytes = sumBy(records, recordBytes)
    if (this.#bytes > 0 && this.#bytes + bytes > this.#memory.sendBytes) await this.flush()
    this.#outcomes.push(outcome)
    this.#records.push(...records)
    this.#bytes += bytes
  }

  /** Writes all that waits in one transaction. @throws as `TransactionWriter.write` does, but `unavailable` where the next beginning can tell more. */
  async flush(): Promise<void> {
    try {
      if (this.#records.length > 0) await this.#writer.write(this.#records)
    } catch (error) {
      throw error instanceof KafkaError ? this.#explained(error) : error
    }
    for (const { number } of this.#outcomes) this.#memory.oversized.delete(number)
    this.#onWritten(this.#outcomes)
    this.#records = []
    this.#outcomes = []
    this.#bytes = 0
  }

  #explained(cause: KafkaError): KafkaError {
    // The next beginning finds out which: a successor fences it then too.
    if (cause.kind === 'fenced')
      return new KafkaError('unavailable', 'another gate has taken over, or the coordinator has aborted the transaction', { cause })
    return cause.kind === 'oversized' ? this.#divided(cause) : cause
  }

  /** The next beginning writes less at once, or rejects the one raw record. */
  #divided(cause: KafkaError): KafkaError {
    const [{ number: offset }, ...others] = this.#outcomes.filter(({ events, rejections }) => events.length + rejections.length > 0)
    if (others.length > 0) this.#memory.sendBytes = this.#bytes / 2
    // Then the topic does not take the beginning of a record either.
    else if (this.#memory.oversized.has(offset)) return cause
    else this.#memory.oversized.add(offset)
    return new KafkaError('unavailable', `a topic does not take ${this.#bytes} bytes at once: ${cause.message}`, { cause })
  }
}
