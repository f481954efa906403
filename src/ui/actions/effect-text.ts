/** Effects as text: the receiver, the attempts so far, and what follows. */
import type { EffectAnswer, EffectCountAnswer, EffectStateName } from '../core/answers.ts'
import { isMaskedValue } from '../core/mask.ts'
import { agoText, countText, pluralText } from '../core/text.ts'

const receivers: Readonly<Record<string, string>> = {
  webhook: 'a webhook',
  stdout: 'the standard output of the run',
  file: 'a file',
  destination: 'a destination of the pipeline',
  function: 'a function of the pipeline',
  answer: 'the caller, in the answer to its request',
}

/** The kind of receiver of an action, in words. */
export const receiverText = (effect: string): string => receivers[effect] ?? effect

/** The waits of `retry-delay.ts`. */
export const RETRY_NOTE =
  'A failed effect is tried again by itself: after 1 s, then after pauses that double up to 15 min, or up to 72 min if the receiver asks for it (Retry-After). After its last attempt (15 take about 77 min) or a final rejection it is dead, and can be retried or dropped here. It is sent even after its deadline. Later effects of its key wait for it.'

const unsettled = ['dead', 'pending'] as const

/** Rows of each state that needs a person, before the others: those are not to be below a page of them. */
export const UNSETTLED_SHOWN = 20

/** Dead effects, pending ones, at most `UNSETTLED_SHOWN` of each, then the others, each once; the newest first. `lists` are oldest first. */
export function unsettledFirst(lists: readonly (readonly EffectAnswer[])[]): EffectAnswer[] {
  // An effect may have changed between two answers: the last list, which has all states, wins.
  const byNumber = new Map(lists.flat().map(effect => [effect.number, effect]))
  const all = [...byNumber.values()].sort((a, b) => b.number - a.number)
  const first = unsettled.flatMap(state => all.filter(effect => effect.state === state).slice(0, UNSETTLED_SHOWN))
  return [...first, ...all.filter(({ state }) => !unsettled.some(name => name === state))]
}

/** `20 of 118 pending are shown`, of each state of which a list shows only some. */
export function unshownTexts(
  effects: readonly EffectAnswer[],
  counts: readonly EffectCountAnswer[],
): { readonly state: EffectStateName; readonly text: string }[] {
  return unsettled.flatMap(state => {
    const total = counts.reduce((sum, count) => sum + (count.state === state ? count.effects : 0), 0)
    const shown = effects.filter(effect => effect.state === state).length
    return shown < total ? [{ state, text: `${countText(shown)} of ${countText(total)} ${state} are shown` }] : []
  })
}

/** The first pending effect of each one's key, for which it waits, by the number of the one that waits. A masked key says nothing. */
export function earlierOfKey(pending: readonly EffectAnswer[]): ReadonlyMap<number, number> {
  const keyOf = ({ action, key }: EffectAnswer): string => JSON.stringify([action, key])
  const byKey = Map.groupBy(
    pending.filter(({ key }) => !isMaskedValue(key)),
    keyOf,
  )
  const earlier = new Map<number, number>()
  for (const effects of byKey.values()) {
    const first = Math.min(...effects.map(({ number }) => number))
    for (const { number } of effects) if (number > first) earlier.set(number, first)
  }
  return earlier
}

export const shownText = (count: number, state: string | undefined): string =>
  state === undefined
    ? `${pluralText(count, 'effect')}: dead and pending ones first, then the newest.`
    : `The newest ${pluralText(count, 'effect')}, newest first.`

/** An effect that a change has left out, and the reason. */
export interface OmittedEffect {
  readonly number: number
  readonly reason: string
}

/** The end of the outcome of a change: ` Left out: 7, 9; effect 7 is delivered; only dead …`. Empty without any. */
export const omittedText = (omitted: readonly OmittedEffect[]): string =>
  omitted.length === 0 ? '' : ` Left out: ${omitted.map(({ number }) => number).join(', ')}; ${omitted[0].reason}.`

/**
 * The number of pending effects of one action that are past their deadline, of `total`. `newest`: the newest of them; a deadline is never
 * before that of an earlier effect, so none is ahead before one that is past. `undefined` if none of the newest is past and others exist.
 */
export function pastDeadline(newest: readonly Pick<EffectAnswer, 'due'>[], total: number, now: number): number | undefined {
  const ahead = newest.filter(({ due = Infinity }) => due >= now).length
  return ahead === newest.length && ahead < total ? undefined : total - ahead
}

/**
 * `attempt 4 of 15 failed: timed out; first tried 3 min ago; next attempt in 8 s`. `most`: attempts after which an effect is dead. `earlier`:
 * number of the effect for which it waits.
 */
export function attemptText(
  { state, attempts, why, next, began }: Pick<EffectAnswer, 'state' | 'attempts' | 'why' | 'next' | 'began'>,
  most: number | undefined,
  now: number,
  earlier?: number,
): string {
  if (state === 'pending' && attempts === 0 && earlier !== undefined) return `not tried yet: waits for effect ${earlier} of its key`
  if (state === 'pending' && attempts === 0) return began === undefined ? 'not tried yet' : 'waits for an attempt'
  if (state === 'pending' || state === 'dead') {
    const of = most === undefined || attempts > most ? '' : ` of ${most}`
    const failed = `attempt ${attempts}${of} failed${why === undefined ? '' : `: ${why}`}`
    const first = began === undefined ? '' : `first tried ${agoText(Math.min(began, now), now)}`
    const again = next === undefined || state === 'dead' ? '' : next > now ? `next attempt ${agoText(next, now)}` : 'next attempt now'
    return [failed, first, again].filter(part => part !== '').join('; ')
  }
  return [attempts > 1 ? `after ${attempts} attempts` : '', why ?? ''].filter(part => part !== '').join(', ')
}
