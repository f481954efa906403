/** The batch runs of one feature group now: the running one, the last that ended, the values in use, and the due times. */
import type { BatchRunAnswer } from '../core/answers.ts'
import type { BatchRunsAnswer, BatchScheduleAnswer } from '../core/batch-answers.ts'
import { agoText, spanText } from '../core/text.ts'

export interface GroupRuns {
  readonly group: string
  readonly running?: BatchRunAnswer
  /** The last run that ended. */
  readonly ended?: BatchRunAnswer
  /** The run whose values decisions read. */
  readonly used?: BatchRunAnswer
  /** Median duration of its finished runs, ms. */
  readonly usualMs?: number
  readonly schedule: BatchScheduleAnswer
}

/** The groups with batch runs, in the order of the pipeline. */
export const groupRunsIn = ({ runs, schedules }: BatchRunsAnswer): GroupRuns[] =>
  schedules.map(schedule => {
    const { group } = schedule
    const own = runs.filter(run => run.group === group)
    const [running, ended] = [own.at(-1), own.findLast(({ state }) => state !== 'running')]
    const used = own.findLast(({ swappedAt }) => swappedAt !== undefined)
    const usualMs = usualDuration(own)
    return {
      group,
      ...(running?.state === 'running' && { running }),
      ...(ended && { ended }),
      ...(used && { used }),
      ...(usualMs !== undefined && { usualMs }),
      schedule,
    }
  })

interface TimedJob {
  readonly state: string
  readonly began: number
  readonly ended?: number
}

/** States of attempts that ended without a result. */
const failures = ['failed', 'broken off', 'running']

/** Median duration of the finished ones, ms; `undefined` without one. */
export function usualDuration(jobs: readonly TimedJob[]): number | undefined {
  const durations = jobs.flatMap(({ state, began, ended }) => (ended === undefined || failures.includes(state) ? [] : [ended - began]))
  return durations.sort((a, b) => a - b)[durations.length >> 1]
}

export const usualText = (usualMs: number | undefined): string =>
  usualMs === undefined ? '' : usualMs < 1000 ? 'usually less than 1 s' : `usually ${spanText(usualMs)}`

/** The running run, otherwise the last one. */
export function lastRunText({ running, ended, usualMs }: GroupRuns, now: number): string {
  if (running) {
    const usual = usualText(usualMs)
    return `run ${running.number} is running, ${spanText(now - running.began)} so far${usual && `; ${usual}`}`
  }
  if (!ended) return 'none yet'
  const { number, state, began, ended: end = began, error } = ended
  const took = state === 'done' ? ` in ${spanText(end - began)}` : ''
  return `run ${number} ${state} ${agoText(Math.min(end, now), now)}${took}${error === undefined ? '' : `: ${error}`}`
}

/** `due 4 h ago, overdue; next in 20 h`. */
export function dueText({ schedule: { due, next, isOverdue } }: GroupRuns, now: number): string {
  const last = due === undefined ? '' : `due ${agoText(due, now)}`
  return [isOverdue ? `overdue, ${last}` : '', next === undefined ? '' : `next due ${agoText(next, now)}`].filter(Boolean).join('; ')
}

/** Needs a person to look at it: its values are overdue, or its last run failed. */
export const isRunBad = ({ schedule, running, ended }: GroupRuns): boolean => schedule.isOverdue || (!running && ended?.state === 'failed')
