/** What a reconciliation found. */
import type { Value } from '../define/ir/ir.ts'
import type { SqlPlace } from '../sql/duckdb/answers.ts'

/** With what recorded values are compared: with SQL over what the decision knew, or over what the log knows today, at the same clock. */
export const bases = ['recorded', 'corrected'] as const
export type Basis = (typeof bases)[number]

/** How two values of a cell stand to each other; `within`: they differ by no more than the bound of doubles (semantics §6). */
export const outcomes = ['equal', 'within', 'bothAbsent', 'oneAbsent', 'different'] as const
export type Outcome = (typeof outcomes)[number]

/**
 * Why two values differ. Events that the decision did not know are of one kind each, and a kind is a reason if today's value would be another without its events;
 * where no kind makes the difference alone, those that would have made another value by themselves; and where there is none, all.
 *
 * - `late`: an event of the window came after the decision. - `duplicate`: such a one, equal in every field to an event before it. - `dead letter`: such a one, that
 *   had been refused first. - `revision`: one that was known was superseded after the decision. - `stale batch`: the placement did not know an event that had come before it.
 * - `code version`: the decision was made by other definitions. - `numeric bound`: within the bound of doubles.
 * - `unexplained`: none of these: damage, a fault, or another version of Spillway.
 */
export const reasons = [
  'late',
  'duplicate',
  'dead letter',
  'revision',
  'stale batch',
  'code version',
  'numeric bound',
  'unexplained',
] as const
export type Reason = (typeof reasons)[number]

/** One of the reasons of one value. */
export interface Cause {
  readonly reason: Reason
  /** How many events came, or went since they were superseded; absent where the reason has none. */
  readonly events?: number
  /** The last of them: the event, or the one that took its place. */
  readonly newest?: SqlPlace
  /** By how much the value would be another without them: of numbers alone. */
  readonly effect?: number
}

export type Cell = Value | readonly Value[]

/** Of the values of one input, held against those of one basis. */
export interface Compared extends Readonly<Record<Outcome, number>> {
  readonly compared: number
  /** Symmetric mean absolute error, 2·|a − b| / (|a| + |b|), of the numbers that both have: 0 to 2. Absent if there are none. */
  readonly smape?: number
  /** Of the numbers that are different, how far they are apart: quantiles, at most 1 % above, and the largest. */
  readonly apart?: { readonly p50: number; readonly p90: number; readonly p99: number; readonly max: number }
  /** How many of the values have this reason. One that has several counts for each. */
  readonly reasons: Readonly<Partial<Record<Reason, number>>>
}

export interface InputReport extends Readonly<Record<Basis, Compared>> {
  readonly model: string
  readonly input: string
  /** Values over windows that reach back to what the log has forgotten: not compared. */
  readonly forgotten: number
  /** Values that another version of the pipeline did not record under this name. */
  readonly unrecorded: number
  /** Values that were found to be another, and noted as that by a repair. */
  readonly settled: number
  /** Values in whose window a refused record would be, that waits in the dead-letter queue. */
  readonly waiting: number
}

/** One value that is not what it would be. */
export interface Example {
  readonly basis: Basis
  /** All that it is another for, the greatest effect first. */
  readonly causes: readonly Cause[]
  readonly model: string
  readonly input: string
  readonly entry: number
  readonly key: Value
  /** UTC ms. */
  readonly t: number
  /** Of the pipeline that decided. */
  readonly fingerprint: string
  readonly recorded: Cell
  readonly other: Cell
}

/** A decision that would have another score by what the log has today. Nothing of it is made again, and nothing sent. */
export interface OtherDecision {
  readonly model: string
  readonly entry: number
  readonly key: Value
  /** UTC ms. */
  readonly t: number
  /** NULL where there was no score, or would be none. */
  readonly recorded: number | null
  readonly today: number | null
  /** Actions whose condition it would meet, or would not any more; their cooldowns are left out of account. */
  readonly actions: readonly { readonly action: string; readonly would: boolean }[]
}

/** Of one model: what would be other today. */
export interface TodayReport {
  readonly model: string
  /** Decisions with another score. */
  readonly decisions: number
  /** Decisions with other inputs whose score SQL does not compute: the user's own function, ONNX, a version that was trained on other inputs. */
  readonly unscored: number
  /** By action, for how many decisions its condition would hold that it did not hold for, and the other way round. */
  readonly actions: readonly { readonly action: string; readonly more: number; readonly fewer: number }[]
  readonly examples: readonly OtherDecision[]
}

export interface ReconcileReport {
  /** Decisions that were compared. */
  readonly decisions: number
  /** Decisions that were not: what the log has forgotten what they were made on, or are of a model that the pipeline has not. */
  readonly forgotten: number
  readonly otherModels: Readonly<Record<string, number>>
  /** Entries of the log. */
  readonly entries: number
  readonly inputs: readonly InputReport[]
  readonly examples: readonly Example[]
  readonly today: readonly TodayReport[]
  /** By model: decisions on entries of the log below this were compared. */
  readonly upTo: Readonly<Record<string, number>>
  /** Is every recorded value what SQL makes of what its decision knew, and everything else explained? */
  readonly sound: boolean
}
