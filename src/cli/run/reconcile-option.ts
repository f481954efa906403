/** `run --reconcile`: the schedule of reconciliations beside a run. */
import type { ScheduleIR } from '../../define/ir/index.ts'
import { scheduleFromText } from '../../runner/index.ts'
import { UsageError } from '../command/command.ts'

/** Parses the schedule of an option: a cron in UTC or an interval. Throws `UsageError`. */
export function parseSchedule(option: string, text: string | undefined): ScheduleIR | undefined {
  if (text === undefined) return undefined
  try {
    return scheduleFromText(option, text)
  } catch (error) {
    // The message of a definition error starts with a line of the pipeline's file. Here the option is the place.
    const { message } = error as Error
    const at = message.indexOf(option)
    throw new UsageError(at < 0 ? `${option}: ${message}` : message.slice(at))
  }
}
