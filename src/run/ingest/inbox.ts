/** What waits for its turn in a run, bounded: sources are held back when too much does. */
import { stopwatch } from '../../base/clock.ts'
import { limits } from '../../base/limits.ts'
import type { Input, Receipt } from './appender.ts'

/** Where a source was read up to, to be committed with what was read. */
export type Cursor = readonly [name: string, value: string]

/** Records that were submitted, and who waits for what becomes of them. */
export interface Submitted extends Input {
  readonly cursor: Cursor | undefined
  /** When they were submitted, ms by the stopwatch. */
  readonly came: number
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

  /** Records that wait. */
  get records(): number {
    return this.#records
  }

  add(input: Omit<Submitted, 'came' | 'resolve' | 'reject'>): Promise<Receipt> {
    const { promise, resolve, reject } = Promise.withResolvers<Receipt>()
    this.#queue.push({ ...input, came: stopwatch(), resolve, reject })
    this.#records += input.batch.records.length
    return promise
  }

  /** Resolves when less than the limit waits: at once, or later. */
  room(): Promise<void> {
    if (this.#records < limits.WAITING_RECORDS_MAX) return Promise.resolve()
    return new Promise(resolve => this.#wantsRoom.push(resolve))
  }

  /** Takes what waits, up to a turn's worth, and up to the first for whose source so many records are too many now. */
  take(isFullFor: (source: string, records: number) => boolean = () => false): Submitted[] {
    const ofSource = new Map<string, number>()
    let records = 0
    let count = 0
    for (const { source, batch } of this.#queue) {
      const { length } = batch.records
      const all = (ofSource.get(source) ?? 0) + length
      if ((count > 0 && records + length > limits.TURN_RECORDS) || isFullFor(source, all)) break
      ofSource.set(source, all)
      records += length
      count++
    }
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
