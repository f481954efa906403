/**
 * Use cases: everything that a person or program asks of a data folder. The command line and the HTTP server parse a request, call a use
 * case, and print or send its result, which is plain data. They read no store by themselves.
 */
export { testAlertReceivers } from './alert-test.ts'
export { AuditJobs } from './audit-jobs.ts'
export type { LoadFigure, RunCapacity } from './capacity.ts'
export { controlRequests } from './control/control-request.ts'
export { recordFields } from './control/dead-letter-record.ts'
export { backUpData, listBackups, type ListedBackup, restoreData, verifyTarget } from './backups.ts'
export { type OpenControl, openControl, type OpenControlOptions } from './control/open-control.ts'
export { operatorAuditEntry, operatorName, withOperatorLog, withOperatorLogAsync } from './control/operator-log.ts'
export {
  type DeadLetterEdit,
  type DeadLetterReplayResult,
  isSingleJobKind,
  jobKinds,
  type OmittedDeadLetter,
  type ReplayedDeadLetter,
  type RunControl,
  singleJobKinds,
} from './control/run-control.ts'
export { serveRunControl } from './control/serve-control.ts'
export type { DeadLetterCauses, DeadLetterPageQuery } from './dead-letters.ts'
export type { ListedBatchRun } from './ledger-runs.ts'
export type { DecisionTrace, TracedEffect } from './decisions.ts'
export type { NeighbourEntries } from './search/decision-time.ts'
export { FolderActivityReader, type FolderActivity } from './folder-activity.ts'
export { featuresAtJson } from './search/features.ts'
export type { FolderLog } from './folder-log.ts'
export { type FolderView, openFolder, withFolder } from './folder.ts'
export type { FolderHealth, ObjectiveReport } from './health.ts'
export {
  type Lineage,
  lineageAround,
  type LineageDirection,
  lineageDirections,
  type LineageEdge,
  lineageKinds,
  lineageOf,
  type LineageRole,
  lineageRoles,
} from './lineage.ts'
export { lineageDot, lineageMermaid } from './lineage-text.ts'
export type { DriftRequest, ModelDrift } from './model-drift.ts'
export { type ModelTrainingRequest, trainOnFiles, trainOnFolder } from './model-training.ts'
export { type ModelState, type PromotedChampion, promotedChampion, type RegisteredModels } from './models.ts'
export { MASKED, PersonalMask } from './personal/index.ts'
export { logEnd, recentEvents } from './recent-events.ts'
export { describePipeline } from './pipeline-description.ts'
export { type PipelinePlan, planStart } from './plan.ts'
export { type LoggedSummary, replayThroughLog } from './replay-through-log.ts'
export { FolderSearchWorker } from './search/folder-search-worker.ts'
export {
  checkSourceSchema,
  parseLevel,
  type SchemaCheckRequest,
  schemaTextOf,
  type SourceVersions,
  sourceVersions,
  withSchemaVersions,
} from './search/source-schemas.ts'
export { planFolderRepair, type RepairOutcome, repairFolder } from './reconcile-repair.ts'
export { type OpenedFolder, openRunFolder } from './take-over.ts'
export { type BuiltTrainingSet, buildTrainingSet, type TrainingSetRequest } from './training-set.ts'
export { type FolderAlerts, summarizeAlerts } from './alerts.ts'
export type { FolderSeries } from './series.ts'
export { dataFolderRegistry, separateRegistry, type VersionRegistry } from './version-registry.ts'
