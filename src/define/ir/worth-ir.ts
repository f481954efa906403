/** Value function of a model, for the audit. It stands beside the IR and not in it, so no fingerprint depends on it. */
export interface WorthIR {
  readonly model: string
  readonly utility: UtilityIR
  /** Further ages of the staleness sweep, ms. */
  readonly ages?: readonly number[]
  /** Periods to show separately, since rare shocks may carry the value: UTC ms. */
  readonly slices?: readonly { readonly name: string; readonly from: number; readonly until: number }[]
  /** Expected decisions a week, if the history differs; values per year are scaled by it. */
  readonly decisionsPerWeek?: number
  /** The user's assumptions in words; the report repeats them. */
  readonly assumes?: readonly string[]
}

/**
 * A value function. `budget` is the share of decisions that may act; without it the threshold of an action on the model (`score
 * >= x`) decides.
 */
export type UtilityIR =
  /** True outcomes on which an action follows in time, each once. `dollars`: of one caught outcome; `wrong`: of one wrong action. */
  | { readonly kind: 'caught'; readonly budget?: number; readonly unit: string; readonly dollars?: number; readonly wrong?: number }
  /** Minutes from the first action in time to the outcome, summed. */
  | { readonly kind: 'notice'; readonly budget?: number; readonly unit: string; readonly dollars?: number; readonly wrong?: number }
  /**
   * Dollars: a right action saves `saves` (a number, or the name of an input or field), a wrong action costs `wrong`.
   *
   * With `blocks` the key is blocked that long, and each of its events in it is saved or wrongly stopped; the decision's own
   * event only if the action is inline.
   */
  | { readonly kind: 'money'; readonly budget?: number; readonly saves: number | string; readonly wrong: number; readonly blocks?: number }
  /** The user's function, identified by its version. */
  | { readonly kind: 'own'; readonly unit: string; readonly version: string; readonly dollars?: number; readonly budget?: number }
