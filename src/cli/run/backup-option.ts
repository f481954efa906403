/** `run --backup`: makes backups on a schedule beside a run. */
import { BACKUP_JOB, BackupScheduler, backUpInThread, type BackupRetention, openTarget, parseRetention } from '../../backup/index.ts'
import { callEvery, wallClock } from '../../base/index.ts'
import type { ScheduleIR } from '../../define/ir/index.ts'
import type { OpenedFolder } from '../../operate/index.ts'
import { type OptionSpecs, type OptionValues, UsageError } from '../command/command.ts'
import { parseSchedule } from './reconcile-option.ts'

const TICK_EVERY_MS = 1000
const DEFAULT_SCHEDULE = '1h'

/** A run of another folder, or a dry run such as a drill on a restored folder, must not add to the backups of the project. */
const ELSEWHERE = ['data', 'dry-run'] as const

/** The options of scheduled backups. */
export const backupOptions = {
  backup: {
    setting: 'backup',
    unless: ELSEWHERE,
    value: 'TARGET',
    help: 'back up the data folder on a schedule, to a folder or to s3://BUCKET/PREFIX',
  },
  'backup-schedule': {
    setting: 'backupSchedule',
    unless: ELSEWHERE,
    value: 'SCHEDULE',
    help: `when to back up: a cron in UTC such as '0 * * * *', or an interval [default: ${DEFAULT_SCHEDULE}]`,
  },
  'backup-keep': {
    setting: 'backupKeep',
    unless: ELSEWHERE,
    value: 'AGE|N',
    help: 'delete backups beyond an age such as 7d, or all but the newest N [default: keep all]',
  },
} as const satisfies OptionSpecs

/** The scheduled backups of a run. */
export interface RunBackup {
  readonly to: string
  readonly schedule: ScheduleIR
  readonly keep: BackupRetention | undefined
}

/** Checks the options, and that the target's address can be opened. Throws `UsageError`, and as `openTarget` and `parseRetention` do. */
export function backupOfRun(values: OptionValues<typeof backupOptions>): RunBackup | undefined {
  const { backup: to, 'backup-schedule': schedule = DEFAULT_SCHEDULE, 'backup-keep': keep } = values
  if (to === undefined) {
    const stray = Object.keys(values).find(name => name === 'backup-schedule' || name === 'backup-keep')
    if (stray !== undefined) throw new UsageError(`--${stray} needs --backup TARGET`)
    return undefined
  }
  void openTarget(to, process.env).close()
  return { to, schedule: parseSchedule('--backup-schedule', schedule)!, keep: keep === undefined ? undefined : parseRetention(keep) }
}

/** Scheduled backups of this process. */
export interface ScheduledBackups {
  /** The end of the status line: says that the last backup failed; empty otherwise. */
  readonly text: string
  /** Cancels the backup in progress. Resolves as `JobScheduler.cancel` does. */
  readonly cancel: () => Promise<boolean>
  stop(): Promise<void>
}

/** Starts scheduled backups of the folder that this process holds. */
export function startBackups(
  backup: RunBackup,
  folder: string,
  store: OpenedFolder['folder']['store'],
  printLine: (text: string) => void,
): ScheduledBackups {
  const backups = new BackupScheduler({
    ...backup,
    folder,
    store,
    clock: wallClock,
    backUp: backUpInThread,
    onReport: report => printLine(`  ${report}`),
  })
  const ticking = callEvery(TICK_EVERY_MS, () => backups.tick())
  return {
    get text() {
      return backups.failure === undefined ? '' : '; the last BACKUP FAILED'
    },
    cancel: () => backups.cancel(BACKUP_JOB),
    async stop() {
      ticking.stop()
      await backups.stop()
    },
  }
}
