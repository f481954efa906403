/** The outbox of a model store, from its commits. */
import { changedEffect, isFinishedEffect, storedEffect, type EffectLog, type StoredEffect } from '../../src/log/effects.ts'
import type { Commit } from '../../src/log/store.ts'

export class ModelEffects implements EffectLog {
  readonly #effects = new Map<number, StoredEffect>()
  #last = 0

  /** Throws `SPILL_STORE` for a commit with an impossible change of an effect. */
  constructor(commits: readonly Commit[]) {
    for (const { effects = [], effectChanges: settled = [], forget = 0 } of commits) {
      for (const effect of effects) this.#effects.set(effect.number, storedEffect(effect))
      this.#last = Math.max(this.#last, ...effects.map(({ number }) => number))
      for (const change of settled) this.#effects.set(change.number, changedEffect(this.#effects.get(change.number), change))
      if (forget > 0)
        for (const effect of this.all) if (effect.entry < forget && isFinishedEffect(effect)) this.#effects.delete(effect.number)
    }
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

/** The outbox as of each query. */
export function growingEffects(commits: () => readonly Commit[]): EffectLog {
  const now = () => new ModelEffects(commits())
  return {
    lastNumber: () => now().lastNumber(),
    pending: (...of) => now().pending(...of),
    pendingOfKey: (...of) => now().pendingOfKey(...of),
    byNumber: number => now().byNumber(number),
    pendingCounts: () => now().pendingCounts(),
    newestTimes: (...of) => now().newestTimes(...of),
  }
}
