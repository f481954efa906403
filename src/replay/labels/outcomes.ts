/**
 * Labels of decisions, in columns: what is known at a time of what came of each (docs/semantics.md, Labels).
 *
 * Decisions are given a stretch at a time, in their order, so that their times do not fall.
 */
import type { Column } from '../../columns/block.ts'

/** A row a decision. Those that are not known are 0 in all of them. */
export interface Outcomes {
  /** 1 true, 0 false. */
  readonly value: Uint8Array
  /** 1 where `value` is known. */
  readonly known: Uint8Array
  /** Events that came too late to change it. */
  readonly late: Uint32Array
}

export interface Judge {
  /** Writes the outcomes of decisions with these keys, or ids (`judgeOf`), made at `t`, UTC ms, to the first rows of `into`, which are 0. */
  judge(keys: Column, t: Float64Array, into: Outcomes): void
}

export const noOutcomes = (length: number): Outcomes => ({
  value: new Uint8Array(length),
  known: new Uint8Array(length),
  late: new Uint32Array(length),
})
