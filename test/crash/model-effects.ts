/** The outbox of a model store, from its commits. */
import { SpillwayError } from '../../src/base/errors.ts'
import type { EffectChange, StoredEffect, EffectLog } from '../../src/log/effects.ts'
import type { Commit } from '../../src/log/store.ts'

export class ModelEffects implements EffectLog {
  readonly #effects = new Map<number, StoredEffect>()

  /** Throws `SPILL_STORE` for a commit with an impossible change of an effect. */
  constructor(commits: readonly Commit[]) {
    for (const { effects = [], effectChanges: settled = [], forget = 0 } of commits) {
      for (const { isDry, ...effect } of effects) {
        const state = isDry ? 'dry' : 'pending'
        this.#effects.set(effect.number, {
          ...effect,
          state,
          attempts: 0,
          next: undefined,
          why: undefined,
          began: undefined,
          sent: undefined,
          settled: undefined,
        })
      }
      for (const change of settled) this.#effects.set(change.number, changed(this.#effects.get(change.number), change))
      if (forget > 0)
        for (const { number, entry, state } of this.all) if (entry < forget && finished.includes(state)) this.#effects.delete(number)
    }
  }

  get all(): StoredEffect[] {
    return [...this.#effects.values()]
  }

  lastNumber(): number {
    return Math.max(0, ...this.#effects.keys())
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

const finished: readonly string[] = ['delivered', 'dropped', 'dry']
const from = { tried: 'pending', delivered: 'pending', dead: 'pending', again: 'dead', dropped: 'dead' } as const

function changed(effect: StoredEffect | undefined, change: EffectChange): StoredEffect {
  if (effect?.state !== from[change.kind])
    throw new SpillwayError('SPILL_STORE', `there is no effect ${change.number} that could be ${change.kind}`)
  const tried = { ...effect, attempts: effect.attempts + 1, ...('sent' in change && { began: effect.began ?? change.sent }) }
  switch (change.kind) {
    case 'tried':
      return { ...tried, sent: change.sent, next: change.next, why: change.why }
    case 'delivered':
      return { ...tried, state: 'delivered', sent: change.sent, settled: change.at, next: undefined, why: undefined }
    case 'dead':
      return { ...tried, state: 'dead', sent: change.sent, settled: change.at, next: undefined, why: change.why }
    case 'again':
      return { ...effect, state: 'pending', attempts: 0, settled: undefined }
    case 'dropped':
      return { ...effect, state: 'dropped', settled: change.at, why: change.why }
  }
}
