/** What waits for its turn in a run, bounded: sources are held back when too much does. */
import { limits } from '../base/limits.ts'
import type { Input, Receipt } from './appender.ts'

/** Where a source was read up to, to be committed with what was read. */
export type Cursor = readonly [name: string, value: string]

/** Records that were submitted, and who waits for what becomes of them. */
export interface Submitted extends Input {
  readonly cursor: Cursor | undefined
  readonly resolve: (receipt: Receipt) => void
  readonly reject: (error: unknown) => void
}

export class Inbox {
  readonly #queue: Submitted[] = []
  #records = 0
  #wantsRoom: (() => void)[] = []

  get isEmpty(): boolean {
    return this.#queue.length === 0
  }

  add(input: Omit<Submitted, 'resolve' | 'reject'>): Promise<Receipt> {
    const { promise, resolve, reject } = Promise.withResolvers<Receipt>()
    this.#queue.push({ ...input, resolve, reject })
    this.#records += input.batch.records.length
    return promise
  }

  /** Resolves when less than the limit waits: at once, or later. */
  room(): Promise<void> {
    if (this.#records < limits.WAITING_RECORDS_MAX) return Promise.resolve()
    return new Promise(resolve => this.#wantsRoom.push(resolve))
  }

  /** Takes what waits, up to a turn's worth. */
  take(): Submitted[] {
    let records = 0
    let count = 0
    while (count < this.#queue.length && (count === 0 || records + this.#queue[count].batch.records.length <= limits.TURN_RECORDS))
      records += this.#queue[count++].batch.records.length
    this.#records -= records
    if (this.#records < limits.WAITING_RECORDS_MAX) this.#tellOfRoom()
    return this.#queue.splice(0, count)
  }

  /** Tells everyone that waits that nothing is taken any more. */
  refuse(error: unknown): void {
    for (const { reject } of this.#queue.splice(0)) reject(error)
    this.#records = 0
    this.#tellOfRoom()
  }

  #tellOfRoom(): void {
    for (const resolve of this.#wantsRoom.splice(0)) resolve()
  }
}
