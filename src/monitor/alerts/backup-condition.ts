/** The condition of the scheduled backups of a run: the last attempt has failed. */
import type { AlertCondition } from './conditions.ts'

/** `failure`: the error of the last attempt; undefined if it succeeded, or none was made. Never a page: the run goes on. */
export const backupConditions = (pipeline: string, failure: string | undefined): AlertCondition[] =>
  failure === undefined
    ? []
    : [
        {
          cause: 'backup',
          subject: { kind: 'pipeline', name: pipeline },
          severity: 'ticket',
          summary: `the last scheduled backup failed: ${failure}`,
        },
      ]
