import { SpillwayError } from '../../base/errors.ts'
import type { ScheduleIR } from '../../define/ir/ir.ts'
import type { Setting } from '../domain/element.ts'
import { everyTitle } from '../domain/setting-text.ts'

/** Schedule of a job and the deadline of each run, ms; the period if undefined. */
export interface Job {
  readonly schedule: ScheduleIR
  readonly lasts: number | undefined
}

/** The job behind a setting. Throws `SPILL_INPUT` if the setting is not a job. `what` names the element in the message. */
export function jobOf(subject: string, setting: Setting): Job {
  if (setting.kind === 'every') return { schedule: { kind: 'interval', every: setting.every, phase: 0 }, lasts: undefined }
  if (setting.kind === 'batch') return { schedule: setting.schedule, lasts: setting.lasts }
  if (setting.kind === 'hybrid') return { schedule: setting.schedule, lasts: undefined }
  return notRun(subject, setting)
}

/** Throws `SPILL_INPUT` for a setting in which an element cannot run. */
export function notRun(subject: string, { kind }: Setting): never {
  const isAge = kind === 'older' || kind === 'faster' || kind === 'trace'
  throw new SpillwayError(
    'SPILL_INPUT',
    isAge
      ? `${subject} is '${kind}', which is an age and not a way to run it, so it has no cost; give stream, hybrid, every or batch`
      : `${subject} cannot be run as '${kind}'`,
  )
}

/** Schedule in words: `every day`, `at 0 2 * * *`. */
export const everyText = (schedule: ScheduleIR): string =>
  schedule.kind === 'interval' ? everyTitle(schedule.every) : `at ${schedule.cron}${schedule.zone === 'UTC' ? '' : ` ${schedule.zone}`}`
