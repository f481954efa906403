/** Filters of decisions by score and time. The server finds them by time, model and key; the page filters live decisions and scores itself. */
import type { DecisionAnswer } from '../core/answers.ts'
import { countText, pluralText, timeStamp, utcTime } from '../core/text.ts'

export type DecisionPredicate = (decision: DecisionAnswer) => boolean

export interface ListFilter {
  readonly filter: DecisionPredicate
  /** The latest time, UTC ms. */
  readonly until?: number
  /** A malformed filter, which is not applied. */
  readonly problem?: string
}

/** The filter of a view's query: `min` is the least score, `until` the latest time in UTC. A malformed one is a problem. */
export function decisionFilter({ min, until }: Readonly<Record<string, string>>): ListFilter {
  const least = min === undefined ? -Infinity : Number(min)
  const latest = until === undefined ? Infinity : utcTime(until)
  if (Number.isNaN(least)) return { filter: () => true, problem: `'${min}' is no number: write the least score as 0.8` }
  if (Number.isNaN(latest)) return { filter: () => true, problem: `'${until}' is no time: write it as 2026-01-01 12:00` }
  return {
    filter: ({ t, score }) => t <= latest && (min === undefined || (score !== null && score >= least)),
    ...(until !== undefined && { until: latest }),
  }
}

/** A page of found decisions, newest first, as far as its words need it. */
export interface DecisionPage {
  /** The decisions that the server found. */
  readonly found: readonly Pick<DecisionAnswer, 't'>[]
  /** Of those, the decisions that are shown. */
  readonly shown: readonly Pick<DecisionAnswer, 't'>[]
  /** The number of decisions that the server was to find. */
  readonly limit: number
  readonly min?: string | undefined
  readonly until?: number | undefined
  /** Decisions that the server searched, if it ended early. */
  readonly lookedAt?: number | undefined
}

/** The words over a list: how many are shown, which were searched, and whether older ones exist. */
export function decisionPageText(page: DecisionPage): string {
  const { found, shown, limit, min, until, lookedAt } = page
  const to = until === undefined ? '' : ` up to ${timeStamp(until)} UTC`
  const more = lookedAt === undefined ? '' : ` ${countText(lookedAt)} were searched; there may be older ones.`
  if (found.length === 0)
    return lookedAt === undefined ? `There is no matching decision${to}.` : `No matching decision${to} was found.${more}`
  const isAll = found.length < limit && lookedAt === undefined
  const newest = `${pluralText(found.length, 'newest decision')}${to}`
  if (min === undefined) return `The ${newest}${isAll ? '; there is no older one' : ''}.${more}`
  const span = ` (${timeStamp(found.at(-1)!.t)} to ${timeStamp(found[0].t)})`
  return `${countText(shown.length)} with a score of at least ${min} shown, of the ${newest}${span}; ${isAll ? 'there is no older one' : 'older ones were not searched'}.${more}`
}

/** The latest time of the page of older decisions, UTC ms; `undefined` if there is none. */
export function olderUntil({ found, shown, limit }: DecisionPage): number | undefined {
  // Where more match than are shown, the next page goes on after those.
  const last = shown.length >= SHOWN_DECISIONS ? shown.at(-1) : found.length < limit ? undefined : found.at(-1)
  if (!last) return undefined
  // Decisions of one time may go on beyond a page, but a whole page of them would repeat itself.
  return last.t < found[0].t ? last.t : last.t - 1
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
