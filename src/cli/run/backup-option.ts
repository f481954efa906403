/** `run --backup`: makes backups on a schedule beside a run. */
import { openTarget, parseRetention } from '../../backup/index.ts'
import { type BackupPlan, BACKUP_SCHEDULE } from '../../runner/index.ts'
import { type OptionSpecs, type OptionValues, UsageError } from '../command/command.ts'
import { parseSchedule } from './reconcile-option.ts'

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
    help: `when to back up: a cron in UTC such as '0 * * * *', or an interval [default: ${BACKUP_SCHEDULE}]`,
  },
  'backup-keep': {
    setting: 'backupKeep',
    unless: ELSEWHERE,
    value: 'AGE|N',
    help: 'delete backups beyond an age such as 7d, or all but the newest N [default: keep all]',
  },
} as const satisfies OptionSpecs

/** Checks the options, and that the target's address can be opened. Throws `UsageError`, and as `openTarget` and `parseRetention` do. */
export function backupOfRun(values: OptionValues<typeof backupOptions>): BackupPlan | undefined {
  const { backup: to, 'backup-schedule': schedule = BACKUP_SCHEDULE, 'backup-keep': keep } = values
  if (to === undefined) {
    const stray = Object.keys(values).find(name => name === 'backup-schedule' || name === 'backup-keep')
    if (stray !== undefined) throw new UsageError(`--${stray} needs --backup TARGET`)
    return undefined
  }
  void openTarget(to, process.env).close()
  return { to, schedule: parseSchedule('--backup-schedule', schedule)!, keep: keep === undefined ? undefined : parseRetention(keep) }
}
