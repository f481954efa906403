/** Effects of a data folder: the outbox of its decisions, with the state of each delivery. */
import type { StoredEffect } from '../log/index.ts'
import type { EffectCount, EffectFilter } from '../log/sqlite/index.ts'
import type { FolderLog } from './folder-log.ts'

/** The newest effects that match a filter, oldest first, and the numbers of all that match, by action and state. */
export interface EffectPage {
  readonly effects: readonly StoredEffect[]
  readonly counts: readonly EffectCount[]
}

/** The effects of one folder. */
export class FolderEffects {
  readonly #effects: FolderLog['effects']

  constructor({ effects }: Pick<FolderLog, 'effects'>) {
    this.#effects = effects
  }

  /** The newest `last` effects of an action or in a state. */
  newest({ action, state, last }: EffectFilter & { readonly last: number }): EffectPage {
    const counts = this.#effects
      .counts()
      .filter(count => count.action === (action ?? count.action) && count.state === (state ?? count.state))
    const effects: StoredEffect[] = []
    for (const effect of this.#effects.newestFirst({ action, state }, Math.min(last, PAGE_MAX))) if (effects.push(effect) >= last) break
    return { effects: effects.reverse(), counts }
  }

  /** An effect by its number. */
  byNumber(number: number): StoredEffect | undefined {
    return this.#effects.byNumber(number)
  }

  /** Number of the newest effect; 0 if there is none. */
  lastNumber(): number {
    return this.#effects.lastNumber()
  }
}

/** Most effects that are read from the store at once. */
const PAGE_MAX = 1000
