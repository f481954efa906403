/** The door of a run without its own server, for the command line and `embed/`: opens a pipeline over a data folder. */
export { lagSourcesOf } from './lag-sources.ts'
export { PipelineRun } from './pipeline-run.ts'
export { type Reconciliations, startReconciliations } from './reconciliations.ts'
export { BACKUP_SCHEDULE, type BackupPlan, scheduleFromText, type ScheduledBackups, startBackups } from './scheduled-backups.ts'
export {
  checkRunOptions,
  openBackups,
  openLineage,
  openSharedOptions,
  type RunnablePipeline,
  type SharedRunOptions,
} from './run-pipeline.ts'
