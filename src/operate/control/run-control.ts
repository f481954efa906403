/**
 * Changes that operators make to a run, or to a data folder that no run holds: dead letters, dead effects, jobs, models and alerts.
 *
 * Requests and results are plain JSON data, so that the same port is served over HTTP, over the control socket of a run, and in the
 * process. Every change is durable, and recorded in the operator log, before its promise resolves.
 */
import type { DeadLetterOutcome } from '../../log/index.ts'
import type { Alert } from '../../monitor/index.ts'
import type { AlertEdit } from '../../monitor/alerts/index.ts'
import type { RejectionReason } from '../../intake/index.ts'

/** A new record for a dead letter: fields to set in its JSON, or the whole record. */
export interface DeadLetterEdit {
  readonly id: number
  /** Version of the record that the operator has seen (`deadLetterVersion`): a record that has changed since is a conflict. */
  readonly version: string
  /** Fields to set, with their JSON values. */
  readonly set?: Readonly<Record<string, unknown>>
  /** Fields to rename: their names now, with their new names. They keep their places and values. */
  readonly rename?: Readonly<Record<string, string>>
  /** The whole record as text. */
  readonly raw?: string
  /** The whole record in base64, for bytes that are not UTF-8. */
  readonly rawBase64?: string
}

/** Dead letters to send again through the record validator of their source, as events that arrive now. */
export interface DeadLetterReplay {
  /** Numbers, at most `DEAD_LETTERS_CHANGED_MAX`. */
  readonly ids: readonly number[]
  /** The source of dead letters that name no source. */
  readonly source?: string
  /** Leaves out dead letters that cannot be sent, in place of an error before anything is sent. */
  readonly omitUnsendable?: boolean
  /**
   * Versions of the records that the operator has seen (`deadLetterVersion`), by number: a record that has changed since is a conflict, or
   * left out with `omitUnsendable`. A dead letter without a version here is sent as it is.
   */
  readonly versions?: Readonly<Record<number, string>>
  /** Fingerprint of the pipeline that the operator means: a run of a different pipeline is a conflict. */
  readonly fingerprint?: string
}

/** The outcome of one dead letter that was replayed. */
export interface ReplayedDeadLetter {
  readonly id: number
  /** `rejected`: it was rejected again and stays a dead letter. */
  readonly outcome: DeadLetterOutcome | 'rejected'
  /** Reason and detail of the new rejection, and failed attempts since the last edit. */
  readonly reason?: RejectionReason
  readonly detail?: string
  readonly attempts?: number
}

/** A dead letter that was not sent, and the reason. */
export interface OmittedDeadLetter {
  readonly id: number
  readonly reason: string
}

/** The outcomes of replayed dead letters, in the order of the request. */
export interface DeadLetterReplayResult {
  readonly letters: readonly ReplayedDeadLetter[]
  readonly omitted: readonly OmittedDeadLetter[]
}

/** Dead letters to close, all or none; they are kept with the reason. */
export interface DeadLetterDrop {
  readonly ids: readonly number[]
  readonly why: string
}

/** Dead effects to deliver again, all or none, under the same idempotency keys. */
export interface EffectRetry {
  readonly numbers: readonly number[]
}

/** Dead effects to give up, all or none; they are kept with the reason. */
export interface EffectDrop extends EffectRetry {
  readonly why: string
}

/** A job to cancel. */
export interface JobCancellation {
  readonly kind: JobKind
  /** Name of the feature group, the report or the model; absent for the reconciliation and the backup, of which a run has one. */
  readonly name?: string
  /** Number of the attempt that the operator has seen: if another attempt runs, or none, it is a conflict. Absent: whichever runs. */
  readonly number?: number
}

/** The kinds of jobs that can be cancelled. */
export const jobKinds = ['batch-run', 'report', 'training', 'reconciliation', 'backup'] as const
export type JobKind = (typeof jobKinds)[number]

/** The kinds of which a run has one job, without a name. */
export const singleJobKinds = ['reconciliation', 'backup'] as const
export type SingleJobKind = (typeof singleJobKinds)[number]

export const isSingleJobKind = (kind: string): kind is SingleJobKind => singleJobKinds.some(single => single === kind)

/** A version of a model to promote. */
export interface ModelPromotion {
  readonly model: string
  /** Number of the version; 0 is the score of the definition, `previous` the version that scored before. */
  readonly version: number | 'previous'
}

/** A version that was promoted. */
export interface PromotedVersion {
  /** Number of the version; 0 is the score of the definition. */
  readonly version: number
  /** True in a folder that no run holds: the version scores from the first entry of the next run on. */
  readonly waitsForRun: boolean
}

/**
 * Changes that operators make. `by` names the operator in the operator log: `cli:ann`, `token:dashboard`, `http`.
 *
 * All of them throw `SPILL_NOT_FOUND` for an unknown number, `SPILL_PRECONDITION` for a state that does not allow the change,
 * `SPILL_CONFLICT` while another operator makes one, and `SPILL_STOPPED` once the run has stopped. Nothing was changed then, unless a method says otherwise.
 */
export interface RunControl {
  /**
   * Replaces the record of a dead letter, or fields of it. The first record is kept, and attempts restart at 0. Resolves with the new
   * version.
   *
   * @throws `SPILL_CONFLICT` if the record has a version other than the edit's; `SPILL_INPUT` if it lacks the fields to set or rename, or is too long.
   */
  editDeadLetter(edit: DeadLetterEdit, by: string): Promise<{ readonly version: string }>
  /**
   * Replays dead letters: sends them again. (A replay of a history is `spillway replay`, which is something else.) An accepted one is
   * settled in the commit of its event; a rejected one stays, with the new reason. After an error in the middle some may have been sent:
   * each either is settled or is as it was.
   *
   * @throws `SPILL_INPUT` for a dead letter without a source in the pipeline, `SPILL_LIMIT` after too many attempts, `SPILL_CONFLICT` for a
   *   record that has a version other than the one in `versions`; all unless `omitUnsendable`.
   */
  replayDeadLetters(replay: DeadLetterReplay, by: string): Promise<DeadLetterReplayResult>
  /** Drops dead letters. Resolves with the time, UTC ms. */
  dropDeadLetters(drop: DeadLetterDrop, by: string): Promise<{ readonly settled: number }>
  /** Retries dead effects. */
  retryEffects(retry: EffectRetry, by: string): Promise<Readonly<Record<string, never>>>
  /** Drops dead effects. */
  dropEffects(drop: EffectDrop, by: string): Promise<Readonly<Record<string, never>>>
  /**
   * Cancels a job that runs or was requested. Its ledger records the attempt as failed, because it was cancelled. Resolves when that is
   * durable. The job runs again at its next time.
   *
   * @throws `SPILL_NOT_FOUND` for a job that the pipeline does not have, `SPILL_PRECONDITION` for one that does not run, or that
   *   runs with a number other than the one to cancel.
   */
  cancelJob(cancellation: JobCancellation, by: string): Promise<Readonly<Record<string, never>>>
  /**
   * Promotes a version of a model, or rolls back to the one before. Resolves when the promotion is in the log, or waits there for a run.
   *
   * @throws `SPILL_NOT_FOUND` for an unknown model, `SPILL_INPUT` for an untrained one, `SPILL_PRECONDITION` for a version that cannot score
   *   or if nothing was promoted.
   */
  promoteModel(promotion: ModelPromotion, by: string): Promise<PromotedVersion>
  /**
   * Acknowledges, silences or resolves an alert. Resolves with the changed alert.
   *
   * @throws `SPILL_INPUT` for a silence without an end ahead.
   */
  editAlert(edit: AlertEdit, by: string): Promise<Alert>
}
