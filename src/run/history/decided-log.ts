import type { StoredDecisions, StoredLog } from '../../log/store.ts'

/** A log whose decisions of a model can be walked from an entry on. */
export interface DecidedLog extends StoredLog {
  decisionsFrom(model: string, entry: number): Iterable<StoredDecisions>
}
