/**
 * Effects of decisions as the store has them: the outbox. One is added in the commit of its decision, and every later commit that names it says what became of it.
 *
 * Pending → delivered, or dead after the last try; dead → pending again by hand, or dropped. Nothing of one is lost before the log forgets its decision.
 */

/** An effect that follows from a decision. */
export interface NewEffect {
  /** Counts all effects of the store from 1, in order of decision. */
  readonly number: number
  readonly action: string
  /** The idempotency key: the same however often it is sent. */
  readonly id: string
  /** The entry of the log that made the decision. */
  readonly entry: number
  /** What the decision is about, as JSON: effects of one key and action are delivered one after the other. */
  readonly key: string
  /** Of the decision, UTC ms. */
  readonly t: number
  /** When the decision was made, UTC ms by the wall clock. */
  readonly made: number
  /** Until when it should be acknowledged, UTC ms. */
  readonly due: number | undefined
  /** What is sent, JSON. */
  readonly body: string
  /** Recorded and not to be sent: `--dry-run`. */
  readonly isDry: boolean
}

export const effectStates = ['pending', 'delivered', 'dead', 'dropped', 'dry'] as const
export type EffectState = (typeof effectStates)[number]

export interface StoredEffect extends Omit<NewEffect, 'isDry'> {
  readonly state: EffectState
  /** Tries so far. */
  readonly attempts: number
  /** Of a pending one that was tried: not before, UTC ms. */
  readonly next: number | undefined
  /** Why the last try failed, or why it was dropped. */
  readonly why: string | undefined
  /** When the first try began, UTC ms by the wall clock. */
  readonly began: number | undefined
  /** When the last try began and when it was settled, UTC ms by the wall clock. */
  readonly sent: number | undefined
  readonly settled: number | undefined
}

/** What happens to an effect that the store has; a commit fails if it does not. Times are UTC ms by the wall clock. */
export type EffectChange =
  /** Tried without success; again at `next`. */
  | { readonly kind: 'tried'; readonly number: number; readonly sent: number; readonly next: number; readonly why: string }
  | { readonly kind: 'delivered'; readonly number: number; readonly sent: number; readonly at: number }
  /** Tried for the last time. */
  | { readonly kind: 'dead'; readonly number: number; readonly sent: number; readonly at: number; readonly why: string }
  /** A dead one that is to be tried again, from the first try on. */
  | { readonly kind: 'again'; readonly number: number }
  | { readonly kind: 'dropped'; readonly number: number; readonly at: number; readonly why: string }

/** What an operator does with a dead effect. */
export type ChangeByHand = Extract<EffectChange, { readonly kind: 'again' | 'dropped' }>

/** The outbox, to read. */
export interface StoredEffects {
  /** The number of the newest effect; 0 if there is none. */
  last(): number
  /** Pending effects of an action with a number above `after`, in order. */
  pending(action: string, after: number, limit: number): StoredEffect[]
  /** Pending effects of one key of an action with a number above `after` and none above `last`, in order. */
  pendingOf(action: string, key: string, after: number, last: number, limit: number): StoredEffect[]
  /** By its number. */
  at(number: number): StoredEffect | undefined
  /** How many are pending, by action, of actions that have some. */
  waiting(): Map<string, number>
  /** By key, the time of the newest effect of an action among those of decisions at `since` or later, UTC ms. */
  newest(action: string, since: number): Map<string, number>
}
