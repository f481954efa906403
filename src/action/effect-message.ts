/** Telemetry of one delivery attempt, published on the channel `spillway:effect`. */
import type { EffectMessage } from '../base/node/index.ts'
import { stopwatch, traceContextOf } from '../base/index.ts'
import type { EffectChange, NewEffect } from '../log/index.ts'

/** The state change that an attempt causes. */
export type AttemptChange = Extract<EffectChange, { readonly kind: EffectMessage['outcome'] }>

/** One delivery attempt; `since`, `began` and `attemptedAt` are ms of the stopwatch. */
export interface EffectAttempt {
  readonly effect: Pick<NewEffect, 'number' | 'id' | 'key' | 'body' | 'entry' | 'decidedAt' | 'due' | 'trace'>
  readonly action: string
  readonly run: object
  /** Attempts so far, this attempt among them. */
  readonly attempts: number
  /** From when on the effect could be delivered. */
  readonly since: number
  /** Begin of the first attempt; if undefined, of this one. */
  readonly began: number | undefined
  /** Begin of this attempt. */
  readonly attemptedAt: number
}

/**
 * The message about an attempt that has just ended; `at` is its end, UTC ms. The names of pipeline and model are in the body, which is parsed for
 * a subscriber that reads them: that of each run, which counts, does not.
 */
export function effectMessage(
  { effect, action, run, attempts, since, began, attemptedAt }: EffectAttempt,
  change: AttemptChange,
  at: number,
): EffectMessage {
  const { number, id, key, body, entry, decidedAt, due, trace } = effect
  let decision: { readonly pipeline?: string; readonly model?: string } | undefined
  const parsed = () => (decision ??= JSON.parse(body) as NonNullable<typeof decision>)
  const first = began ?? attemptedAt
  return {
    run,
    get pipeline() {
      return parsed().pipeline ?? ''
    },
    action,
    get model() {
      return parsed().model ?? ''
    },
    id,
    number,
    entry,
    key,
    outcome: change.kind,
    ...('why' in change && { why: change.why }),
    attempt: attempts,
    decidedAt,
    at,
    ...(due !== undefined && { due }),
    queueMs: first - since,
    deliveryMs: attemptedAt - first,
    acknowledgementMs: stopwatch() - attemptedAt,
    ...(trace !== undefined && { context: traceContextOf(trace) }),
  }
}
