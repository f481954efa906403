/**
 * Defines labels of decisions in columns, as known at a time (docs/semantics.md, Labels).
 *
 * Decisions come batch by batch in their order, so their times do not decrease.
 */
import type { ColumnData } from '../../columns/index.ts'

/** One row per decision. Unknown rows are 0, or NaN, in every column. */
export interface Outcomes {
  /** 1 true, 0 false. */
  readonly value: Uint8Array
  /** 1 where `value` is known. */
  readonly known: Uint8Array
  /** The time at which a true label came true, UTC ms; NaN elsewhere. */
  readonly outcome: Float64Array
  /** Number of events that came too late to change the label. */
  readonly late: Uint32Array
}

/** Computes labels. */
export interface Labeller {
  /**
   * Writes the outcomes of decisions with these keys, or ids (`labellerOf`), made at `t`, UTC ms, to the first rows of `into`, which
   * must be as from `emptyOutcomes`.
   */
  label(keys: ColumnData, t: Float64Array, into: Outcomes): void
}

/** Outcomes that are all unknown. */
export const emptyOutcomes = (length: number): Outcomes => ({
  value: new Uint8Array(length),
  known: new Uint8Array(length),
  outcome: new Float64Array(length).fill(NaN),
  late: new Uint32Array(length),
})
