/**
 * Pending replies to senders who wait for decisions on their events.
 *
 * Decisions on new events are given as soon as they are made, before they are durable. A duplicate is not decided again: a second decision
 * would see more events than the first, and the sender did not receive the first reply. Its sender gets the decisions on the original event,
 * read back from the store once they are durable.
 */
import { DECISION_PROGRESS, type DecisionLog, type NamedValues, type StoredDecisionBatch } from '../../log/index.ts'
import { parseProgress } from '../decide/decision-queue.ts'
import { recordedDecisions, type DecisionReply, type RecordedDecision } from '../decide/recorded-decision.ts'

interface PendingReply {
  /** The new entries [from, to) of the log. */
  readonly from: number
  readonly to: number
  /** Decisions on the new entries. */
  readonly decisions: RecordedDecision[]
  /** Ascending sequence numbers of the original events of duplicates in the same input. */
  readonly originals: readonly number[]
  readonly reply: DecisionReply
}

/** The pending replies of a run. */
export class PendingReplies {
  readonly #store: NamedValues & DecisionLog
  /** Replies whose new entries are not all decided, in the order of the log. */
  readonly #undecided: PendingReply[] = []
  /** Replies whose original events may have no durable decisions yet. */
  #unrecorded: PendingReply[] = []

  constructor(store: NamedValues & DecisionLog) {
    this.#store = store
  }

  /**
   * Registers a reply for the new entries [from, to) of the log, with the decisions of all models. `duplicateEntries`: sequence numbers of
   * the original events of duplicates in the same input.
   */
  expect(from: number, to: number, reply: DecisionReply, duplicateEntries?: readonly number[]): void {
    const originals = duplicateEntries ? [...new Set(duplicateEntries)].sort((a, b) => a - b) : []
    const pending = { from, to, decisions: [], reply, originals }
    if (from === to) this.#replyDecided(pending)
    else this.#undecided.push(pending)
  }

  /** Collects decisions, and replies to senders whose entries are all below `upto`. The bytes are valid until the store takes them. */
  reply(decisions: readonly StoredDecisionBatch[], upto: number): void {
    const undecided = this.#undecided
    if (undecided.length === 0) return
    for (const { first, last, bytes } of decisions) {
      if (!undecided.some(({ from, to }) => first < to && from <= last)) continue
      for (const decision of recordedDecisions(bytes))
        undecided.find(({ from, to }) => from <= decision.entry && decision.entry < to)?.decisions.push(decision)
    }
    while (undecided.length > 0 && undecided[0].to <= upto) this.#replyDecided(undecided.shift()!)
  }

  /** Replies to the senders of duplicates whose decisions have become durable. */
  replyRecorded(): void {
    if (this.#unrecorded.length === 0) return
    const { entry: recordedEnd } = parseProgress(this.#store.get(DECISION_PROGRESS))
    const isRecorded = ({ originals }: PendingReply): boolean => originals.at(-1)! < recordedEnd
    const recorded = this.#unrecorded.filter(isRecorded)
    this.#unrecorded = this.#unrecorded.filter(pending => !isRecorded(pending))
    for (const { originals, decisions, reply } of recorded) {
      try {
        reply.resolve([...originals.flatMap(entry => this.#recordedOn(entry)), ...decisions])
      } catch (error) {
        reply.reject(error)
      }
    }
  }

  /** Rejects all pending replies: nothing is decided any more. */
  reject(error: unknown): void {
    for (const { reply } of [...this.#undecided.splice(0), ...this.#unrecorded.splice(0)]) reply.reject(error)
  }

  /** Replies with decisions on new events, or waits for those on the originals of duplicates. */
  #replyDecided(pending: PendingReply): void {
    if (pending.originals.length === 0) return pending.reply.resolve(pending.decisions)
    this.#unrecorded.push(pending)
    this.replyRecorded()
  }

  #recordedOn(entry: number): RecordedDecision[] {
    return this.#store.decisionsAt(entry).flatMap(({ bytes }) => [...recordedDecisions(bytes, entry)])
  }
}
