/**
 * What decisions of a model are worth, for the audit. No part of what a pipeline computes: it stands beside the IR and not in it, so that a fingerprint says nothing of it.
 */
export interface WorthIR {
  readonly model: string
  readonly utility: UtilityIR
  /** Ages that a ladder has besides its own, ms. */
  readonly ages?: readonly number[]
  /** Stretches of time to be shown apart, since rare shocks may carry the value: UTC ms. */
  readonly slices?: readonly { readonly name: string; readonly from: number; readonly until: number }[]
  /** What the user expects a week to have, where the history has another: decisions. Everything said of a year is scaled by it. */
  readonly decisionsAWeek?: number
  /** What the user takes for granted, in words: the report repeats it. */
  readonly assumes?: readonly string[]
}

/**
 * `budget`: the part of decisions that may act. Without it an action on the model with `score >= x` says the threshold, as it runs.
 */
export type UtilityIR =
  /** How many true outcomes are acted on before they happen: each once. `dollars`: of one caught, and of one action that was wrong. */
  | { readonly kind: 'caught'; readonly budget?: number; readonly unit: string; readonly dollars?: number; readonly wrong?: number }
  /** How long before the outcome the first action in time is there: minutes, summed. */
  | { readonly kind: 'notice'; readonly budget?: number; readonly unit: string; readonly dollars?: number; readonly wrong?: number }
  /**
   * Dollars by an action model: a right action saves `saves` (a number, or the name of an input or field that has it), a wrong one costs `wrong`. With `blocks` the key is stopped for so
   * long, and each of its events in that time is saved, or wrongly stopped; its own event only where the action is inline.
   */
  | { readonly kind: 'money'; readonly budget?: number; readonly saves: number | string; readonly wrong: number; readonly blocks?: number }
  /** The user's function, told apart by a version. */
  | { readonly kind: 'own'; readonly unit: string; readonly version: string; readonly dollars?: number; readonly budget?: number }
