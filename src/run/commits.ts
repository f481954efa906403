/** Commits of a run that are on their way to the store: how many, and who is told once each is durable. */
import { channels, type OfRun } from '../base/channels.ts'
import { stopwatch } from '../base/clock.ts'
import type { Commit } from '../log/store.ts'
import type { Receipt } from './appender.ts'
import { Counts } from './counts.ts'
import type { Submitted } from './inbox.ts'
import type { Parts, RunOptions } from './parts.ts'
import { givenStretches, type GivenStretch, type StretchTimes, type TakenAt } from './stage-times.ts'

/** Who waits for a commit, and what was measured of its decisions. */
export interface OfCommit {
  readonly inputs?: readonly Submitted[]
  /** One an input. */
  readonly receipts?: readonly Receipt[]
  /** One a stretch of decisions. */
  readonly times?: readonly StretchTimes[]
  /** Of what a turn has taken in. */
  readonly taken?: TakenAt
}

export interface CommitsOptions extends OfRun {
  readonly options: RunOptions
  readonly parts: Parts
  readonly onFailed: (error: unknown) => void
  /** A commit is durable, or has failed, and everyone was told. */
  readonly onEnded: () => void
}

export class Commits {
  readonly counts = new Counts()
  readonly #given: CommitsOptions
  #inFlight = 0

  constructor(given: CommitsOptions) {
    this.#given = given
  }

  get inFlight(): number {
    return this.#inFlight
  }

  /** Gives a commit to the store. Resolves when it is durable or has failed, and never rejects. */
  async add(commit: Commit, of: OfCommit = {}): Promise<void> {
    const { inputs = [], receipts = [], times = [] } = of
    const { options, parts, onFailed, onEnded } = this.#given
    const { asked, lookup, log } = parts
    const { decisions = [], effects = [] } = commit
    // The bytes of decisions go to the store's thread; who listens gets a copy.
    const told = options.onDecisions ? decisions.map(stretch => ({ ...stretch, bytes: stretch.bytes.slice() })) : []
    const answers = asked.answersIn(decisions)
    const stretches = givenStretches(decisions, times)
    const { end } = log
    const given = stopwatch()
    if (channels.turn.hasSubscribers) this.#tellTurn(commit, of)
    this.#inFlight++
    try {
      await options.store.commit(commit)
      lookup.stored(end)
      inputs.forEach(({ resolve }, i) => resolve(receipts[i]))
      asked.answer(answers)
      this.#measured(stretches)
      this.counts.add(decisions, receipts, inputs, commit.dead ?? [])
      if (told.length > 0) options.onDecisions?.(told)
      if (decisions.length > 0) options.onRecorded?.()
      if (effects.length > 0) options.onEffects?.(effects)
      if (channels.commit.hasSubscribers) this.#tellCommit(commit, given)
    } catch (error) {
      for (const { reject } of inputs) reject(error)
      if (channels.commit.hasSubscribers) this.#tellCommit(commit, given, { error })
      onFailed(error)
    } finally {
      this.#inFlight--
      onEnded()
    }
  }

  /** Gives the store what was measured of decisions since the last time. */
  keepStages(): void {
    const stages = this.#given.parts.stages.take()
    if (stages) void this.add({ stages })
  }

  #measured(stretches: readonly GivenStretch[]): void {
    const { stages } = this.#given.parts
    const samples = stages.durable(stretches)
    if (channels.decision.hasSubscribers)
      for (const { sum: _sum, ...sample } of samples) channels.decision.publish({ ...this.#ofRun, ...sample })
    if (stages.isFull) this.keepStages()
  }

  #tellTurn({ segment }: Commit, { receipts = [], taken }: OfCommit): void {
    if (!taken) return
    const sum = (of: 'accepted' | 'duplicates' | 'refused') => receipts.reduce((all, receipt) => all + receipt[of], 0)
    const entries = segment?.entries ?? 0
    const [accepted, duplicates, refused] = [sum('accepted'), sum('duplicates'), sum('refused')]
    const took = { waitedMs: taken.turn - taken.came, takenMs: taken.appended - taken.turn }
    channels.turn.publish({ ...this.#ofRun, at: taken.wall, entries, accepted, duplicates, refused, marks: entries - accepted, ...took })
  }

  #tellCommit({ segment, decisions = [], effects = [] }: Commit, given: number, failed: { readonly error?: unknown } = {}): void {
    const counts = {
      entries: segment?.entries ?? 0,
      decisions: decisions.reduce((sum, { count }) => sum + count, 0),
      effects: effects.length,
    }
    channels.commit.publish({ ...this.#ofRun, ...counts, ms: stopwatch() - given, ...failed })
  }

  get #ofRun(): OfRun {
    const { run, pipeline } = this.#given
    return { run, pipeline }
  }
}
