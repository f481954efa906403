/** Commits on their way to the store: once one is durable, and not before, everybody who waits for it is told. */
import type { Commit } from '../log/store.ts'
import type { Receipt } from './appender.ts'
import { Counts } from './counts.ts'
import type { Submitted } from './inbox.ts'
import type { Parts, RunOptions } from './parts.ts'
import type { Repeats } from './repeats.ts'

export interface CommittingOptions extends Pick<RunOptions, 'store' | 'onDecisions' | 'onRecorded' | 'onEffects'> {
  readonly parts: Pick<Parts, 'log' | 'lookup' | 'asked'>
  readonly repeats: Repeats
  readonly onFailure: (error: unknown) => void
  /** A commit is no longer on its way. */
  readonly onLanded: () => void
}

export class Committing {
  /** Of what is durable. */
  readonly counts = new Counts()
  readonly #options: CommittingOptions
  #inFlight = 0

  constructor(options: CommittingOptions) {
    this.#options = options
  }

  get inFlight(): number {
    return this.#inFlight
  }

  /** `inputs` are told their `receipts`, one each. */
  async commit(commit: Commit, inputs: readonly Submitted[] = [], receipts: readonly Receipt[] = []): Promise<void> {
    const { store, parts, repeats, onDecisions, onRecorded, onEffects } = this.#options
    const { decisions = [], effects = [] } = commit
    // The bytes of decisions go to the store's thread; who listens gets a copy.
    const told = onDecisions ? decisions.map(stretch => ({ ...stretch, bytes: stretch.bytes.slice() })) : []
    const answers = parts.asked.answersIn(decisions)
    const end = parts.log.end
    this.#inFlight++
    try {
      await store.commit(commit)
      parts.lookup.stored(end)
      inputs.forEach(({ resolve }, i) => resolve(receipts[i]))
      parts.asked.answer(answers)
      repeats.look()
      this.counts.add(decisions, receipts, inputs, commit.dead ?? [])
      if (told.length > 0) onDecisions?.(told)
      if (decisions.length > 0) onRecorded?.()
      if (effects.length > 0) onEffects?.(effects)
    } catch (error) {
      for (const { reject } of inputs) reject(error)
      this.#options.onFailure(error)
    } finally {
      this.#inFlight--
      this.#options.onLanded()
    }
  }
}
