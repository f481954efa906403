/** The deadline of an effect: met, missed, or how much time is left. */
import type { EffectAnswer } from '../core/answers.ts'
import { spanText } from '../core/text.ts'

/** Times are UTC ms. Empty for an effect without a deadline. */
export function deadlineText({ due, state, settled, late }: Pick<EffectAnswer, 'due' | 'state' | 'settled' | 'late'>, now: number): string {
  if (due === undefined) return ''
  if (state === 'delivered')
    return late === true ? `missed by ${spanText((settled ?? now) - due)}` : `met, ${spanText(due - (settled ?? due))} left`
  if (state === 'pending') return now > due ? `missed ${spanText(now - due)} ago` : `${spanText(due - now)} left`
  return state === 'dead' ? 'missed' : ''
}
