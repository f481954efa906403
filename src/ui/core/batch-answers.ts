/** The answer of `GET /runs`: batch runs, and their due times. Times are UTC ms. */
import type { BatchRunAnswer } from './answers.ts'

/** Due times of a group's batch runs. */
export interface BatchScheduleAnswer {
  readonly group: string
  readonly due?: number
  readonly next?: number
  /** Time after `due` from which a result that is not in use is overdue, ms. */
  readonly allowedMs: number
  readonly isOverdue: boolean
}

export interface BatchRunsAnswer {
  readonly runs: readonly BatchRunAnswer[]
  readonly schedules: readonly BatchScheduleAnswer[]
}
