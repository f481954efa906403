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

/** A page of found decisions, newest first, as far as its words need it. */
export interface DecisionPage {
  readonly decisions: readonly Pick<DecisionAnswer, 't'>[]
  readonly min?: string | undefined
  readonly since?: number | undefined
  readonly until?: number | undefined
  /** Decisions that the server searched, if it ended early. */
  readonly lookedAt?: number | undefined
  /** Time of the oldest searched decision, UTC ms, if a search up to it goes on. */
  readonly lookedTo?: number | undefined
}

/** The words over a list: how many are shown, which were searched, and whether older ones exist. */
export function decisionPageText({ decisions, min, since, until, lookedAt, lookedTo }: DecisionPage): string {
  const score = min === undefined ? '' : ` with a score of at least ${min}`
  const span = `${since === undefined ? '' : ` from ${timeStamp(since)} UTC on`}${until === undefined ? '' : ` up to ${timeStamp(until)} UTC`}`
  const back = lookedTo === undefined ? '' : `, back to ${timeStamp(lookedTo)} UTC`
  const more = lookedAt === undefined ? '' : ` ${countText(lookedAt)} were searched${back}; there may be older ones.`
  if (decisions.length === 0)
    return lookedAt === undefined
      ? `There is no matching decision${score}${span}.`
      : `No matching decision${score}${span} was found.${more}`
  const isAll = decisions.length < SHOWN_DECISIONS && lookedAt === undefined
  return `The ${pluralText(decisions.length, 'newest decision')}${score}${span}${isAll ? '; there is no older one' : ''}.${more}`
}

/** The latest time of the page of older decisions, UTC ms; `undefined` if there is none. */
export function olderUntil({ decisions, until = Infinity, lookedTo }: DecisionPage): number | undefined {
  const [first, last] = decisions.length < SHOWN_DECISIONS ? [until, lookedTo] : [decisions[0].t, decisions.at(-1)!.t]
  if (last === undefined) return undefined
  // Decisions of one time may go on beyond a page, but a whole page of them would repeat itself.
  return last < first ? last : last - 1
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
