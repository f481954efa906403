/** Filters of decisions by score and time. The server finds recorded ones; the page filters live ones. */
import type { DecisionAnswer } from '../core/answers.ts'
import { countText, pluralText, timeStamp, utcTime } from '../core/text.ts'

export type DecisionPredicate = (decision: DecisionAnswer) => boolean

export interface ListFilter {
  readonly filter: DecisionPredicate
  /** Parameters of the server. */
  readonly parameters: { readonly min?: string; readonly since?: number; readonly until?: number }
  /** A malformed filter, which is not applied. */
  readonly problem?: string
}

const rejectedFilter = (problem: string): ListFilter => ({ filter: () => true, parameters: {}, problem })

/** The filter of a view's query: `min` is the least score, `since` and `until` are times in UTC. A malformed one is a problem. */
export function decisionFilter({ min, since, until }: Readonly<Record<string, string>>): ListFilter {
  const least = min === undefined ? -Infinity : Number(min)
  const [earliest, latest] = [since === undefined ? -Infinity : utcTime(since), until === undefined ? Infinity : utcTime(until)]
  if (Number.isNaN(least)) return rejectedFilter(`'${min}' is no number: write the least score as 0.8`)
  for (const [text, time] of [
    [since, earliest],
    [until, latest],
  ])
    if (Number.isNaN(time)) return rejectedFilter(`'${text}' is no time: write it as 2026-01-01 12:00`)
  return {
    filter: ({ t, score }) => earliest <= t && t <= latest && (min === undefined || (score !== null && score >= least)),
    parameters: {
      ...(min !== undefined && { min }),
      ...(since !== undefined && { since: earliest }),
      ...(until !== undefined && { until: latest }),
    },
  }
}

/** A page of found decisions, as far as its words need it. */
export interface DecisionPage {
  readonly decisions: readonly unknown[]
  readonly min?: string | undefined
  readonly since?: number | undefined
  readonly until?: number | undefined
  /** The place before which its decisions are; absent on the first page. */
  readonly before?: string | undefined
  /** The place before which the next page goes on; absent if there is no older decision. */
  readonly next?: string | undefined
  /** Decisions that the server searched, if it ended early. */
  readonly lookedAt?: number | undefined
  /** Time of the oldest searched decision, UTC ms. */
  readonly lookedTo?: number | undefined
}

/** The words over a list: how many are shown, which were searched, and whether older ones exist. */
export function decisionPageText({ decisions, min, since, until, before, next, lookedAt, lookedTo }: DecisionPage): string {
  const score = min === undefined ? '' : ` with a score of at least ${min}`
  const span = `${since === undefined ? '' : ` from ${timeStamp(since)} UTC on`}${until === undefined ? '' : ` up to ${timeStamp(until)} UTC`}`
  const back = lookedTo === undefined ? '' : `, back to ${timeStamp(lookedTo)} UTC`
  const more = lookedAt === undefined ? '' : ` ${countText(lookedAt)} were searched${back}; there may be older ones.`
  if (decisions.length === 0) {
    const matching = `${before === undefined ? '' : 'older '}matching decision${score}${span}`
    return next === undefined ? `There is no ${matching}.` : `No ${matching} was found.${more}`
  }
  const found =
    before === undefined ? pluralText(decisions.length, 'newest decision') : `next ${pluralText(decisions.length, 'older decision')}`
  return `The ${found}${score}${span}${next === undefined ? '; there is no older one' : ''}.${more}`
}

/** Decisions on one page. */
export const SHOWN_DECISIONS = 100

/** A score to four significant digits, for lists. */
export const scoreDigits = (score: number | null): string => (score === null ? '—' : String(Number(score.toPrecision(4))))

/** `No decision of fraud about c1 is recorded on entry 85,001.` */
export function noDecisionText(entry: string, model: string | undefined, key: string | undefined): string {
  const of = `${model === undefined ? '' : ` of ${model}`}${key === undefined ? '' : ` about ${key}`}`
  return `No decision${of} is recorded on entry ${countText(Number(entry))}.`
}
