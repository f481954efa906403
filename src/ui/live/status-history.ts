/**
 * Rates from counts: the status of the run is read every second, and a rate is the difference of two answers.
 *
 * A restarted run counts from 0. Counts of different processes are never subtracted, so a restart shows as a gap and not as a fall.
 */
import type { StatusAnswer } from '../core/answers.ts'

/** Answers that are kept: ten minutes of one a second. */
export const HISTORY_MAX = 600

/** Span over which a rate is measured, ms: long enough that one late answer does not shake it. */
const RATE_SPAN_MS = 5000

/** The history with a new answer. An answer that is older than the newest, or a copy of it, is left out. */
export function withStatus(history: readonly StatusAnswer[], status: StatusAnswer): readonly StatusAnswer[] {
  const last = history.at(-1)
  if (last && last.started === status.started && status.at <= last.at) return history
  return [...history.slice(-HISTORY_MAX + 1), status]
}

type Count = (status: StatusAnswer) => number

/** The number of a source's accepted records. */
export const acceptedOf =
  (source: string): Count =>
  ({ sources }) =>
    sources.find(counts => counts.source === source)?.accepted ?? 0

/** The number of a model's decisions. */
export const decisionsOf =
  (model: string): Count =>
  ({ models }) =>
    models.find(counts => counts.model === model)?.decisions ?? 0

export const allAccepted: Count = ({ sources }) => sources.reduce((sum, { accepted }) => sum + accepted, 0)
export const allDecisions: Count = ({ models }) => models.reduce((sum, { decisions }) => sum + decisions, 0)
export const allRejected: Count = ({ sources }) => sources.reduce((sum, { rejected }) => sum + rejected, 0)

/** Per second, over the last `RATE_SPAN_MS`; `undefined` before there are two answers of this process. */
export function rateOf(history: readonly StatusAnswer[], count: Count): number | undefined {
  const last = history.at(-1)
  if (!last) return undefined
  const first = history.find(status => status.started === last.started && status.at >= last.at - RATE_SPAN_MS - 500)
  return first === undefined || first.at === last.at ? undefined : perSecond(first, last, count)
}

const perSecond = (from: StatusAnswer, to: StatusAnswer, count: Count): number => ((count(to) - count(from)) / (to.at - from.at)) * 1000

/** A rate over time: seconds since the epoch, and the rate up to then; null at a restart. */
export interface RateSeries {
  readonly times: readonly number[]
  readonly rates: readonly (number | null)[]
}

/** The rates between neighbouring answers. */
export function rateSeries(history: readonly StatusAnswer[], count: Count): RateSeries {
  const pairs = history.slice(1).map((status, i) => [history[i], status] as const)
  return {
    times: pairs.map(([, { at }]) => at / 1000),
    rates: pairs.map(([from, to]) => (from.started === to.started ? perSecond(from, to, count) : null)),
  }
}

/** The rise of a count in the last `ms`; restarts left out. */
export function increaseOf(history: readonly StatusAnswer[], ms: number, count: Count): number {
  const last = history.at(-1)
  const recent = history.filter(({ at }) => last !== undefined && at >= last.at - ms)
  return recent.slice(1).reduce((sum, status, i) => sum + (recent[i].started === status.started ? count(status) - count(recent[i]) : 0), 0)
}
