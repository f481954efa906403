/** Commits of a run that are on their way to the store: how many, and who is told once each is durable. */
import type { Commit } from '../log/store.ts'
import type { Receipt } from './appender.ts'
import { Counts } from './counts.ts'
import type { Submitted } from './inbox.ts'
import type { Parts, RunOptions } from './parts.ts'
import { givenStretches, type StretchTimes } from './stage-times.ts'

/** Who waits for a commit, and what was measured of its decisions. */
export interface OfCommit {
  readonly inputs?: readonly Submitted[]
  /** One an input. */
  readonly receipts?: readonly Receipt[]
  /** One a stretch of decisions. */
  readonly times?: readonly StretchTimes[]
}

export interface CommitsOptions {
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
  async add(commit: Commit, { inputs = [], receipts = [], times = [] }: OfCommit = {}): Promise<void> {
    const { options, parts, onFailed, onEnded } = this.#given
    const { asked, lookup, log, stages } = parts
    const { decisions = [], effects = [] } = commit
    // The bytes of decisions go to the store's thread; who listens gets a copy.
    const told = options.onDecisions ? decisions.map(stretch => ({ ...stretch, bytes: stretch.bytes.slice() })) : []
    const answers = asked.answersIn(decisions)
    const stretches = givenStretches(decisions, times)
    const { end } = log
    this.#inFlight++
    try {
      await options.store.commit(commit)
      lookup.stored(end)
      inputs.forEach(({ resolve }, i) => resolve(receipts[i]))
      asked.answer(answers)
      stages.durable(stretches)
      this.counts.add(decisions, receipts, inputs, commit.dead ?? [])
      if (told.length > 0) options.onDecisions?.(told)
      if (decisions.length > 0) options.onRecorded?.()
      if (effects.length > 0) options.onEffects?.(effects)
      if (stages.isFull) this.keepStages()
    } catch (error) {
      for (const { reject } of inputs) reject(error)
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
}
