/**
 * The conditions that held lately, with the time from which each has held. A condition may be unknown for a while, such as after a start:
 * it neither holds nor ends then. A clock that jumps, back or ahead, moves all times with it, so no wait becomes shorter or longer.
 */
import { limits } from '../../base/index.ts'
import type { AlertSeverity } from './alert.ts'
import { pendingMs } from './condition-times.ts'
import type { AlertCondition } from './conditions.ts'
import type { ConditionKey, RankedCondition } from './reach.ts'

/** A condition, the time from which it has held, and the last time at which it held, UTC ms. */
export interface ConditionState {
  condition: AlertCondition
  since: number
  last: number
  /** From when on it has been a page, UTC ms; Infinity while it is a ticket. */
  pageSince: number
  /** When it was last a page, before the present update, of an alert or long enough for one; if never, when it was first seen. UTC ms. */
  paged: number
}

/** The identity of a condition as text. */
export const keyText = ({ cause, subject }: ConditionKey): string => `${cause} ${subject.kind} ${subject.name}`

export class ConditionStates {
  readonly #states = new Map<string, ConditionState>()
  /** When it was last unknown whether a condition holds. */
  readonly #unknown = new Map<string, number>()
  /** The first observation of this process: conditions that need some minutes of samples may come back after it. */
  #begun = Infinity
  #now = -Infinity

  /** Time by which the clock jumped before `now`, ms, negative if it was set back: it was set, or the machine slept. 0 if it did not. */
  jumpMs(now: number): number {
    const ms = now - this.#now
    return this.#now !== -Infinity && (ms < 0 || ms > limits.ALERT_CLOCK_JUMP_MS) ? ms - limits.SERIES_SAMPLE_MS : 0
  }

  /** Records the conditions that hold at `now`, UTC ms, and those that are unknown. */
  observe(now: number, conditions: readonly AlertCondition[], unknown: readonly ConditionKey[]): void {
    this.#move(this.jumpMs(now))
    this.#now = now
    this.#begun = Math.min(this.#begun, now)
    for (const key of unknown) this.#unknown.set(keyText(key), now)
    for (const condition of conditions) {
      const key = keyText(condition)
      const state = this.#states.get(key)
      // Of two readers of a source the graver one counts.
      if (state?.last === now && state.condition.severity === 'page') continue
      // A short break does not begin the wait again.
      const since = state && now - state.last <= limits.ALERT_PENDING_MS ? state.since : now
      const next = { condition, since, last: now, pageSince: state?.pageSince ?? Infinity, paged: state?.paged ?? now }
      if (condition.severity === 'page') this.raise(next)
      this.#states.set(key, next)
    }
  }

  /** Makes a condition a page. */
  raise(state: ConditionState): void {
    state.condition = { ...state.condition, severity: 'page' }
    state.pageSince = Math.min(state.pageSince, this.#now)
  }

  #move(ms: number): void {
    if (ms === 0) return
    this.#begun += ms
    for (const state of this.#states.values()) {
      state.since += ms
      state.last += ms
      state.paged += ms
      state.pageSince += ms
    }
    for (const [key, at] of this.#unknown) this.#unknown.set(key, at + ms)
  }

  /** The state of a condition that holds now. */
  present(key: ConditionKey): ConditionState | undefined {
    const state = this.#states.get(keyText(key))
    return state?.last === this.#now ? state : undefined
  }

  /** The states of the conditions that hold now. */
  allPresent(): ConditionState[] {
    return [...this.#states.values()].filter(({ last }) => last === this.#now)
  }

  /** The last known severity of a condition. */
  severityOf(key: ConditionKey): AlertCondition['severity'] | undefined {
    return this.#states.get(keyText(key))?.condition.severity
  }

  /** Does a condition hold, but for a short break, or may it? */
  isCurrent(key: ConditionKey): boolean {
    const text = keyText(key)
    const last = Math.max(this.#states.get(text)?.last ?? -Infinity, this.#unknown.get(text) ?? -Infinity)
    return this.#now - last <= limits.ALERT_PENDING_MS
  }

  /** Has a condition held, at its severity, for the time after which its alert opens? */
  hasLasted({ condition, since, pageSince }: ConditionState): boolean {
    return this.#now - (condition.severity === 'page' ? Math.max(since, pageSince) : since) >= pendingMs(condition)
  }

  /** Has a condition been below page for so long that its page before is over? A page that it is now is a new one. */
  isPageOver({ paged }: ConditionState): boolean {
    return this.#now - paged > limits.ALERT_RESOLVE_MS
  }

  /** The severity by which an alert goes on to explain conditions: the present one, a page until that is over, and its own if nothing is known. */
  lastingSeverityOf(alert: RankedCondition): AlertSeverity {
    const state = this.#states.get(keyText(alert))
    return state && alert.severity === 'page' && this.isPageOver(state) ? state.condition.severity : alert.severity
  }

  /** May a condition hold, by the text of its key? For some minutes after a start each may. */
  mayHold(key: string): boolean {
    const hasBegun = this.#now - this.#begun < limits.ALERT_RESOLVE_MS
    return hasBegun || this.#states.get(key)?.last === this.#now || this.#unknown.get(key) === this.#now
  }

  /** Has a condition been gone for the time after which its alert is resolved? */
  isGone(key: ConditionKey): boolean {
    const text = keyText(key)
    const last = Math.max(this.#states.get(text)?.last ?? this.#begun, this.#unknown.get(text) ?? -Infinity)
    return this.#now - last >= limits.ALERT_RESOLVE_MS
  }

  /** Ends an update: notes the pages, and forgets conditions that are gone. `pages`: does the alert of a condition fire as a page? */
  endUpdate(pages: (key: ConditionKey) => boolean): void {
    for (const state of this.allPresent())
      if (state.condition.severity === 'ticket') state.pageSince = Infinity
      else if (this.hasLasted(state) || (pages(state.condition) && !this.isPageOver(state))) state.paged = this.#now
    const isOld = (at: number): boolean => this.#now - at >= limits.ALERT_RESOLVE_MS
    for (const [key, { last }] of this.#states) if (isOld(last)) this.#states.delete(key)
    for (const [key, at] of this.#unknown) if (isOld(at)) this.#unknown.delete(key)
  }
}
