/**
 * Conditions that open no alert before they have ended once: those that an alert explained, and those whose alert a person resolved. They are
 * one named value, so that a restart opens nothing that was explained before.
 */
import { limits, thrownText } from '../../base/index.ts'
import type { NamedValues, NamedWrite } from '../../log/index.ts'
import { keyText } from './condition-states.ts'
import type { ConditionKey } from './reach.ts'

const HELD = 'alerts/held'

export class HeldConditions {
  /** The time until which at most, UTC ms, by the text of the condition's key. */
  readonly #until = new Map<string, number>()
  #isChanged = false

  /** Reads the stored ones. If they cannot be read, there are none, and it is reported. */
  constructor(store: Pick<NamedValues, 'named'>, onReport: (report: string) => void = () => {}) {
    const text = store.named(HELD).find(([name]) => name === HELD)?.[1]
    try {
      if (text !== undefined) this.#until = new Map(JSON.parse(text) as [string, number][])
    } catch (error) {
      onReport(`alerts: '${HELD}' cannot be read and is left out: ${thrownText(error, HELD)}`)
    }
  }

  /** Holds a condition from `now` on, UTC ms. */
  hold(key: ConditionKey, now: number): void {
    const text = keyText(key)
    this.#until.delete(text)
    this.#until.set(text, now + limits.ALERT_HELD_MS_MAX)
    this.#isChanged = true
  }

  has(key: ConditionKey): boolean {
    return this.#until.has(keyText(key))
  }

  release(key: ConditionKey): void {
    if (this.#until.delete(keyText(key))) this.#isChanged = true
  }

  /** Releases those for which `isKept` is false, and those whose time is over at `now` unless `isExplained` is true. */
  releaseEnded(now: number, isKept: (key: string) => boolean, isExplained: (key: string) => boolean): void {
    for (const [key, until] of this.#until) {
      if (isExplained(key) || (isKept(key) && now < until)) continue
      this.#until.delete(key)
      this.#isChanged = true
    }
  }

  /** Moves all times: the clock jumped by so many ms. */
  move(ms: number): void {
    for (const [key, until] of this.#until) this.#until.set(key, until + ms)
  }

  /** The named value to commit, if it has changed since the last call: the newest `ALERTS_KEPT`. */
  changed(): NamedWrite[] {
    if (!this.#isChanged) return []
    this.#isChanged = false
    return [[HELD, this.#until.size === 0 ? null : JSON.stringify([...this.#until].slice(-limits.ALERTS_KEPT))]]
  }
}
