/**
 * Replies to senders of duplicate events with the decisions on the original events, read back from the store once they are durable.
 *
 * Duplicates are not decided again: a second decision would see more events than the first, and the sender did not receive the first reply.
 */
import { DECIDED } from '../../log/decided.ts'
import type { StoredLog } from '../../log/store.ts'
import { progressOf } from '../decide/decision-queue.ts'
import { recordedDecisions, type Awaited, type RecordedDecision } from '../decide/recorded-decision.ts'

interface Waiting {
  /** Sequence numbers of the original events, in order. */
  readonly entries: readonly number[]
  /** Decisions on the new events of the same input. */
  readonly made: readonly RecordedDecision[]
  readonly awaited: Awaited
}

/** The pending replies to duplicates. */
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

  /** Replies to the senders whose decisions have become durable. */
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
