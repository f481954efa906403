/** Scheduled jobs: one schedule, ledger, retry and thread for batch runs, reports, trainings and reconciliations. */
export { JobClock } from './job-clock.ts'
export { JobLedger, type JobRecord, jobRecordsIn, numberInName } from './job-ledger.ts'
export { JobSchedule, Retry } from './job-schedule.ts'
export { type CancelOptions, type Job, type JobAttempt, JobScheduler, type JobStart } from './job-scheduler.ts'
export { JobThread, runThreadJob, sendProgress, sendResult } from './job-thread.ts'
