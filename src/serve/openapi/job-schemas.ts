/** JSON Schemas of the ledgers of jobs: batch runs, reconciliations, backups, versions of models, and reports. */
import { schemaTerms } from './json-schema.ts'

const { count, described, each, flag, list, number, object, ref, text, utcMs, values } = schemaTerms

const jobState = { enum: ['running', 'done', 'failed', 'broken off'] }
const jobCause = { enum: ['schedule', 'demand'] }
const entriesRead = described(count, 'log entries that it read')

/** Schemas by name, under `components` of the document. */
export const jobSchemas = {
  Run: object(
    {
      number: count,
      group: text,
      why: jobCause,
      s: described(utcMs, 'as-of time'),
      cut: entriesRead,
      code: described(text, "hash of the group's definition"),
      schema: described(count, "the version of the columns of the group's source"),
      began: utcMs,
      state: jobState,
    },
    {
      ended: utcMs,
      resumed: described(count, 'processes that resumed it'),
      error: text,
      done: object({
        ...each(['partitions', 'known', 'read', 'keys', 'bytes'], count),
        hash: text,
        seconds: number,
        memory: described(count, 'greatest memory of its threads, in bytes'),
      }),
      swapped: described(count, 'log entry from which its result is in use'),
      swappedAt: utcMs,
    },
  ),
  Runs: object({
    runs: list(ref('Run')),
    schedules: list(
      object(
        {
          group: text,
          allowedMs: described(count, 'time after the due time from which a result that is not in use is overdue'),
          isOverdue: described(flag, 'the result of the last due time is not in use, and overdue'),
        },
        { due: described(utcMs, 'the last due time'), next: described(utcMs, 'the next due time') },
      ),
    ),
  }),
  Reconciliation: object(
    { number: count, began: utcMs, state: jobState },
    {
      why: jobCause,
      ended: utcMs,
      error: text,
      done: { type: 'object', description: 'compared values, mismatches by cause, and where the next one begins' },
      report: { type: ['object', 'null'], description: 'as spillway reconcile --json prints it' },
    },
  ),
  Reconciliations: object({ reconciliations: list(ref('Reconciliation')) }),
  Backup: object(
    { number: count, began: utcMs, state: jobState, to: described(text, 'the target') },
    {
      ended: utcMs,
      error: text,
      done: object(
        {
          backup: described(text, 'name of the backup'),
          at: utcMs,
          end: described(count, 'log entries before this one are in it'),
          ...each(['bytes', 'copied', 'stored', 'expired'], count),
          seconds: number,
        },
        { base: described(text, 'the backup on which it is based') },
      ),
    },
  ),
  Backups: object({ backups: list(ref('Backup')) }),
  Version: object(
    {
      model: text,
      number: count,
      state: { enum: ['training', 'candidate', 'rejected', 'challenger', 'champion', 'retired', 'failed', 'broken off'] },
      why: { enum: ['schedule', 'drift', 'demand', 'command'] },
      at: described(utcMs, 'training time: events that arrived later are not in it'),
      began: utcMs,
      train: described(values, 'training options, as defined'),
      inputs: list(object({ name: text, code: text })),
      spillway: text,
    },
    {
      because: described(text, 'the drift that caused the training'),
      cut: described(count, 'log entries that were read'),
      ended: utcMs,
      trained: described(values, 'rows, metrics and importance of inputs on the holdout, hashes; absent without a model'),
      shadowed: described(values, 'of a challenger: its metrics beside those of the champion'),
      verdict: described(text, 'result of its promotion rule'),
      error: text,
      code: text,
    },
  ),
  Models: object({
    models: list(
      object(
        {
          model: text,
          scores: described(count, 'version of the champion; 0 is the score of the definition'),
          versions: list(ref('Version')),
        },
        {
          drift: described(values, 'result of the last drift check, with the drifted inputs, and the training that it requested'),
          rollback: described(count, 'version that a rollback would make the champion; absent if nothing has been promoted'),
        },
      ),
    ),
  }),
  Scores: object({ model: text, scores: count }),
  Report: object(
    {
      number: count,
      report: text,
      why: jobCause,
      s: described(utcMs, 'as-of time'),
      cut: entriesRead,
      runs: described(values, 'by batch group: the time of the run in use, or null'),
      code: described(text, 'hash of the definitions that its rows depend on'),
      began: utcMs,
      state: jobState,
      file: described(text, 'name of the file'),
    },
    {
      version: described(count, 'of a trained model: the version that scored'),
      ended: utcMs,
      error: text,
      done: object({
        live: described(count, 'active keys'),
        rows: count,
        stale: described(flag, 'was a feature group older than the report accepts?'),
        hash: described(text, 'hash of the rows'),
        bytes: count,
        sha256: described(text, 'SHA-256 of the file'),
        seconds: number,
      }),
    },
  ),
  Reports: object({ reports: list(ref('Report')) }),
} as const
