/**
 * Who sent events again that were decided on: told what was decided the first time, read back from the store, once that is durable.
 *
 * Nothing is decided anew: a second decision would know more than the first, and whoever asks again did not hear the answer to the first.
 */
import { DECIDED } from '../../log/decided.ts'
import type { StoredLog } from '../../log/store.ts'
import { progressOf } from '../decide/decision-queue.ts'
import { recordedDecisions, type Awaited, type RecordedDecision } from '../decide/recorded-decision.ts'

interface Waiting {
  /** Of the log, in order. */
  readonly entries: readonly number[]
  /** On the events that were sent with them and are new. */
  readonly made: readonly RecordedDecision[]
  readonly awaited: Awaited
}

export class Repeats {
  readonly #store: Pick<StoredLog, 'get' | 'decisionsAt'>
  #waiting: Waiting[] = []

  constructor(store: Pick<StoredLog, 'get' | 'decisionsAt'>) {
    this.#store = store
  }

  add(entries: readonly number[], made: readonly RecordedDecision[], awaited: Awaited): void {
    this.#waiting.push({ entries: [...new Set(entries)].sort((a, b) => a - b), made, awaited })
    this.look()
  }

  /** More may be durable. */
  look(): void {
    if (this.#waiting.length === 0) return
    const { entry: recorded } = progressOf(this.#store.get(DECIDED))
    const isRecorded = ({ entries }: Waiting) => entries.at(-1)! < recorded
    const ready = this.#waiting.filter(isRecorded)
    this.#waiting = this.#waiting.filter(waiting => !isRecorded(waiting))
    for (const { entries, made, awaited } of ready) {
      try {
        awaited.resolve([...entries.flatMap(entry => this.#decisionsOn(entry)), ...made])
      } catch (error) {
        awaited.reject(error)
      }
    }
  }

  refuse(error: unknown): void {
    for (const { awaited } of this.#waiting.splice(0)) awaited.reject(error)
  }

  #decisionsOn(entry: number): RecordedDecision[] {
    return this.#store.decisionsAt(entry).flatMap(({ bytes }) => [...recordedDecisions(bytes, entry)])
  }
}
