/**
 * Pending replies to senders who wait for decisions on their events. They are answered as soon as the decisions are made, before these are
 * durable.
 */
import type { StoredDecisionBatch } from '../../log/index.ts'
import type { DuplicateReplies } from './duplicate-replies.ts'
import { recordedDecisions, type DecisionReply, type RecordedDecision } from '../decide/recorded-decision.ts'

interface PendingReply {
  readonly from: number
  readonly to: number
  readonly decisions: RecordedDecision[]
  readonly duplicateEntries: readonly number[] | undefined
  readonly reply: DecisionReply
}

/** The pending replies of a run, in the order of the log. */
export class PendingReplies {
  readonly #pending: PendingReply[] = []
  readonly #duplicateReplies: DuplicateReplies

  constructor(duplicateReplies: DuplicateReplies) {
    this.#duplicateReplies = duplicateReplies
  }

  /**
   * Registers a reply for the new entries [from, to) of the log, with the decisions of all models. `duplicateEntries`: sequence numbers of
   * the original events of duplicates in the same input.
   */
  expect(from: number, to: number, reply: DecisionReply, duplicateEntries?: readonly number[]): void {
    const pending = { from, to, decisions: [], reply, duplicateEntries }
    if (from === to) this.#reply(pending)
    else this.#pending.push(pending)
  }

  /** Collects decisions, and replies to senders whose entries are all below `upto`. The bytes are valid until the store takes them. */
  reply(decisions: readonly StoredDecisionBatch[], upto: number): void {
    if (this.#pending.length === 0) return
    for (const { first, last, bytes } of decisions) {
      if (!this.#pending.some(({ from, to }) => first < to && from <= last)) continue
      for (const decision of recordedDecisions(bytes))
        this.#pending.find(({ from, to }) => from <= decision.entry && decision.entry < to)?.decisions.push(decision)
    }
    while (this.#pending.length > 0 && this.#pending[0].to <= upto) this.#reply(this.#pending.shift()!)
  }

  /** Rejects all pending replies: nothing is decided any more. */
  reject(error: unknown): void {
    for (const { reply } of this.#pending.splice(0)) reply.reject(error)
    this.#duplicateReplies.reject(error)
  }

  #reply({ decisions, duplicateEntries, reply }: PendingReply): void {
    if (duplicateEntries) this.#duplicateReplies.add(duplicateEntries, decisions, reply)
    else reply.resolve(decisions)
  }
}
