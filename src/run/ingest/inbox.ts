/** A bounded queue of records that wait for the next turn. Sources pause while it is full. */
import { stopwatch, limits } from '../../base/index.ts'
import type { RecordBatch } from '../../intake/index.ts'
import type { SourceRecords, IngestReceipt } from './appender.ts'

/** The position of a reader, by the name under which it is stored; committed with the records that were read up to it. */
export type NamedPosition = readonly [name: string, value: string]

/** Records to submit, and the position of their reader. */
export interface Submission extends SourceRecords {
  readonly position: NamedPosition | undefined
}

/** Submitted records, and the promise of their receipt. */
export interface SubmittedRecords extends Submission {
  /** Time of submission, ms by the stopwatch. */
  readonly submittedAt: number
  readonly resolve: (receipt: IngestReceipt) => void
  readonly reject: (error: unknown) => void
}

export class Inbox {
  readonly #queue: SubmittedRecords[] = []
  #records = 0
  #roomWaiters: (() => void)[] = []

  get isEmpty(): boolean {
    return this.#queue.length === 0
  }

  /** Number of queued records, with those that could not be decoded. */
  get records(): number {
    return this.#records
  }

  add(input: Submission): Promise<IngestReceipt> {
    const { promise, resolve, reject } = Promise.withResolvers<IngestReceipt>()
    this.#queue.push({ ...input, submittedAt: stopwatch(), resolve, reject })
    this.#records += sizeOf(input.batch)
    return promise
  }

  /** Resolves as soon as fewer records wait than the limit: at once, or later. */
  whenRoom(): Promise<void> {
    if (this.#records < limits.WAITING_RECORDS_MAX) return Promise.resolve()
    return new Promise(resolve => this.#roomWaiters.push(resolve))
  }

  /**
   * Removes and returns the next inputs, in order. Stops at the size of one turn, and before the first input for which its source has no
   * room.
   */
  drain(isFullFor: (source: string, records: number) => boolean = () => false): SubmittedRecords[] {
    const counts = new Map<string, number>()
    let records = 0
    let count = 0
    for (const { source, batch } of this.#queue) {
      const size = sizeOf(batch)
      const sourceRecords = (counts.get(source) ?? 0) + batch.records.length
      if ((count > 0 && records + size > limits.TURN_RECORDS) || isFullFor(source, sourceRecords)) break
      counts.set(source, sourceRecords)
      records += size
      count++
    }
    this.#records -= records
    if (this.#records < limits.WAITING_RECORDS_MAX) this.#notifyRoom()
    return this.#queue.splice(0, count)
  }

  /** Rejects all queued submissions: the run accepts nothing any more. */
  reject(error: unknown): void {
    for (const { reject } of this.#queue.splice(0)) reject(error)
    this.#records = 0
    this.#notifyRoom()
  }

  #notifyRoom(): void {
    for (const resolve of this.#roomWaiters.splice(0)) resolve()
  }
}

/** Records of a batch: undecodable ones are kept in memory, and written as dead letters. */
const sizeOf = ({ records, undecodable }: RecordBatch): number => records.length + undecodable.length
