/**
 * Replies to senders of duplicate events with the decisions on the original events, read back from the store once they are durable.
 *
 * Duplicates are not decided again: a second decision would see more events than the first, and the sender did not receive the first reply.
 */
import { DECISION_PROGRESS, type DecisionLog, type NamedValues } from '../../log/index.ts'
import { parseProgress } from '../decide/decision-queue.ts'
import { recordedDecisions, type DecisionReply, type RecordedDecision } from '../decide/recorded-decision.ts'

interface PendingReply {
  /** Sequence numbers of the original events, in order. */
  readonly entries: readonly number[]
  /** Decisions on the new events of the same input. */
  readonly newDecisions: readonly RecordedDecision[]
  readonly reply: DecisionReply
}

export class DuplicateReplies {
  readonly #store: NamedValues & DecisionLog
  #pending: PendingReply[] = []

  constructor(store: NamedValues & DecisionLog) {
    this.#store = store
  }

  add(entries: readonly number[], newDecisions: readonly RecordedDecision[], reply: DecisionReply): void {
    this.#pending.push({ entries: [...new Set(entries)].sort((a, b) => a - b), newDecisions, reply })
    this.replyRecorded()
  }

  /** Replies to the senders whose decisions have become durable. */
  replyRecorded(): void {
    if (this.#pending.length === 0) return
    const { entry: recordedEnd } = parseProgress(this.#store.get(DECISION_PROGRESS))
    const isRecorded = ({ entries }: PendingReply) => entries.at(-1)! < recordedEnd
    const ready = this.#pending.filter(isRecorded)
    this.#pending = this.#pending.filter(pending => !isRecorded(pending))
    for (const { entries, newDecisions, reply } of ready) {
      try {
        reply.resolve([...entries.flatMap(entry => this.#decisionsOn(entry)), ...newDecisions])
      } catch (error) {
        reply.reject(error)
      }
    }
  }

  reject(error: unknown): void {
    for (const { reply } of this.#pending.splice(0)) reply.reject(error)
  }

  #decisionsOn(entry: number): RecordedDecision[] {
    return this.#store.decisionsAt(entry).flatMap(({ bytes }) => [...recordedDecisions(bytes, entry)])
  }
}
