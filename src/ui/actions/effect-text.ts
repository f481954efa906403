/** Effects as text: the receiver, the attempts so far, and what follows. */
import type { EffectAnswer } from '../core/answers.ts'
import { agoText, pluralText } from '../core/text.ts'

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

const ordered = ['dead', 'pending']

/** Dead effects, pending ones, then the others, each once; the newest first. `lists` are oldest first. */
export function unsettledFirst(lists: readonly (readonly EffectAnswer[])[]): EffectAnswer[] {
  // An effect may have changed between two answers: the last list, which has all states, wins.
  const byNumber = new Map(lists.flat().map(effect => [effect.number, effect]))
  const rank = ({ state }: EffectAnswer): number => (ordered.includes(state) ? ordered.indexOf(state) : ordered.length)
  return [...byNumber.values()].sort((a, b) => rank(a) - rank(b) || b.number - a.number)
}

export const shownText = (count: number, state: string | undefined): string =>
  state === undefined
    ? `${pluralText(count, 'effect')}: dead and pending ones first, then the newest.`
    : `The newest ${pluralText(count, 'effect')}, newest first.`

/** `attempt 4 of 15 failed: timed out; first tried 3 min ago; next attempt in 8 s`. `most`: attempts after which an effect is dead. */
export function attemptText(
  { state, attempts, why, next, began }: Pick<EffectAnswer, 'state' | 'attempts' | 'why' | 'next' | 'began'>,
  most: number | undefined,
  now: number,
): string {
  if (state === 'pending' && attempts === 0) return began === undefined ? 'not tried yet' : 'waits for an attempt'
  if (state === 'pending' || state === 'dead') {
    const of = most === undefined || attempts > most ? '' : ` of ${most}`
    const failed = `attempt ${attempts}${of} failed${why === undefined ? '' : `: ${why}`}`
    const first = began === undefined ? '' : `first tried ${agoText(began, now)}`
    const again = next === undefined || state === 'dead' ? '' : next > now ? `next attempt ${agoText(next, now)}` : 'next attempt now'
    return [failed, first, again].filter(part => part !== '').join('; ')
  }
  return [attempts > 1 ? `after ${attempts} attempts` : '', why ?? ''].filter(part => part !== '').join(', ')
}
