/** The scheduled backups of a run: one job, with the engine of all jobs. A failure is reported, and tried again after a delay. */
import { type Clock, limits } from '../base/index.ts'
import type { ScheduleIR } from '../define/ir/index.ts'
import { JobClock, JobLedger, JobSchedule, JobScheduler, type Job, Retry } from '../jobs/index.ts'
import type { CommitWriter, NamedValues } from '../log/index.ts'
import type { BackupJob, BackUpInThread } from './backup-job.ts'
import { addressForPeople } from './target/open-target.ts'
import { BACKUPS, type BackupRecord, lastBackup, LAST_BACKUP } from './backup-ledger.ts'

/** Inputs of the scheduler. */
export interface BackupSchedulerOptions extends BackupJob {
  readonly store: CommitWriter & Pick<NamedValues, 'get' | 'named'>
  readonly schedule: ScheduleIR
  readonly clock: Clock
  readonly backUp: BackUpInThread
  /** Receives failures. */
  readonly onReport: (report: string) => void
}

/** Name of the one job of the scheduler. */
export const BACKUP_JOB = 'backup'

/** Times of the schedule since a backup began: between the first and the last of so many are two periods. */
const STALL_TIMES = 3

/** Makes backups when they are due. */
export class BackupScheduler extends JobScheduler<BackupRecord> {
  readonly #ledger: JobLedger<BackupRecord>
  readonly #options: BackupSchedulerOptions
  readonly #schedule: JobSchedule
  /** Number of the first attempt of this process. */
  readonly #first: number

  /** The first backup, and one that was missed while nothing ran, is due at once. */
  constructor(options: BackupSchedulerOptions) {
    const ledger = new JobLedger<BackupRecord>(options.store, BACKUPS)
    super({ ...options, ends: ledger.markBrokenOff(), jobs: [backupJob(ledger, options)], clock: new JobClock(options.clock) })
    this.#ledger = ledger
    this.#options = options
    this.#schedule = new JobSchedule(options.schedule)
    this.#first = ledger.next
  }

  /** The error of the last attempt, if it failed. */
  get failure(): string | undefined {
    return this.#ledger.records.findLast(({ state }) => state === 'done' || state === 'failed')?.error
  }

  /**
   * The backup in progress, in a sentence, if it takes longer than two periods of its schedule and than twice the last one: a target that
   * hangs, such as NFS without its server, gives no error.
   */
  get stall(): string | undefined {
    const running = this.#ledger.records.at(-1)
    if (running?.state !== 'running' || running.number < this.#first) return undefined
    const { number, began, to } = running
    const now = this.#options.clock()
    const last = lastBackup(this.#options.store)
    if (last && now - began <= 2 * (last.ended - last.began)) return undefined
    let time = now
    for (let i = 0; i < STALL_TIMES; i++) if ((time = this.#schedule.last(time)) < began) return undefined
    return `backup ${number} to ${to} began at ${new Date(began).toISOString()} and has not ended; if its target hangs: spillway jobs cancel backup`
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
        put: [ledger.put(record), ...ledger.trim(ledger.records, limits.BACKUP_RECORDS_KEPT)],
        run: async signal => {
          const previous = lastBackup(store)
          const done = await backUp({ folder, to: address, keep, ...(previous?.to === to && { previous: previous.done.backup }) }, signal)
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
