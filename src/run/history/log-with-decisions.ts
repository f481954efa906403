import type { StoredDecisionBatch, StoredLog } from '../../log/store.ts'

/** A log with iteration over the decisions of a model from an entry on. */
export interface LogWithDecisions extends StoredLog {
  decisionsFrom(model: string, entry: number): Iterable<StoredDecisionBatch>
}
