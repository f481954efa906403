/** The outbox of a model store, from its commits. */
import { changedEffect, isFinishedEffect, storedEffect, type EffectLog, type StoredEffect } from '../../src/log/effects.ts'
import type { Commit } from '../../src/log/store.ts'

export class ModelEffects implements EffectLog {
  readonly #effects = new Map<number, StoredEffect>()
  #last = 0

  /** Throws `SPILL_STORE` for a commit with an impossible change of an effect. */
  constructor(commits: readonly Commit[]) {
    for (const commit of commits) this.apply(commit)
  }

  /** Throws like the constructor; the outbox is of no use then. */
  apply({ effects = [], effectChanges = [], forget = 0 }: Commit): void {
    for (const effect of effects) this.#effects.set(effect.number, storedEffect(effect))
    this.#last = Math.max(this.#last, ...effects.map(({ number }) => number))
    for (const change of effectChanges) this.#effects.set(change.number, changedEffect(this.#effects.get(change.number), change))
    if (forget > 0)
      for (const effect of this.all) if (effect.entry < forget && isFinishedEffect(effect)) this.#effects.delete(effect.number)
  }

  get all(): StoredEffect[] {
    return [...this.#effects.values()]
  }

  lastNumber(): number {
    return this.#last
  }

  pending(action: string, after: number, limit: number): StoredEffect[] {
    return this.all.filter(one => one.state === 'pending' && one.action === action && one.number > after).slice(0, limit)
  }

  pendingOfKey(action: string, key: string, after: number, last: number, limit: number): StoredEffect[] {
    return this.pending(action, after, Infinity)
      .filter(one => one.key === key && one.number <= last)
      .slice(0, limit)
  }

  byNumber(number: number): StoredEffect | undefined {
    return this.#effects.get(number)
  }

  pendingCounts(): Map<string, number> {
    const pending = Map.groupBy(
      this.all.filter(({ state }) => state === 'pending'),
      ({ action }) => action,
    )
    return new Map([...pending].map(([action, { length }]) => [action, length]))
  }

  newestTimes(action: string, since: number): Map<string, number> {
    return new Map(this.all.filter(one => one.action === action && one.t >= since).map(({ key, t }) => [key, t]))
  }
}

/** Returns the outbox as of each call. A call applies only the commits that were added since the last one. */
export function growingOutbox(commits: () => readonly Commit[]): () => ModelEffects {
  const empty = () => ({ effects: new ModelEffects([]), count: 0, last: undefined as Commit | undefined })
  let outbox = empty()
  return () => {
    const all = commits()
    // The last commit is another one if a store took a commit back.
    const { effects, count } = all[outbox.count - 1] === outbox.last ? outbox : empty()
    outbox = empty()
    for (const commit of all.slice(count)) effects.apply(commit)
    outbox = { effects, count: all.length, last: all.at(-1) }
    return effects
  }
}

/** The outbox as of each query. */
export function growingEffects(commits: () => readonly Commit[]): EffectLog {
  const now = growingOutbox(commits)
  return {
    lastNumber: () => now().lastNumber(),
    pending: (...of) => now().pending(...of),
    pendingOfKey: (...of) => now().pendingOfKey(...of),
    byNumber: number => now().byNumber(number),
    pendingCounts: () => now().pendingCounts(),
    newestTimes: (...of) => now().newestTimes(...of),
  }
}
