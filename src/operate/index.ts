/**
 * Use cases: everything that a person or program asks of a data folder. The command line and the HTTP server parse a request, call a use
 * case, and print or send its result, which is plain data. They read no store by themselves.
 */
export { openDataFolder } from '../log/sqlite/data-folder.ts'
export type { ListedBatchRun } from './batch-runs.ts'
export { DecisionSearchWorker } from './search/decision-search-worker.ts'
export { FolderEventReader, type FolderEvents } from './folder-events.ts'
export { openFolder, withFolder, type FolderView } from './folder.ts'
export { changeFolder, type ApplyFolderChange, type FolderChange } from './folder-change.ts'
export type { FolderLog } from './folder-log.ts'
export type { FolderHealth } from './health.ts'
export type { DriftRequest, ModelDrift } from './model-drift.ts'
export { lineageAround, lineageKinds, lineageOf, lineageRoles, type Lineage, type LineageEdge } from './lineage.ts'
export { trainOnFiles, trainOnFolder, type ModelTrainingRequest } from './model-training.ts'
export type { ModelState, RegisteredModels } from './models.ts'
export type { ObjectiveReport } from './objectives.ts'
export { operatorAuditEntry, operatorName } from './operator-entry.ts'
export { planStart, type PipelinePlan } from './plan.ts'
export { promotedChampion, type PromotedChampion } from './promoted-champion.ts'
export { replayThroughLog, type LoggedSummary } from './replay-through-log.ts'
export { takeOver, type OpenedFolder } from './take-over.ts'
export { dataFolderRegistry, promoteVersion, separateRegistry, type VersionRegistry } from './version-registry.ts'
export type { DecisionTrace, TracedEffect } from './trace.ts'
