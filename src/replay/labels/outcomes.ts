/**
 * Labels of decisions in columns, as known at a time (docs/reference/semantics.md, Labels), and the events that they are computed from.
 *
 * Decisions come batch by batch in their order, so their times do not decrease.
 */
import { type ColumnData, type Block, countUpTo, sliceBlock } from '../../columns/index.ts'
import type { SourceIR } from '../../define/ir/index.ts'
import { currentRows, isDeleted } from '../../kernel/index.ts'

/** One row per decision. Rows without a known label are 0, or NaN, in `value`, `known` and `outcome`. */
export interface Outcomes {
  /** 1 true, 0 false. */
  readonly value: Uint8Array
  /** 1 where `value` is known. */
  readonly known: Uint8Array
  /**
   * Where it is true: the time of the event that says so (`labelFrom`, `happens`), the onset of the episode (`begins`), or the end of the
   * time for the event (`doesNotHappen`), UTC ms; NaN elsewhere.
   */
  readonly outcome: Float64Array
  /** 0 where the episode had already begun (`begins`): such a decision has no label. */
  readonly eligible: Uint8Array
  /** `labelFrom`, `happens`, `doesNotHappen`: number of events that concern the decision and came too late to change its label. */
  readonly late: Uint32Array
  /** `labelFrom`: 1 where an action hides the outcome; the label is unknown. */
  readonly censored: Uint8Array
}

/**
 * Computes labels: writes the outcomes of decisions with these keys, or ids (`labellerOf`), made at `t`, UTC ms, to the first rows of `into`,
 * which must be as from `emptyOutcomes`.
 */
export type Labeller = (keys: ColumnData, t: Float64Array, into: Outcomes) => void

/** Outcomes that are all unknown, of decisions that are all eligible. */
export const emptyOutcomes = (length: number): Outcomes => ({
  value: new Uint8Array(length),
  known: new Uint8Array(length),
  outcome: new Float64Array(length).fill(NaN),
  eligible: new Uint8Array(length).fill(1),
  late: new Uint32Array(length),
  censored: new Uint8Array(length),
})

/** Makes the label of a row unknown. */
export function clearOutcome({ value, known, outcome }: Outcomes, row: number): void {
  value[row] = known[row] = 0
  outcome[row] = NaN
}

/** The visible events of a source. */
export interface VisibleEvents {
  readonly source: SourceIR
  /** In order of arrival. */
  readonly block: Block
  /** 1 where an event is neither superseded nor deleted. */
  readonly counts: Uint8Array
}

/** The events visible at `at`, UTC ms; `history` is in order of arrival. One pass. */
export function visibleEventsAt(source: SourceIR, history: Block, at: number): VisibleEvents {
  const [length] = countUpTo(history.arrival, Float64Array.of(at))
  const block = sliceBlock(history, 0, length)
  const current = currentRows(source, block)
  const counts = new Uint8Array(length)
  if (current) for (const row of current) counts[row] = 1
  else for (let row = 0; row < length; row++) counts[row] = isDeleted(source, block, row) ? 0 : 1
  return { source, block, counts }
}
