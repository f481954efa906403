/** Scheduled reconciliations of a data folder, from the ledger beside its log. */
import {
  lastReconciliation,
  reconciliationReport,
  reconciliationsIn,
  type FinishedReconciliation,
  type ReconciliationRecord,
  type ReconcileReport,
} from '../reconcile/index.ts'
import type { FolderLog } from './folder-log.ts'

/** A reconciliation with its report, if it has finished and the report is still stored. */
export interface ReportedReconciliation extends ReconciliationRecord {
  readonly report?: ReconcileReport
}

/** The reconciliations of one folder. */
export class FolderReconciliations {
  readonly #log: Pick<FolderLog, 'get' | 'named'>

  constructor(log: Pick<FolderLog, 'get' | 'named'>) {
    this.#log = log
  }

  /** All stored reconciliations, oldest first. */
  list(): ReconciliationRecord[] {
    return reconciliationsIn(this.#log)
  }

  /** The last finished reconciliation. */
  last(): FinishedReconciliation | undefined {
    return lastReconciliation(this.#log)
  }

  /** A reconciliation by its number. */
  byNumber(number: number): ReportedReconciliation | undefined {
    const record = this.list().find(candidate => candidate.number === number)
    const report = record && reconciliationReport(this.#log, number)
    return record && { ...record, ...(report && { report }) }
  }
}
