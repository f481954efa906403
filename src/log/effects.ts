/**
 * The outbox: effects of decisions as the store holds them. An effect is added in the commit of its decision; later commits record its
 * deliveries.
 *
 * States: pending → delivered, or dead after the last attempt; dead → pending again or dropped, by hand. An effect stays until the log
 * forgets its decision.
 */
import { SpillwayError, type StrictOmit } from '../base/index.ts'

/** An effect that follows from a decision. */
export interface NewEffect {
  /** Numbers all effects of the store from 1, in order of decision. */
  readonly number: number
  readonly action: string
  /** The idempotency key: equal for all deliveries of the effect. */
  readonly id: string
  /** The log entry that triggered the decision. */
  readonly entry: number
  /** The decision's key, as JSON. Effects of one key and action are delivered one after another. */
  readonly key: string
  /** Time of the decision, UTC ms. */
  readonly t: number
  /** Wall-clock time at which the decision was made, UTC ms. */
  readonly decidedAt: number
  /** Deadline for its acknowledgement, UTC ms. */
  readonly due: number | undefined
  /** The payload, JSON. */
  readonly body: string
  /** Trace context of the request that triggered the decision (`traceContextText`). A measurement, which no receiver's result depends on. */
  readonly trace?: string | undefined
  /** True if the effect is recorded but not sent (`--dry-run`). */
  readonly isDry: boolean
}

export const effectStates = ['pending', 'delivered', 'dead', 'dropped', 'dry'] as const
export type EffectState = (typeof effectStates)[number]

export interface StoredEffect extends StrictOmit<NewEffect, 'isDry'> {
  readonly state: EffectState
  /** Attempts so far. */
  readonly attempts: number
  /** Earliest time of the next attempt, UTC ms; for a pending effect that was attempted. */
  readonly next: number | undefined
  /** Reason of the last failure, or of the drop. */
  readonly why: string | undefined
  /** Start of the first attempt, UTC ms by the wall clock. */
  readonly began: number | undefined
  /** Start and end of the last attempt, UTC ms by the wall clock. */
  readonly sent: number | undefined
  readonly settled: number | undefined
}

/** State change of a stored effect; the commit fails if the store does not have the effect. Times are UTC ms by the wall clock. */
export type EffectChange =
  /** An attempt failed; the next is at `next`. */
  | { readonly kind: 'tried'; readonly number: number; readonly sent: number; readonly next: number; readonly why: string }
  | { readonly kind: 'delivered'; readonly number: number; readonly sent: number; readonly at: number }
  /** The last attempt failed. */
  | { readonly kind: 'dead'; readonly number: number; readonly sent: number; readonly at: number; readonly why: string }
  /** A dead effect is delivered again, from the first attempt on. */
  | { readonly kind: 'again'; readonly number: number }
  | { readonly kind: 'dropped'; readonly number: number; readonly at: number; readonly why: string }

/** Change that an operator makes to a dead effect. */
export type ManualEffectChange = Extract<EffectChange, { readonly kind: 'again' | 'dropped' }>

/** The outbox, for reading: what was sent, and what waits. */
export interface EffectLog {
  /** Number of the newest effect that ever was in the store, also after it was forgotten; 0 if there was none. */
  lastNumber(): number
  /** Pending effects of an action with numbers above `after`, in order. */
  pending(action: string, after: number, limit: number): StoredEffect[]
  /** Pending effects of one key of an action with numbers above `after` and up to `last`, in order. */
  pendingOfKey(action: string, key: string, after: number, last: number, limit: number): StoredEffect[]
  /** The effect with this number. */
  byNumber(number: number): StoredEffect | undefined
  /** Number of pending effects by action; actions without pending effects are left out. */
  pendingCounts(): Map<string, number>
  /** Time of the newest effect of an action by key, among decisions at `since` or later, UTC ms. */
  newestTimes(action: string, since: number): Map<string, number>
}

/** A new effect as a store holds it: pending, or dry. */
export function storedEffect({ isDry, ...effect }: NewEffect): StoredEffect {
  const unsent = { attempts: 0, next: undefined, why: undefined, began: undefined, sent: undefined, settled: undefined }
  return { ...effect, ...unsent, state: isDry ? 'dry' : 'pending' }
}

/** The state that a change starts from, and the state after it. */
export const effectTransitions: Readonly<Record<EffectChange['kind'], { readonly from: EffectState; readonly to: EffectState }>> = {
  tried: { from: 'pending', to: 'pending' },
  delivered: { from: 'pending', to: 'delivered' },
  dead: { from: 'pending', to: 'dead' },
  again: { from: 'dead', to: 'pending' },
  dropped: { from: 'dead', to: 'dropped' },
}

/**
 * The effect after a change.
 *
 * @throws `SPILL_STORE` if there is no effect, or if it is not in the state from which the change starts.
 */
export function changedEffect(effect: StoredEffect | undefined, change: EffectChange): StoredEffect {
  const { from, to: state } = effectTransitions[change.kind]
  if (effect?.state !== from) throw new SpillwayError('SPILL_STORE', `there is no effect ${change.number} that could be ${change.kind}`)
  const tried = { ...effect, state, attempts: effect.attempts + 1, ...('sent' in change && { began: effect.began ?? change.sent }) }
  switch (change.kind) {
    case 'tried':
      return { ...tried, sent: change.sent, next: change.next, why: change.why }
    case 'delivered':
      return { ...tried, sent: change.sent, settled: change.at, next: undefined, why: undefined }
    case 'dead':
      return { ...tried, sent: change.sent, settled: change.at, next: undefined, why: change.why }
    case 'again':
      return { ...effect, state, attempts: 0, settled: undefined }
    case 'dropped':
      return { ...effect, state, settled: change.at, why: change.why }
  }
}

/** True if an effect needs no more deliveries. A store forgets it with its decision. */
export const isFinishedEffect = ({ state }: StoredEffect): boolean => state === 'delivered' || state === 'dropped' || state === 'dry'
