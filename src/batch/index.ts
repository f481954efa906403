/** Batch runs: feature values at a time, computed from the log, in threads, with a ledger of the runs. */
export { BatchValues, readBatchValues } from './batch-values.ts'
export { computeParts } from './compute.ts'
export { groupCode, columnsReadBy, windowReach } from './group-definition.ts'
export type { BatchJob, ComputeRun, ResultPart, ResultSink } from './job.ts'
export {
  allPartsIn,
  BATCH_RUNS,
  type BatchRunRecord,
  type BatchRunResult,
  batchRunsIn,
  bySwap,
  lastSwapBefore,
  lastSwapBy,
  runInUse,
  partFile,
  partFilesIn,
  partName,
  partsIn,
  readPart,
  readParts,
  totalsOf,
} from './ledger.ts'
export { type MakeReport, makeReportInThread } from './report-job.ts'
export {
  batchRunsAt,
  REPORT_RUNS,
  reportCode,
  type ReportJob,
  type ReportResult,
  type ReportRun,
  reportRunPath,
  reportRunsIn,
  reproducibleJob,
  versionAt,
} from './report-ledger.ts'
export { reportTable } from './report.ts'
export { readResultBlocks } from './result.ts'
export { type BatchRunDue, batchRunDueOf, ownBatchRunsOf } from './run-due.ts'
export { restorePartition } from './snapshot-format.ts'
export { computeInThreads } from './threads.ts'
