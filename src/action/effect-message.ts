/** What is told of a try at an effect, on the channel `spillway:effect`. */
import type { EffectMessage } from '../base/channels.ts'
import { stopwatch } from '../base/clock.ts'
import type { EffectChange, NewEffect } from '../log/effects.ts'

/** What a try can make of an effect. */
export type EffectTried = Extract<EffectChange, { readonly kind: EffectMessage['outcome'] }>

/** An effect that was tried; times are ms by the stopwatch. */
export interface Tried {
  readonly effect: Pick<NewEffect, 'number' | 'id' | 'key' | 'body' | 'entry' | 'made' | 'due'>
  readonly action: string
  readonly run: object
  /** Tries so far, this one among them. */
  readonly attempts: number
  readonly since: number
  readonly began: number | undefined
  readonly tried: number
}

/** Of a try that has ended now; `at` is the same moment, UTC ms. */
export function effectMessage(
  { effect, action, run, attempts, since, began, tried }: Tried,
  change: EffectTried,
  at: number,
): EffectMessage {
  const { number, id, key, body, entry, made, due } = effect
  const { pipeline = '', model = '' } = JSON.parse(body) as { pipeline?: string; model?: string }
  const first = began ?? tried
  return {
    run,
    pipeline,
    action,
    model,
    id,
    number,
    entry,
    key,
    outcome: change.kind,
    ...('why' in change && { why: change.why }),
    attempt: attempts,
    made,
    at,
    ...(due !== undefined && { due }),
    queueMs: first - since,
    deliveryMs: tried - first,
    acknowledgementMs: stopwatch() - tried,
  }
}
