/** Recomputes recorded feature values by SQL, and explains each that differs. */
export { reconcileInThread } from './reconcile-job.ts'
export {
  type FinishedReconciliation,
  lastReconciliation,
  type ReconciliationRecord,
  reconciliationReport,
  type ReconciliationResult,
  reconciliationsIn,
} from './reconciliation-ledger.ts'
export { RECONCILIATION_JOB, ReconcileScheduler } from './reconcile-scheduler.ts'
export { reconcile, type ReconcileOptions } from './reconcile.ts'
export { reconcileTopic, type TopicReconcileOptions } from './reconcile-topic.ts'
export { isEmptyRepair, planRepair, type RepairPlan, repairPuts } from './repair.ts'
export {
  comparisonBases,
  type ComparisonBasis,
  type ComparisonCounts,
  type InputReport,
  type MismatchCause,
  type MismatchExample,
  type MismatchReason,
  type ReconcileReport,
  type TodayReport,
} from './reconcile-report.ts'
export type { TopicExample, TopicReport } from './topic-report.ts'
