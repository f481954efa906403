/** The condition of the scheduled backups of a run: the last attempt has failed, or does not end. */
import type { AlertCondition } from './conditions.ts'

/** The problems of scheduled backups. */
export interface BackupProblems {
  /** The error of the last attempt; undefined if it succeeded, or none was made. */
  readonly failure: string | undefined
  /** The attempt in progress, in a sentence, if it takes much longer than usual. */
  readonly stall?: string | undefined
}

/** Never a page: the run goes on. */
export function backupConditions(pipeline: string, problems: BackupProblems | undefined): AlertCondition[] {
  const { failure, stall } = problems ?? {}
  const summary = stall ?? (failure === undefined ? undefined : `the last scheduled backup failed: ${failure}`)
  return summary === undefined ? [] : [{ cause: 'backup', subject: { kind: 'pipeline', name: pipeline }, severity: 'ticket', summary }]
}
