/** A bounded queue of records that wait for the next turn. Sources pause while it is full. */
import { stopwatch } from '../../base/clock.ts'
import { limits } from '../../base/limits.ts'
import type { Input, Receipt } from './appender.ts'

/** The read position of a source, committed with the records that were read up to it. */
export type Cursor = readonly [name: string, value: string]

/** Records to submit, and the read position of their source. */
export interface Submission extends Input {
  readonly cursor: Cursor | undefined
}

/** Submitted records, and the promise of their receipt. */
export interface Submitted extends Submission {
  /** Time of submission, ms by the stopwatch. */
  readonly came: number
  readonly resolve: (receipt: Receipt) => void
  readonly reject: (error: unknown) => void
}

export class Inbox {
  readonly #queue: Submitted[] = []
  #records = 0
  #roomWaiters: (() => void)[] = []

  get isEmpty(): boolean {
    return this.#queue.length === 0
  }

  /** Number of queued records. */
  get records(): number {
    return this.#records
  }

  add(input: Submission): Promise<Receipt> {
    const { promise, resolve, reject } = Promise.withResolvers<Receipt>()
    this.#queue.push({ ...input, came: stopwatch(), resolve, reject })
    this.#records += input.batch.records.length
    return promise
  }

  /** Resolves as soon as fewer records wait than the limit: at once, or later. */
  room(): Promise<void> {
    if (this.#records < limits.WAITING_RECORDS_MAX) return Promise.resolve()
    return new Promise(resolve => this.#roomWaiters.push(resolve))
  }

  /**
   * Removes and returns the next inputs, in order. Stops at the size of one turn, and before the first input for which its source has no
   * room.
   */
  take(isFullFor: (source: string, records: number) => boolean = () => false): Submitted[] {
    const counts = new Map<string, number>()
    let records = 0
    let count = 0
    for (const { source, batch } of this.#queue) {
      const { length } = batch.records
      const sourceRecords = (counts.get(source) ?? 0) + length
      if ((count > 0 && records + length > limits.TURN_RECORDS) || isFullFor(source, sourceRecords)) break
      counts.set(source, sourceRecords)
      records += length
      count++
    }
    this.#records -= records
    if (this.#records < limits.WAITING_RECORDS_MAX) this.#notifyRoom()
    return this.#queue.splice(0, count)
  }

  /** Rejects all queued submissions: the run accepts nothing any more. */
  refuse(error: unknown): void {
    for (const { reject } of this.#queue.splice(0)) reject(error)
    this.#records = 0
    this.#notifyRoom()
  }

  #notifyRoom(): void {
    for (const resolve of this.#roomWaiters.splice(0)) resolve()
  }
}
