/**
 * Labels of decisions, in columns: what is known at a time of what came of each (docs/semantics.md, Labels).
 *
 * Decisions are given a stretch at a time, in their order, so that their times do not fall.
 */
import type { Column } from '../../columns/block.ts'

/** A row a decision. Those that are not known are 0, or NaN, in all of them. */
export interface Outcomes {
  /** 1 true, 0 false. */
  readonly value: Uint8Array
  /** 1 where `value` is known. */
  readonly known: Uint8Array
  /** Where the label is true: when it came true, UTC ms; NaN elsewhere. */
  readonly outcome: Float64Array
  /** Events that came too late to change it. */
  readonly late: Uint32Array
}

export interface Judge {
  /** Writes the outcomes of decisions with these keys, or ids (`judgeOf`), made at `t`, UTC ms, to the first rows of `into`, which are as `noOutcomes` has them. */
  judge(keys: Column, t: Float64Array, into: Outcomes): void
}

export const noOutcomes = (length: number): Outcomes => ({
  value: new Uint8Array(length),
  known: new Uint8Array(length),
  outcome: new Float64Array(length).fill(NaN),
  late: new Uint32Array(length),
})
