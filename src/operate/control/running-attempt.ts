/** The attempt of a job that runs, from the ledgers of a run. */
import { backupRecordsIn } from '../../backup/index.ts'
import { batchRunsIn, reportRunsIn } from '../../batch/index.ts'
import type { NamedValues } from '../../log/index.ts'
import { reconciliationsIn } from '../../reconcile/index.ts'
import { versionsOf } from '../../training/registry/index.ts'
import type { JobKind } from './run-control.ts'

/** The part of a record that all ledgers have. */
interface LedgerEntry {
  readonly number: number
  readonly state: string
}

/** The records of a job by its kind, oldest first. `name` is that of the feature group, the report or the model. */
const ledgers: Readonly<Record<JobKind, (store: NamedValues, name: string) => readonly LedgerEntry[]>> = {
  'batch-run': (store, name) => batchRunsIn(store).filter(({ group }) => group === name),
  report: (store, name) => reportRunsIn(store).filter(({ report }) => report === name),
  training: versionsOf,
  reconciliation: reconciliationsIn,
  backup: backupRecordsIn,
}

/**
 * Number of a job's attempt that runs by its ledger; `undefined` if none does, or its record is not durable yet. An attempt begins once the
 * end of the attempt before it is durable, so at most one runs.
 */
export const runningAttempt = (store: NamedValues, kind: JobKind, name: string): number | undefined =>
  ledgers[kind](store, name).findLast(({ state }) => state === 'running' || state === 'training')?.number
