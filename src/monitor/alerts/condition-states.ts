/**
 * The conditions that held lately, with the time from which each has held. A condition may be unknown for a while, such as after a start:
 * it neither holds nor ends then. A clock that jumps, back or ahead, moves all times with it, so no wait becomes shorter or longer.
 */
import { limits } from '../../base/index.ts'
import type { AlertCondition } from './conditions.ts'
import type { ConditionKey } from './reach.ts'

/** A condition, the time from which it has held, and the last time at which it held, UTC ms. */
export interface ConditionState {
  condition: AlertCondition
  since: number
  last: number
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
      this.#states.set(key, { condition, since, last: now })
    }
  }

  #move(ms: number): void {
    if (ms === 0) return
    this.#begun += ms
    for (const state of this.#states.values()) {
      state.since += ms
      state.last += ms
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

  /** Forgets conditions that are gone. */
  forgetGone(): void {
    const isOld = (at: number): boolean => this.#now - at >= limits.ALERT_RESOLVE_MS
    for (const [key, { last }] of this.#states) if (isOld(last)) this.#states.delete(key)
    for (const [key, at] of this.#unknown) if (isOld(at)) this.#unknown.delete(key)
  }
}
