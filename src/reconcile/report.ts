/** What a reconciliation found. */
import type { Value } from '../define/ir.ts'

/** With what recorded values are compared: with SQL over what the decision knew, or over what the log knows today, at the same clock. */
export const bases = ['recorded', 'corrected'] as const
export type Basis = (typeof bases)[number]

/** How two values of a cell stand to each other; `within`: they differ by no more than the bound of doubles (semantics §6). */
export const outcomes = ['equal', 'within', 'bothAbsent', 'oneAbsent', 'different'] as const
export type Outcome = (typeof outcomes)[number]

/**
 * Why two values differ.
 *
 * - `late`: an event in the window came after the decision. - `revision`: one of its events was superseded since. - `stale batch`: the placement did not
 *   know an event that had come before the decision. - `dead letter`: an event that came late since it had been refused first.
 * - `code version`: the decision was made by other definitions. - `numeric bound`: within the bound of doubles.
 * - `unexplained`: none of these: damage, a fault, or another version of Spillway.
 */
export const reasons = ['late', 'revision', 'stale batch', 'dead letter', 'code version', 'numeric bound', 'unexplained'] as const
export type Reason = (typeof reasons)[number]

export type Cell = Value | readonly Value[]

/** Of the values of one input, held against those of one basis. */
export interface Compared extends Readonly<Record<Outcome, number>> {
  readonly compared: number
  /** Symmetric mean absolute error, 2·|a − b| / (|a| + |b|), of the numbers that both have: 0 to 2. Absent if there are none. */
  readonly smape?: number
  /** Of the numbers that are different, how far they are apart: quantiles, at most 1 % above, and the largest. */
  readonly apart?: { readonly p50: number; readonly p90: number; readonly p99: number; readonly max: number }
  readonly reasons: Readonly<Partial<Record<Reason, number>>>
}

export interface InputReport extends Readonly<Record<Basis, Compared>> {
  readonly model: string
  readonly input: string
  /** Values over windows that reach back to what the log has forgotten: not compared. */
  readonly forgotten: number
  /** Values that another version of the pipeline did not record under this name. */
  readonly unrecorded: number
  /** Values in whose window a refused record would be, that waits in the dead-letter queue. */
  readonly waiting: number
}

/** One value that is not what it would be. */
export interface Example {
  readonly basis: Basis
  readonly reason: Reason
  readonly model: string
  readonly input: string
  readonly entry: number
  readonly key: Value
  /** UTC ms. */
  readonly t: number
  readonly recorded: Cell
  readonly other: Cell
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
  /** Is every recorded value what SQL makes of what its decision knew, and everything else explained? */
  readonly sound: boolean
}
