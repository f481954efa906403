/**
 * The decisions that an audit evaluates repeatedly, and their outcomes: everything that no setting changes.
 *
 * Row i is the same decision under every plan. So differences are paired, and a plan changes three columns alone.
 */

/** The decisions under one plan, row by row of `Cases`. */
export interface PlanDecisions {
  /** Scores. NaN where an input was missing, or where a slower cadence omits the tick. */
  readonly score: Float64Array
  /**
   * Scores at the model's own cadence, which set the threshold of an alert volume; defaults to `score`. A slower cadence omits decisions,
   * and no other decision acts in their place. Otherwise a cadence with a third of the decisions would act on three times the share of
   * them, and the lower threshold would count as a gain of the cadence.
   */
  readonly ranked?: Float64Array | undefined
  /** When the score was available, UTC ms. */
  readonly scoredAt: Float64Array
  /** When the action was done, UTC ms. */
  readonly actedAt: Float64Array
  /** True where the reply carries the effect, so that it stops the triggering event itself. */
  readonly inline: boolean
}

/** Decisions as columns of `length` rows, with labels, clusters and blocks. Times are UTC ms. */
export interface Cases {
  readonly length: number
  /** The as-of time of each decision, UTC ms; never decreasing. */
  readonly t: Float64Array
  /** The key of each decision, as a small integer. */
  readonly key: Int32Array
  /** The label: 1 true, 0 false or unknown. */
  readonly label: Uint8Array
  /** 1 where the label is known. */
  readonly isLabelled: Uint8Array
  /** 0 where the decision has no label because its episode has already begun (`begins`). */
  readonly eligible: Uint8Array
  /**
   * Where the label is true, the time of the outcome, UTC ms: the onset of the episode, or the time of the labelling event. NaN elsewhere.
   */
  readonly outcome: Float64Array
  /** The group of each decision, whose decisions share one outcome (`per` of the label); −1 for NULL. Absent without `per`. */
  readonly outcomeGroup?: Int32Array
  /**
   * An input of the model or a field of its trigger as numbers, NaN for NULL, as the pipeline has it now.
   *
   * @throws `SPILL_NOT_FOUND` for an unknown name
   */
  readonly column: (name: string) => Float64Array
  /** The cluster columns, by which decisions are correlated: each entity among the keys that the model reads, and the column by which decisions share an outcome. */
  readonly clusters: readonly ClusterColumn[]
  /** The share of the unknown labels that an action censored. */
  readonly censored: number
  /** Outcomes that arrived after their label had settled as false. */
  readonly lateLabels: number
  /** The exploration: decisions whose action was withheld to observe their outcome; absent where none was. */
  readonly undone?: ExplorationPart
  /** Inverse-propensity weights of the exploration. Absent where it is too small: then its decisions count once. */
  readonly propensityWeights?: PropensityWeights
  readonly blocks: Blocks
}

/** Counts of the exploration in the judged blocks. */
export interface ExplorationPart {
  /** Explored decisions with a known label, the true ones among them, and the decisions whose outcome an action hid. */
  readonly count: number
  readonly positive: number
  readonly hidden: number
  /** The inverse-propensity weight 1 / chance: the least and the greatest. */
  readonly weight: readonly [least: number, greatest: number]
  /** The effective sample size (Σw)² / Σw². */
  readonly effective: number
}

/** Inverse-propensity weights, with the expected label by which the difference estimator uses them. */
export interface PropensityWeights {
  /** By row: 1 / chance for an explored decision, 0 for a decision with a hidden outcome, 1 otherwise. */
  readonly weight: Float64Array
  /** By row where `weight` is not 1: the share of true labels among the explored decisions with the same chance. */
  readonly expected: Float64Array
  /** The mean time from an explored decision to its later outcome, ms. */
  readonly delay: number
}

/** A partition of the decisions into correlated clusters. */
export interface ClusterColumn {
  /** The entity's column: `card`, `terminal`. */
  readonly name: string
  /** The cluster of each row, from 0. */
  readonly of: Int32Array
  readonly count: number
  /** The length of each block, ms; for blocks of time. */
  readonly span?: number
}

/** Blocks of rows [from, to) in time order. A gap of the label's horizon precedes each judged block. */
export interface Blocks {
  /** Models are fitted on this block. */
  readonly train: RowRange
  /** Thresholds are set on this block. */
  readonly tune: RowRange
  /** Curves are estimated on this block: `select` and `report` together. */
  readonly test: RowRange
  /** A plan is chosen on `select` and evaluated on `report`. */
  readonly select: RowRange
  readonly report: RowRange
}

/** Rows [from, to). */
export interface RowRange {
  readonly from: number
  readonly to: number
}
