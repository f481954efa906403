/** The IR of how a vector becomes a score. */
import type { ExprIR } from './expr-ir.ts'
import type { OnnxIR } from './onnx-ir.ts'

/**
 * What one input adds to a linear score. A number or bool (0 or 1) adds `weight · (x − mean) / scale`; a NULL is
 * replaced by `ifNull`, and without it the score is NULL. `levels` instead gives a weight for each value written as text.
 */
export interface TermIR {
  readonly input: string
  readonly weight?: number
  readonly mean?: number
  readonly scale?: number
  readonly ifNull?: number
  readonly levels?: Readonly<Record<string, number>>
  /** The weight of a value, or NULL, that `levels` does not name; without it the score is NULL. */
  readonly otherwise?: number
}

/**
 * One tree over some inputs, known by number. Its nodes stand in preorder: node 0 is the root, the left child of a split `i` is `i + 1`, its right one
 * `right[i]`. A row goes left if input `input[i]` is at most `value[i]` and right if it is greater; a NULL goes left if `nullsLeft[i]` is 1 and right
 * otherwise. A leaf has `input` −1, `right` and `nullsLeft` 0, and gives `value[i]`.
 */
export interface TreeIR {
  readonly input: readonly number[]
  readonly value: readonly number[]
  readonly right: readonly number[]
  readonly nullsLeft: readonly number[]
}

export type ScoreIR =
  /** `logistic`: 1 / (1 + e^−z), `linear`: z, with z = intercept + the terms in order. */
  | { readonly kind: 'logistic' | 'linear'; readonly intercept: number; readonly terms: readonly TermIR[] }
  /** The score of the first rule whose condition over the inputs is true. */
  | { readonly kind: 'rules'; readonly rules: readonly { readonly when: ExprIR; readonly score: number }[]; readonly otherwise: number }
  /**
   * z = base + what each tree gives, in order; the score is 1 / (1 + e^−z) with the link `logistic`, z with `identity`. `inputs` are the names of the
   * inputs that the trees know by number; a bool is 0 or 1. NULLs have a way in each tree, so that only a z that is not finite makes the score NULL.
   */
  | {
      readonly kind: 'trees'
      readonly link: 'logistic' | 'identity'
      readonly base: number
      readonly inputs: readonly string[]
      readonly trees: readonly TreeIR[]
    }
  | OnnxIR
  /** The user's own function, known by its version. */
  | { readonly kind: 'function'; readonly version: string }
  /** NULL: of a model that is trained, until a version of it is promoted. */
  | { readonly kind: 'none' }
