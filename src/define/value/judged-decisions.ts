/** What a utility of the user's is given: decisions and what came of them, in columns. */

/** Columns of `length` rows, a row a decision, by `t`. */
export interface Judged<Read extends string = string> {
  readonly length: number
  /** When it was decided, UTC ms; does not fall. */
  readonly t: Float64Array
  /** What was decided about, as a small integer. */
  readonly key: Int32Array
  /** NaN where there is none. */
  readonly score: Float64Array
  /** 1 where the decision acts. */
  readonly alert: Uint8Array
  /** When what followed had been done, UTC ms. */
  readonly acted: Float64Array
  /** Whether the action is the answer, so that it stops the event that it is about. */
  readonly inline: boolean
  /** 1 true, 0 false, and 0 where it is not known. */
  readonly label: Uint8Array
  /** 1 where the label is known. */
  readonly known: Uint8Array
  /** When the label became true, UTC ms; NaN where it is not. */
  readonly outcome: Float64Array
  /** An input of the model, or a field of its trigger, as numbers; NaN where it is NULL. */
  readonly column: (name: Read) => Float64Array
}

export type UtilityCompute = (decisions: Judged) => Float64Array
