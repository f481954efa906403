/** Report of a reconciliation. */
import type { Value } from '../define/ir/index.ts'
import type { SqlPosition } from '../sql/index.ts'

/** Basis of a comparison: SQL over the events that the decision knew, or over all events of the log today, at the same as-of time. */
export const comparisonBases = ['recorded', 'corrected'] as const
export type ComparisonBasis = (typeof comparisonBases)[number]

/** Outcome of comparing two values. `within` means that they differ by no more than the bound of doubles (semantics, numbers to the bit). */
export const cellOutcomes = ['equal', 'within', 'bothAbsent', 'oneAbsent', 'different'] as const
export type CellOutcome = (typeof cellOutcomes)[number]

/**
 * Reasons of a mismatch. Each event that the decision missed has one kind. A kind is a reason if today's value would differ without its
 * events. If no kind does, the reasons are the kinds that alone would have changed the value; if there is none, all kinds.
 *
 * - `late`: an event of the window arrived after the decision.
 * - `duplicate`: a late event, equal in every field to an earlier one.
 * - `dead letter`: a late event that was rejected first.
 * - `revision`: a known event was superseded after the decision.
 * - `stale batch`: the placement did not know an event that had arrived.
 * - `code version`: other definitions made the decision.
 * - `numeric bound`: within the bound of doubles.
 * - `unexplained`: none of these; damage, a fault, or another version of Spillway.
 */
export const mismatchReasons = [
  'late',
  'duplicate',
  'dead letter',
  'revision',
  'stale batch',
  'code version',
  'numeric bound',
  'unexplained',
] as const
export type MismatchReason = (typeof mismatchReasons)[number]

/** One reason of one mismatch. */
export interface MismatchCause {
  readonly reason: MismatchReason
  /** Number of events that were added or superseded; undefined for reasons without events. */
  readonly events?: number
  /** The newest of these events, or the one that replaced it. */
  readonly newest?: SqlPosition
  /** Change of the value by these events; numbers only. */
  readonly effect?: number
}

/** A value of an input. */
export type RecordedCell = Value | readonly Value[]

/** Counts of the values of one input, for one basis. */
export interface ComparisonCounts extends Readonly<Record<CellOutcome, number>> {
  readonly compared: number
  /** Symmetric mean absolute error, 2·|a − b| / (|a| + |b|), of pairs of numbers, 0 to 2; undefined without pairs. */
  readonly smape?: number
  /** Quantiles of the absolute differences of different numbers, at most 1 % above the exact ones, and the maximum. */
  readonly apart?: { readonly p50: number; readonly p90: number; readonly p99: number; readonly max: number }
  /** Number of values by reason. A value with several reasons counts for each. */
  readonly reasons: Readonly<Partial<Record<MismatchReason, number>>>
}

/** Counts of one input. */
export interface InputReport extends Readonly<Record<ComparisonBasis, ComparisonCounts>> {
  readonly model: string
  readonly input: string
  /** Values over windows that reach back to deleted events; not compared. */
  readonly forgotten: number
  /** Values that another pipeline version did not record under this name. */
  readonly unrecorded: number
  /** Mismatches that a repair has noted; not compared again. */
  readonly settled: number
  /** Values whose window would contain a pending dead letter. */
  readonly waiting: number
}

/** One mismatch. */
export interface MismatchExample {
  readonly basis: ComparisonBasis
  /** Its causes, the greatest effect first. */
  readonly causes: readonly MismatchCause[]
  readonly model: string
  readonly input: string
  readonly entry: number
  readonly key: Value
  /** UTC ms. */
  readonly t: number
  /** Fingerprint of the pipeline that decided. */
  readonly fingerprint: string
  readonly recorded: RecordedCell
  readonly other: RecordedCell
}

/** A decision whose score would differ by today's log. It is not decided again, and nothing is sent. */
export interface ChangedDecision {
  readonly model: string
  readonly entry: number
  readonly key: Value
  /** UTC ms. */
  readonly t: number
  /** NULL without a score. */
  readonly recorded: number | null
  readonly today: number | null
  /** Actions whose condition would now hold, or no longer hold, regardless of cooldowns. */
  readonly actions: readonly { readonly action: string; readonly would: boolean }[]
}

/** Changed decisions of one model. */
export interface TodayReport {
  readonly model: string
  /** Decisions with a different score. */
  readonly decisions: number
  /** Decisions with different inputs whose score SQL cannot compute: a user's function, ONNX, or a version trained on other inputs. */
  readonly unscored: number
  /** Number of decisions, by action, whose condition would newly hold (`more`) or no longer hold (`fewer`). */
  readonly actions: readonly { readonly action: string; readonly more: number; readonly fewer: number }[]
  readonly examples: readonly ChangedDecision[]
}

/** Report of one reconciliation. */
export interface ReconcileReport {
  /** Compared decisions. */
  readonly decisions: number
  /** Decisions that were not compared: their trigger was deleted, or the pipeline does not have their model. */
  readonly forgotten: number
  readonly otherModels: Readonly<Record<string, number>>
  /** Entries of the log. */
  readonly entries: number
  readonly inputs: readonly InputReport[]
  readonly examples: readonly MismatchExample[]
  readonly today: readonly TodayReport[]
  /** Position by model: decisions on earlier entries were compared. */
  readonly upTo: Readonly<Record<string, number>>
  /** True if every recorded value equals SQL over the known events, and every other mismatch is explained. */
  readonly sound: boolean
}
