/** The scheduled backups of a run: one job, with the engine of all jobs. A failure is reported, and tried again after a delay. */
import { type Clock, limits } from '../base/index.ts'
import type { ScheduleIR } from '../define/ir/index.ts'
import { JobClock, JobLedger, JobSchedule, JobScheduler, type Job, Retry } from '../jobs/index.ts'
import type { CommitWriter, NamedValues } from '../log/index.ts'
import type { BackupJob, BackUpInThread } from './backup-job.ts'
import { addressForPeople } from './target/open-target.ts'
import { BACKUPS, type BackupRecord, LAST_BACKUP } from './backup-ledger.ts'

/** Inputs of the scheduler. */
export interface BackupSchedulerOptions extends BackupJob {
  readonly store: CommitWriter & Pick<NamedValues, 'named'>
  readonly schedule: ScheduleIR
  readonly clock: Clock
  readonly backUp: BackUpInThread
  /** Receives failures. */
  readonly onReport: (report: string) => void
}

/** Name of the one job of the scheduler. */
export const BACKUP_JOB = 'backup'

/** Makes backups when they are due. */
export class BackupScheduler extends JobScheduler<BackupRecord> {
  readonly #ledger: JobLedger<BackupRecord>

  /** The first backup, and one that was missed while nothing ran, is due at once. */
  constructor(options: BackupSchedulerOptions) {
    const ledger = new JobLedger<BackupRecord>(options.store, BACKUPS)
    super({ ...options, jobs: [backupJob(ledger, options)], clock: new JobClock(options.clock) })
    this.#ledger = ledger
  }

  /** The error of the last attempt, if it failed. */
  get failure(): string | undefined {
    return this.#ledger.records.findLast(({ state }) => state === 'done' || state === 'failed')?.error
  }
}

function backupJob(ledger: JobLedger<BackupRecord>, options: BackupSchedulerOptions): Job<BackupRecord> {
  const { store, clock, folder, to: address, keep, backUp, onReport } = options
  const to = addressForPeople(address)
  const last = ledger.records.findLast(({ state }) => state === 'done')
  const schedule = new JobSchedule(options.schedule, last?.began, { followsClock: true })
  return {
    name: BACKUP_JOB,
    retry: new Retry(),
    due: now => {
      const s = schedule.due(now)
      return s === undefined ? undefined : { why: 'schedule', s }
    },
    begin: ({ s }, began) => {
      const record: BackupRecord = { number: ledger.next, began, state: 'running', to }
      return {
        put: [...ledger.markBrokenOff(), ledger.put(record), ...ledger.trim(ledger.records, limits.BACKUP_RECORDS_KEPT)],
        run: async signal => {
          const done = await backUp({ folder, to: address, keep }, signal)
          const finished: BackupRecord = { ...record, ended: clock(), state: 'done', done }
          await store.commit({ put: [ledger.put(finished), [LAST_BACKUP, JSON.stringify(finished)]] })
          schedule.complete(s)
          if (done.pruneProblem !== undefined) onReport(`backup ${record.number} to ${to} is finished, but ${done.pruneProblem}`)
          return finished
        },
        describe: outcome => `backup ${record.number} to ${to} ${outcome}`,
        fail: ({ message }, isFinal) => {
          if (isFinal) schedule.complete(s)
          return [ledger.put({ ...record, ended: clock(), state: 'failed', error: message })]
        },
        interrupt: () => [ledger.put({ ...record, ended: clock(), state: 'broken off' })],
      }
    },
  }
}
