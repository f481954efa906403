/** Filters of decisions that the page applies itself, to those that the server found by model and key. */
import type { DecisionAnswer } from '../core/answers.ts'
import { utcTime } from '../core/text.ts'

export type DecisionPredicate = (decision: DecisionAnswer) => boolean

/** The filter of a view's query: `min` is the least score, `until` the latest time in UTC. A malformed one is a problem. */
export function decisionFilter({ min, until }: Readonly<Record<string, string>>): {
  readonly filter: DecisionPredicate
  readonly problem?: string
} {
  const least = min === undefined ? -Infinity : Number(min)
  const latest = until === undefined ? Infinity : utcTime(until)
  if (Number.isNaN(least)) return { filter: () => true, problem: `'${min}' is no number: write the least score as 0.8` }
  if (Number.isNaN(latest)) return { filter: () => true, problem: `'${until}' is no time: write it as 2026-01-01 12:00` }
  return { filter: ({ t, score }) => t <= latest && (min === undefined || (score !== null && score >= least)) }
}
