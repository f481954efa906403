/** The door of a run without its own server, for the command line and `embed/`: opens a pipeline over a data folder. */
export { lagSourcesOf } from './lag-sources.ts'
export { type RunOperations, startOperations } from './operations.ts'
export { PipelineRun } from './pipeline-run.ts'
export { closeAfter, openConnections, type RunnablePipeline } from './run-connections.ts'
export { BACKUP_SCHEDULE, type BackupPlan, scheduleFromText } from './scheduled-backups.ts'
export { checkRunOptions, type OpenedRun, openRun, type SharedRunOptions } from './run-pipeline.ts'
