/** Gives commits to the store. Senders, listeners and metrics are notified of a commit once it is durable, never before. */
import { channels, type OfRun } from '../../base/channels.ts'
import { stopwatch } from '../../base/clock.ts'
import type { Commit } from '../../log/store.ts'
import type { Receipt, Turn } from '../ingest/appender.ts'
import { Counts } from './run-counters.ts'
import type { Submitted } from '../ingest/inbox.ts'
import type { Parts, RunOptions } from './run-parts.ts'
import type { Repeats } from '../ingest/duplicate-replies.ts'
import { givenStretches, type GivenStretch, type StretchTimes, type TakenAt } from '../decide/stage-times.ts'

/** The receivers of a commit, and the measurements of its decisions. */
export interface OfCommit {
  readonly inputs?: readonly Submitted[]
  /** One for each input. */
  readonly receipts?: readonly Receipt[]
  readonly late?: Turn['late']
  /** One for each decision batch. */
  readonly times?: readonly StretchTimes[]
  /** Times of the turn that appended the entries. */
  readonly taken?: TakenAt
}

export interface CommittingOptions extends Pick<RunOptions, 'store' | 'onDecisions' | 'onRecorded' | 'onEffects'>, OfRun {
  readonly parts: Parts
  readonly repeats: Repeats
  readonly onFailure: (error: unknown) => void
  /** A commit is durable, or has failed. */
  readonly onLanded: () => void
}

/** The commits of a run that are in flight. */
export class Committing {
  /** Counts of durable results. */
  readonly counts = new Counts()
  readonly #options: CommittingOptions
  readonly #runInfo: OfRun
  #inFlight = 0

  constructor(options: CommittingOptions) {
    this.#options = options
    this.counts.freshness = () => options.parts.freshness.groups
    this.#runInfo = { run: options.run, pipeline: options.pipeline }
  }

  get inFlight(): number {
    return this.#inFlight
  }

  /** Gives a commit to the store. Resolves when it is durable or has failed; never rejects. */
  async commit(commit: Commit, context: OfCommit = {}): Promise<void> {
    const { store, parts: components, repeats: duplicateReplies, onDecisions, onRecorded, onEffects } = this.#options
    const { inputs = [], receipts = [], late = [], times = [] } = context
    const { decisions = [], effects = [] } = commit
    // The bytes of decisions move to the thread of the store, so a listener gets a copy.
    const published = onDecisions ? decisions.map(batch => ({ ...batch, bytes: batch.bytes.slice() })) : []
    const answers = components.asked.answersIn(decisions)
    const batches = givenStretches(decisions, times)
    const { end } = components.log
    const startedAt = stopwatch()
    if (channels.turn.hasSubscribers) this.#publishTurn(commit, context)
    this.#inFlight++
    try {
      await store.commit(commit)
      components.lookup.stored(end)
      inputs.forEach(({ resolve }, i) => resolve(receipts[i]))
      components.asked.answer(answers)
      duplicateReplies.look()
      this.#recordTimes(batches)
      this.counts.add(decisions, receipts, inputs, commit.dead ?? [], late)
      if (published.length > 0) onDecisions?.(published)
      if (decisions.length > 0) onRecorded?.()
      if (effects.length > 0) onEffects?.(effects)
      if (channels.commit.hasSubscribers) this.#publishCommit(commit, startedAt)
    } catch (error) {
      for (const { reject } of inputs) reject(error)
      if (channels.commit.hasSubscribers) this.#publishCommit(commit, startedAt, { error })
      this.#options.onFailure(error)
    } finally {
      this.#inFlight--
      this.#options.onLanded()
    }
  }

  /** Commits the stage times and freshness counts that were measured since the last flush. `isLast`: no measurement follows. */
  keepStages(isLast = false): void {
    const { parts: components } = this.#options
    components.freshness.reread()
    const [stages, counts] = [components.stages.take(), components.freshness.flush(isLast)]
    if (stages || counts) void this.commit({ ...(stages && { stages }), ...(counts && { put: [counts] }) })
  }

  #recordTimes(batches: readonly GivenStretch[]): void {
    const { stages, freshness } = this.#options.parts
    freshness.durable(batches.map(({ times }) => times.freshness))
    const samples = stages.durable(batches)
    if (channels.decision.hasSubscribers)
      for (const { sum: _sum, ...sample } of samples) channels.decision.publish({ ...this.#runInfo, ...sample })
    if (stages.isFull) this.keepStages()
  }

  #publishTurn({ segment }: Commit, { receipts = [], taken: turnTimes }: OfCommit): void {
    if (!turnTimes) return
    const sum = (field: 'accepted' | 'duplicates' | 'refused') => receipts.reduce((all, receipt) => all + receipt[field], 0)
    const entries = segment?.entries ?? 0
    const [accepted, duplicates, refused] = [sum('accepted'), sum('duplicates'), sum('refused')]
    const durations = { waitedMs: turnTimes.turn - turnTimes.came, takenMs: turnTimes.appended - turnTimes.turn }
    channels.turn.publish({
      ...this.#runInfo,
      at: turnTimes.wall,
      entries,
      accepted,
      duplicates,
      refused,
      marks: entries - accepted,
      ...durations,
    })
  }

  #publishCommit({ segment, decisions = [], effects = [] }: Commit, startedAt: number, failure: { readonly error?: unknown } = {}): void {
    const counts = {
      entries: segment?.entries ?? 0,
      decisions: decisions.reduce((sum, { count }) => sum + count, 0),
      effects: effects.length,
    }
    channels.commit.publish({ ...this.#runInfo, ...counts, ms: stopwatch() - startedAt, ...failure })
  }
}
