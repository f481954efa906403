/** `run --reconcile`: the schedule of reconciliations beside a run. */
import type { SpillwayError } from '../../base/index.ts'
import type { ScheduleIR } from '../../define/ir/index.ts'
import { scheduleFromText } from '../../runner/index.ts'
import { UsageError } from '../command/command.ts'

/** Parses the schedule of an option: a cron in UTC or an interval. Throws `UsageError`. */
export function parseSchedule(option: string, text: string | undefined): ScheduleIR | undefined {
  if (text === undefined) return undefined
  try {
    return scheduleFromText(option, text)
  } catch (error) {
    throw new UsageError((error as SpillwayError).message)
  }
}
