/**
 * Conditions that open no alert before they have ended once: those that an alert explained, and those whose alert a person resolved. A ticket
 * that is held holds back no page of its condition. They are one named value, so that a restart opens nothing that was explained before.
 */
import { limits, thrownText } from '../../base/index.ts'
import type { NamedValues, NamedWrite } from '../../log/index.ts'
import type { AlertSeverity } from './alert.ts'
import { keyText } from './condition-states.ts'
import type { ConditionKey, RankedCondition } from './reach.ts'

const HELD = 'alerts/held'

interface HeldCondition {
  /** The time until which at most, UTC ms. */
  readonly until: number
  readonly severity: AlertSeverity
}

/** As stored: the text of the condition's key, `until`, and the severity; earlier versions have none. */
type StoredCondition = readonly [key: string, until: number, severity?: AlertSeverity]

export class HeldConditions {
  /** By the text of the condition's key. */
  readonly #held = new Map<string, HeldCondition>()
  #isChanged = false

  /** Reads the stored ones. If they cannot be read, there are none, and it is reported. */
  constructor(store: Pick<NamedValues, 'named'>, onReport: (report: string) => void = () => {}) {
    const text = store.named(HELD).find(([name]) => name === HELD)?.[1]
    try {
      const stored = text === undefined ? [] : (JSON.parse(text) as StoredCondition[])
      this.#held = new Map(stored.map(([key, until, severity = 'page']) => [key, { until, severity }]))
    } catch (error) {
      onReport(`alerts: '${HELD}' cannot be read and is left out: ${thrownText(error, HELD)}`)
    }
  }

  /** Holds a condition from `now` on, UTC ms. */
  hold(condition: RankedCondition, now: number): void {
    const text = keyText(condition)
    this.#held.delete(text)
    this.#held.set(text, { until: now + limits.ALERT_HELD_MS_MAX, severity: condition.severity })
    this.#isChanged = true
  }

  /** Is a condition held at its severity? */
  holds(condition: RankedCondition): boolean {
    const held = this.#held.get(keyText(condition))
    return held !== undefined && (held.severity === 'page' || condition.severity === 'ticket')
  }

  /** Holds a condition that is held for longer: from `now` on, UTC ms. */
  extend(key: ConditionKey, now: number): void {
    const held = this.#held.get(keyText(key))
    if (held) this.hold({ ...key, severity: held.severity }, now)
  }

  /** From now on a held condition is a ticket. */
  lower(key: ConditionKey): void {
    const text = keyText(key)
    const held = this.#held.get(text)
    if (held?.severity !== 'page') return
    this.#held.set(text, { ...held, severity: 'ticket' })
    this.#isChanged = true
  }

  release(key: ConditionKey): void {
    if (this.#held.delete(keyText(key))) this.#isChanged = true
  }

  /** Releases those for which `isKept` is false, and those whose time is over at `now` unless `isExplained` is true. */
  releaseEnded(now: number, isKept: (key: string) => boolean, isExplained: (key: string) => boolean): void {
    for (const [key, { until }] of this.#held) {
      if (isExplained(key) || (isKept(key) && now < until)) continue
      this.#held.delete(key)
      this.#isChanged = true
    }
  }

  /** Moves all times: the clock jumped by so many ms. */
  move(ms: number): void {
    for (const [key, held] of this.#held) this.#held.set(key, { ...held, until: held.until + ms })
  }

  /** The named value to commit, if it has changed since the last call: the newest `ALERTS_KEPT`. */
  changed(): NamedWrite[] {
    if (!this.#isChanged) return []
    this.#isChanged = false
    const newest = [...this.#held].slice(-limits.ALERTS_KEPT)
    const stored = newest.map(([key, { until, severity }]): StoredCondition => [key, until, severity])
    return [[HELD, stored.length === 0 ? null : JSON.stringify(stored)]]
  }
}
