/**
 * The decisions that an audit makes again and again, and what came of them: everything about them that no setting changes.
 *
 * Row i is the same decision in every alternative. So differences are paired, and what an alternative changes is three columns.
 */

/** What one alternative makes of the decisions. */
export interface Decided {
  /** NaN where there is no score: an input was missing, or no decision was made about this row (a tick that a slower cadence leaves out). */
  readonly score: Float64Array
  /**
   * Scores at the model's own cadence, which set the threshold of an alert volume; defaults to `score`. A slower cadence omits decisions,
   * and no other decision acts in their place. Otherwise a cadence with a third of the decisions would act on three times the share of
   * them, and the lower threshold would count as a gain of the cadence.
   */
  readonly ranked?: Float64Array | undefined
  /** When the score was there, UTC ms. */
  readonly made: Float64Array
  /** When what follows from it had been done, UTC ms. */
  readonly acted: Float64Array
  /** The effect is in the answer: it stops the event that it is about. */
  readonly inline: boolean
}

export interface Cases {
  readonly length: number
  /** Each decision's `t` as the pipeline has it, UTC ms; does not fall. */
  readonly t: Float64Array
  /** What is decided about, as a small integer. */
  readonly key: Int32Array
  /** 1 true, 0 false; 0 where it is not known. */
  readonly label: Uint8Array
  /** 1 where the label is known. */
  readonly known: Uint8Array
  /** 0 where the decision has no label because it is going on already (`begins`). */
  readonly eligible: Uint8Array
  /** Where the label is true: when it became so, UTC ms (the onset of the episode, the time of the event that says it); NaN elsewhere. */
  readonly outcome: Float64Array
  /** An input of the model, or a field of its trigger, as a number; NaN where it is NULL. As the pipeline has it. Throws `SPILL_INPUT` for another name. */
  readonly column: (name: string) => Float64Array
  /** What decisions may share luck by: each entity among the keys that the model reads. */
  readonly clusters: readonly ClusterColumn[]
  /** Labels that are not known because of what an action did (`censored` by it): a part of all that have none. */
  readonly censored: number
  /** Of decisions that an action left undone to see what comes of them; absent where none was. */
  readonly undone?: UndonePart
  /** How these stand for those whose outcome the action has hidden; absent where they are too few, and stand for themselves alone. */
  readonly standing?: Standing
  readonly blocks: Blocks
}

/** What an action that explored has left of what is judged. */
export interface UndonePart {
  /** Decisions left undone whose label is known, those of them that are true, and decisions whose outcome was hidden though it had a chance to be seen. */
  readonly count: number
  readonly positive: number
  readonly hidden: number
  /** For how many one stands, 1 / its chance: the least and the greatest. */
  readonly weight: readonly [least: number, greatest: number]
  /** How many of equal weight they are worth, (Σw)² / Σw². */
  readonly effective: number
}

export interface Standing {
  /** By row: 1 / its chance of a decision that was left undone; 0 of one whose outcome was hidden, and for which others stand; 1 of all others. */
  readonly weight: Float64Array
  /** By row, where `weight` is not 1: how often the label is true among those left undone at that chance. */
  readonly expected: Float64Array
  /** How long after the decision those of them came true that did so later, ms, mean. */
  readonly delay: number
}

export interface ClusterColumn {
  /** The entity's column: `card`, `terminal`. */
  readonly name: string
  /** The cluster of each row, from 0. */
  readonly of: Int32Array
  readonly count: number
  /** Of blocks of time: how long each of them is, ms. */
  readonly span?: number
}

/** Stretches of rows by time, [from, to), with a gap as long as the label's horizon before each that is judged. */
export interface Blocks {
  /** What models are fitted on. */
  readonly train: RowRange
  /** What thresholds are set on. */
  readonly tune: RowRange
  /** What curves are drawn from: `select` and `report` together. */
  readonly test: RowRange
  /** What a plan is chosen on, and what it is then reported on. */
  readonly select: RowRange
  readonly report: RowRange
}

export interface RowRange {
  readonly from: number
  readonly to: number
}

/** What an alternative's alerts are worth, decision by decision; NaN where it cannot be said, since the label is not known. */
export type UtilityFunction = (given: {
  readonly cases: Cases
  readonly decided: Decided
  /** 1 where the decision acts. */
  readonly alert: Uint8Array
  readonly rows: RowRange
  /** Those of `rows` that act, ascending, if they are known. */
  readonly acting?: Int32Array | undefined
}) => Float64Array
