/** The outcome of a replay in words. */
import { pluralText } from '../core/text.ts'

export interface ReplayAnswer {
  readonly letters: readonly { readonly id: number; readonly outcome: string; readonly detail?: string }[]
  readonly omitted: readonly { readonly id: number; readonly reason: string }[]
}

/** `2 accepted; 1 rejected again: dead letter 7, 'amount' needs …`. */
export function replayText({ letters, omitted }: ReplayAnswer): string {
  const counts = Object.entries(Object.groupBy(letters, ({ outcome }) => outcome)).map(
    ([outcome, some]) => `${some!.length} ${outcome === 'rejected' ? 'rejected again' : outcome}`,
  )
  const rejected = letters.find(({ outcome }) => outcome === 'rejected')
  const why = rejected === undefined ? '' : `: dead letter ${rejected.id}, ${rejected.detail ?? 'no reason'}`
  const left = omitted.length === 0 ? '' : `; ${pluralText(omitted.length, 'dead letter')} left out: ${omitted[0].reason}`
  return `${counts.join(', ') || 'Nothing was sent'}${why}${left}.`
}
