/** Decisions with their outcomes, in columns: the argument of the user's own value function. */

/** Decisions in columns of `length` rows, one row per decision, ordered by `t`. */
export interface Judged<Read extends string = string> {
  /** Number of decisions. */
  readonly length: number
  /** As-of time, UTC ms, ascending. */
  readonly t: Float64Array
  /** Key of the decision, as a small integer. */
  readonly key: Int32Array
  /** Score; NaN if there is none. */
  readonly score: Float64Array
  /** 1 where the decision acts, otherwise 0. */
  readonly alert: Uint8Array
  /** Time at which the action was done, UTC ms. */
  readonly acted: Float64Array
  /** True if the action is the answer to the event, and so stops it. */
  readonly inline: boolean
  /** Label: 1 for true, 0 for false or unknown. */
  readonly label: Uint8Array
  /** 1 where the label is known, otherwise 0. */
  readonly known: Uint8Array
  /** Time at which the label became true, UTC ms; NaN otherwise. */
  readonly outcome: Float64Array
  /** An input of the model or a field of its trigger as numbers; NaN for NULL. */
  readonly column: (name: Read) => Float64Array
}

/** The user's value function: the value of each decision, in the order of the decisions. */
export type UtilityCompute = (decisions: Judged) => Float64Array
