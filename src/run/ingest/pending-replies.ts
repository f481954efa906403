/**
 * Pending replies to senders who wait for decisions on their events. They are answered as soon as the decisions are made, before these are
 * durable.
 */
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

/** The pending replies of a run, in the order of the log. */
export class Awaiting {
  readonly #waiting: Waiting[] = []
  readonly #repeats: Repeats

  constructor(repeats: Repeats) {
    this.#repeats = repeats
  }

  /**
   * Registers a reply for the new entries [from, to) of the log, with the decisions of all models. `repeated`: sequence numbers of the
   * original events of duplicates in the same input.
   */
  expect(from: number, to: number, awaited: Awaited, repeated?: readonly number[]): void {
    const waiting = { from, to, found: [], awaited, repeated }
    if (from === to) this.#tell(waiting)
    else this.#waiting.push(waiting)
  }

  /** Collects decisions, and replies to senders whose entries are all below `upto`. The bytes are valid until the store takes them. */
  made(decisions: readonly StoredDecisions[], upto: number): void {
    if (this.#waiting.length === 0) return
    for (const { first, last, bytes } of decisions) {
      if (!this.#waiting.some(({ from, to }) => first < to && from <= last)) continue
      for (const decision of recordedDecisions(bytes))
        this.#waiting.find(({ from, to }) => from <= decision.entry && decision.entry < to)?.found.push(decision)
    }
    while (this.#waiting.length > 0 && this.#waiting[0].to <= upto) this.#tell(this.#waiting.shift()!)
  }

  /** Rejects all pending replies: nothing is decided any more. */
  refuse(error: unknown): void {
    for (const { awaited } of this.#waiting.splice(0)) awaited.reject(error)
    this.#repeats.refuse(error)
  }

  #tell({ found, repeated, awaited }: Waiting): void {
    if (repeated) this.#repeats.add(repeated, found, awaited)
    else awaited.resolve(found)
  }
}
