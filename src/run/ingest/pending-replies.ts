/** Who sent events and waits for the decisions on them: told as soon as they are made, which is before they are durable. */
import type { StoredDecisions } from '../../log/store.ts'
import type { Repeats } from './duplicate-replies.ts'
import { recordedDecisions, type Awaited, type RecordedDecision } from '../decide/recorded-decision.ts'

interface Waiting {
  readonly from: number
  readonly to: number
  readonly found: RecordedDecision[]
  readonly repeated: readonly number[] | undefined
  readonly awaited: Awaited
}

export class Awaiting {
  readonly #waiting: Waiting[] = []
  readonly #repeats: Repeats

  constructor(repeats: Repeats) {
    this.#repeats = repeats
  }

  /**
   * Entries [from, to) of the log have just been given their places; `awaited` is told of what was decided on them, of all models, and on the entries that were
   * `repeated` with them.
   */
  expect(from: number, to: number, awaited: Awaited, repeated?: readonly number[]): void {
    const waiting = { from, to, found: [], awaited, repeated }
    if (from === to) this.#tell(waiting)
    else this.#waiting.push(waiting)
  }

  /** Decisions of entries below `upto` have been made, these among them. Their bytes are good until the store takes them. */
  made(decisions: readonly StoredDecisions[], upto: number): void {
    if (this.#waiting.length === 0) return
    for (const { first, last, bytes } of decisions) {
      if (!this.#waiting.some(({ from, to }) => first < to && from <= last)) continue
      for (const decision of recordedDecisions(bytes))
        this.#waiting.find(({ from, to }) => from <= decision.entry && decision.entry < to)?.found.push(decision)
    }
    while (this.#waiting.length > 0 && this.#waiting[0].to <= upto) this.#tell(this.#waiting.shift()!)
  }

  /** Nothing more is decided. */
  refuse(error: unknown): void {
    for (const { awaited } of this.#waiting.splice(0)) awaited.reject(error)
    this.#repeats.refuse(error)
  }

  #tell({ found, repeated, awaited }: Waiting): void {
    if (repeated) this.#repeats.add(repeated, found, awaited)
    else awaited.resolve(found)
  }
}
