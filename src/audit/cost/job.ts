import { SpillwayError } from '../../base/errors.ts'
import type { ScheduleIR } from '../../define/ir/ir.ts'
import type { Setting } from '../domain/element.ts'
import { everyTitle } from '../domain/setting-text.ts'

/** When something runs, and within how long each run ends, ms; within its period, if it says nothing. */
export interface Job {
  readonly schedule: ScheduleIR
  readonly lasts: number | undefined
}

/** The job that a setting is. Throws `SPILL_INPUT` where it is none. */
export function jobOf(what: string, setting: Setting): Job {
  if (setting.kind === 'every') return { schedule: { kind: 'interval', every: setting.every, phase: 0 }, lasts: undefined }
  if (setting.kind === 'batch') return { schedule: setting.schedule, lasts: setting.lasts }
  if (setting.kind === 'hybrid') return { schedule: setting.schedule, lasts: undefined }
  return notRun(what, setting)
}

export function notRun(what: string, { kind }: Setting): never {
  const older = kind === 'older' || kind === 'faster' || kind === 'trace'
  throw new SpillwayError(
    'SPILL_INPUT',
    older
      ? `${what} is '${kind}', which says how old it is and not how it is run, so it has no cost; give stream, hybrid, every or batch`
      : `${what} cannot be run as '${kind}'`,
  )
}

/** `every day`, `at 0 2 * * *`. */
export const everyText = (schedule: ScheduleIR): string =>
  schedule.kind === 'interval' ? everyTitle(schedule.every) : `at ${schedule.cron}${schedule.zone === 'UTC' ? '' : ` ${schedule.zone}`}`
