import type { StoredDecisions, StoredLog } from '../../log/store.ts'

/** A log with iteration over the decisions of a model from an entry on. */
export interface DecidedLog extends StoredLog {
  decisionsFrom(model: string, entry: number): Iterable<StoredDecisions>
}
