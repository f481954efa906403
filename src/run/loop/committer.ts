/** Gives commits to the store. Senders, listeners and metrics are notified of a commit once it is durable, never before. */
import { channels, type RunMessage } from '../../base/node/index.ts'
import { stopwatch, sumBy } from '../../base/index.ts'
import type { Commit } from '../../log/index.ts'
import type { IngestReceipt, AppendedTurn } from '../ingest/appender.ts'
import type { SubmittedRecords } from '../ingest/inbox.ts'
import type { RunComponents, RunOptions } from './composition-root.ts'
import { RunCounters } from './run-counters.ts'
import type { PendingReplies } from '../ingest/pending-replies.ts'
import { committedBatches, type CommittedBatch, type BatchTimes, type TurnTimes } from '../decide/stage-times.ts'

/** The receivers of a commit, and the measurements of its decisions. */
export interface CommitContext {
  readonly inputs?: readonly SubmittedRecords[]
  /** One for each input. */
  readonly receipts?: readonly IngestReceipt[]
  readonly lateEvents?: AppendedTurn['lateEvents']
  /** One for each decision batch. */
  readonly times?: readonly BatchTimes[]
  /** Times of the turn that appended the entries. */
  readonly turnTimes?: TurnTimes
}

export interface CommitterOptions extends Pick<RunOptions, 'store' | 'onDecisions' | 'onRecorded' | 'onEffects'>, RunMessage {
  readonly components: RunComponents
  readonly pendingReplies: PendingReplies
  readonly onFailure: (error: unknown) => void
  /** A commit is durable, or has failed. */
  readonly onCommitEnd: () => void
}

export class Committer {
  /** Counts of durable results. */
  readonly counts = new RunCounters()
  readonly #options: CommitterOptions
  readonly #runInfo: RunMessage
  #inFlight = 0

  constructor(options: CommitterOptions) {
    this.#options = options
    this.counts.freshness = () => options.components.freshness.groups
    this.counts.ingestion = () => options.components.freshness.ingestion
    this.#runInfo = { run: options.run, pipeline: options.pipeline }
  }

  get inFlight(): number {
    return this.#inFlight
  }

  /** Gives a commit to the store. Resolves when it is durable or has failed; never rejects, since no caller waits for it. */
  async commit(commit: Commit, context: CommitContext = {}): Promise<void> {
    const { store, components, pendingReplies, onDecisions, onRecorded, onEffects } = this.#options
    const { inputs = [], receipts = [], lateEvents = [], times = [] } = context
    const { decisions = [], effects = [], deadLetters = [] } = commit
    const startedAt = stopwatch()
    this.#inFlight++
    try {
      // The bytes of decisions move to the thread of the store, so a listener gets a copy.
      const published = onDecisions ? decisions.map(batch => ({ ...batch, bytes: batch.bytes.slice() })) : []
      const answers = components.requests.repliesIn(decisions)
      const batches = committedBatches(decisions, times)
      const { end } = components.log
      if (channels.turn.hasSubscribers) this.#publishTurn(commit, context)
      await store.commit(commit)
      components.lookup.dropCommitted(end)
      inputs.forEach(({ resolve }, i) => resolve(receipts[i]))
      components.requests.reply(answers)
      pendingReplies.replyRecorded()
      this.#recordTimes(batches)
      this.counts.add({ decisions, receipts, inputs, deadLetters, lateEvents })
      if (published.length > 0) onDecisions?.(published)
      if (decisions.length + deadLetters.length > 0) onRecorded?.()
      if (effects.length > 0) onEffects?.(effects)
      if (channels.commit.hasSubscribers) this.#publishCommit(commit, startedAt)
    } catch (error) {
      for (const { reject } of inputs) reject(error)
      if (channels.commit.hasSubscribers) this.#publishCommit(commit, startedAt, { error })
      this.#options.onFailure(error)
    } finally {
      this.#inFlight--
      this.#options.onCommitEnd()
    }
  }

  /** Commits the stage times and freshness counts that were measured since the last flush. `isLast`: no measurement follows. */
  flushStages(isLast = false): void {
    const { components } = this.#options
    components.freshness.reload()
    const [stages, counts] = [components.stageRecorder.flush(), components.freshness.flush(isLast)]
    if (stages || counts) void this.commit({ ...(stages && { stages }), ...(counts && { put: [counts] }) })
  }

  #recordTimes(batches: readonly CommittedBatch[]): void {
    const { stageRecorder: stages, freshness } = this.#options.components
    freshness.countDurable(batches.map(({ times }) => times.freshness))
    const samples = stages.record(batches)
    if (channels.decision.hasSubscribers)
      for (const { sum: _sum, ...sample } of samples) channels.decision.publish({ ...this.#runInfo, ...sample })
    if (stages.isFull) this.flushStages()
  }

  #publishTurn({ segment }: Commit, { receipts = [], turnTimes }: CommitContext): void {
    if (!turnTimes) return
    const sum = (field: 'accepted' | 'duplicates' | 'rejected') => sumBy(receipts, receipt => receipt[field])
    const entries = segment?.entries ?? 0
    const [accepted, duplicates, rejected] = [sum('accepted'), sum('duplicates'), sum('rejected')]
    const durations = { waitedMs: turnTimes.startedAt - turnTimes.receivedAt, intakeMs: turnTimes.appendedAt - turnTimes.startedAt }
    channels.turn.publish({
      ...this.#runInfo,
      at: turnTimes.startedAtUtc,
      entries,
      accepted,
      duplicates,
      rejected,
      marks: entries - accepted,
      ...durations,
    })
  }

  #publishCommit({ segment, decisions = [], effects = [] }: Commit, startedAt: number, failure: { readonly error?: unknown } = {}): void {
    const counts = {
      entries: segment?.entries ?? 0,
      decisions: sumBy(decisions, ({ count }) => count),
      effects: effects.length,
    }
    channels.commit.publish({ ...this.#runInfo, ...counts, ms: stopwatch() - startedAt, ...failure })
  }
}
