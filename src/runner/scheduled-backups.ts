/** Scheduled backups of the data folder that a run holds, beside the run. */
import { BACKUP_JOB, BackupScheduler, backUpInThread, type BackupRetention, openTarget, parseRetention } from '../backup/index.ts'
import { callEvery, type Duration, durationMs, SpillwayError, wallClock } from '../base/index.ts'
import { type BackupSettings, checkBackup } from '../define/config/index.ts'
import { IntervalSchedule, scheduleOf } from '../define/feature/index.ts'
import type { ScheduleIR } from '../define/ir/index.ts'
import type { DataFolder } from '../log/sqlite/index.ts'

const TICK_EVERY_MS = 1000
/** The interval of backups without a schedule. */
export const BACKUP_SCHEDULE = '1h'

/** Where and when backups are made, and which stay: all without `keep`. */
export interface BackupPlan {
  readonly to: string
  readonly schedule: ScheduleIR
  readonly keep: BackupRetention | undefined
}

/**
 * The plan of settings, whose target can be opened. `subject` begins a message.
 *
 * @throws `SPILL_DEFINITION` for a wrong setting, and as `openTarget` and `parseRetention` do.
 */
export function backupPlan(subject: string, settings: BackupSettings, env: NodeJS.ProcessEnv): BackupPlan {
  checkBackup(subject, settings)
  const { to, schedule = BACKUP_SCHEDULE, keep } = settings
  void openTarget(to, env).close()
  return {
    to,
    schedule: scheduleFromText(`${subject}.schedule`, schedule),
    keep: keep === undefined ? undefined : parseRetention(String(keep)),
  }
}

/** The schedule of a text: a cron in UTC, or an interval such as `1h`. Throws `SPILL_INPUT`. */
export function scheduleFromText(subject: string, text: string): ScheduleIR {
  try {
    const isInterval = /^\d+[a-z]+$/.test(text)
    return scheduleOf(
      subject,
      isInterval ? new IntervalSchedule({ kind: 'interval', every: durationMs(text as Duration), phase: 0 }) : text,
      undefined,
    )
  } catch (error) {
    // The place of a definition error is a line of code. Here the setting is the place.
    const mistake = error as SpillwayError
    throw new SpillwayError('SPILL_INPUT', mistake.place === undefined ? `${subject}: ${mistake.message}` : mistake.problemAt())
  }
}

/** Scheduled backups of this process. */
export interface ScheduledBackups {
  /** The error of the last attempt, if it failed. */
  readonly failure: string | undefined
  /** The backup in progress, in a sentence, if it takes much longer than usual. */
  readonly stall: string | undefined
  /** Cancels the backup in progress. Resolves as `JobScheduler.cancel` does. */
  readonly cancel: () => Promise<boolean>
  /** Makes the backup that is due, after the one in progress. Resolves when both have ended, also with a failure. */
  finish(): Promise<void>
  stop(): Promise<void>
}

/**
 * Starts scheduled backups of the data folder `folder`, which this process holds; `store` is that of its log. With `atEnd` nothing is made
 * before `finish`, so that the backup of a short run has all of it.
 */
export function startBackups(
  plan: BackupPlan,
  folder: string,
  store: DataFolder['store'],
  onReport: (report: string) => void,
  { atEnd = false } = {},
): ScheduledBackups {
  const backups = new BackupScheduler({ ...plan, folder, store, clock: wallClock, backUp: backUpInThread, onReport })
  const ticking = atEnd ? undefined : callEvery(TICK_EVERY_MS, () => backups.tick())
  return {
    get failure() {
      return backups.failure
    },
    get stall() {
      return backups.stall
    },
    cancel: () => backups.cancel(BACKUP_JOB),
    async finish() {
      await backups.idle()
      backups.tick()
      await backups.idle()
    },
    async stop() {
      ticking?.stop()
      await backups.stop()
    },
  }
}
