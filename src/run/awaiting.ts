/** Who sent events and waits for the decisions on them: told as soon as they are made, which is before they are durable. */
import type { StoredDecisions } from '../log/store.ts'
import { recordedDecisions, type RecordedDecision } from './recorded.ts'

interface Waiting {
  readonly from: number
  readonly to: number
  readonly found: RecordedDecision[]
  readonly resolve: (decisions: readonly RecordedDecision[]) => void
}

export class Awaiting {
  readonly #waiting: Waiting[] = []

  /** Entries [from, to) of the log have just been given their places; `resolve` is told of what was decided on them, of all models. */
  expect(from: number, to: number, resolve: Waiting['resolve']): void {
    if (from === to) resolve([])
    else this.#waiting.push({ from, to, found: [], resolve })
  }

  /** Decisions of entries below `upto` have been made, these among them. Their bytes are good until the store takes them. */
  made(decisions: readonly StoredDecisions[], upto: number): void {
    if (this.#waiting.length === 0) return
    for (const { first, last, bytes } of decisions) {
      if (!this.#waiting.some(({ from, to }) => first < to && from <= last)) continue
      for (const decision of recordedDecisions(bytes))
        this.#waiting.find(({ from, to }) => from <= decision.entry && decision.entry < to)?.found.push(decision)
    }
    while (this.#waiting.length > 0 && this.#waiting[0].to <= upto) {
      const { resolve, found } = this.#waiting.shift()!
      resolve(found)
    }
  }
}
