/** Scores in the IR: how a feature vector becomes a number, by a formula or by an ONNX file. */
import type { ExprIR } from './value-ir.ts'

/**
 * Term of a linear score.
 *
 * A number or bool (0 or 1) adds `weight · (x − mean) / scale`. A NULL is replaced by `ifNull`; without it the score is NULL.
 * `levels` instead has a weight for each value as text; `ifNull` is then the weight of NULL, which without it has that of other
 * values, `otherwise`.
 */
export interface TermIR {
  readonly input: string
  readonly weight?: number
  readonly mean?: number
  readonly scale?: number
  readonly ifNull?: number
  readonly levels?: Readonly<Record<string, number>>
  /** Weight of a value that is not in `levels`; without it the score is NULL. */
  readonly otherwise?: number
}

/** Numbers that stand for the texts of a string input. */
export interface LevelsIR {
  readonly levels: Readonly<Record<string, number>>
  /** Number of every other text. */
  readonly otherwise: number
}

/**
 * One tree over numbered inputs, its nodes in preorder.
 *
 * Node 0 is the root; the left child of a split `i` is `i + 1`, its right child `right[i]`. A row goes left if input `input[i]`
 * is at most `value[i]`, otherwise right; a NULL goes left if `nullsLeft[i]` is 1, otherwise right. A leaf has `input` −1,
 * `right` and `nullsLeft` 0, and its value is `value[i]`.
 */
export interface TreeIR {
  readonly input: readonly number[]
  readonly value: readonly number[]
  readonly right: readonly number[]
  readonly nullsLeft: readonly number[]
}

/** True for a score that the IR identifies and does not hold: it needs the pipeline's file. */
export const isExternalScore = ({ kind }: ScoreIR): boolean => kind === 'function' || kind === 'onnx' || kind === 'runtime'

/** Score of a model. */
export type ScoreIR =
  /** `logistic`: 1 / (1 + e^−z), `linear`: z, with z = intercept + the terms in order. */
  | { readonly kind: 'logistic' | 'linear'; readonly intercept: number; readonly terms: readonly TermIR[] }
  /** Score of the first rule whose condition over the inputs is true. */
  | { readonly kind: 'rules'; readonly rules: readonly { readonly when: ExprIR; readonly score: number }[]; readonly otherwise: number }
  /**
   * z = base + the leaf of each tree, in order; the score is 1 / (1 + e^−z) with the link `logistic`, z with `identity`.
   *
   * `inputs` are the names of the numbered inputs; a bool is 0 or 1, and a string its number by `levels`. NULLs have a direction
   * in each tree, so only a z that is not finite makes the score NULL.
   */
  | {
      readonly kind: 'trees'
      readonly link: 'logistic' | 'identity'
      readonly base: number
      readonly inputs: readonly string[]
      readonly trees: readonly TreeIR[]
      /** By string input; absent without one. */
      readonly levels?: Readonly<Record<string, LevelsIR>>
    }
  | OnnxIR
  /** A model of the user's own runtime, identified by its hash, over these inputs. */
  | {
      readonly kind: 'runtime'
      readonly runtime: string
      readonly version: string
      /** SHA-256 of the definition as canonical JSON, a line end, and the bytes, hex. */
      readonly sha256: string
      readonly inputs: readonly string[]
    }
  /** The user's own function, identified by its version. */
  | { readonly kind: 'function'; readonly version: string }
  /** NULL: a trained model until a version is promoted. */
  | { readonly kind: 'none' }

/** Types of a graph's inputs that numbers are converted to. */
export const onnxInputTypes = ['float32', 'float64', 'int64', 'int32', 'bool'] as const
/** Type of a graph's input. */
export type OnnxInputType = (typeof onnxInputTypes)[number]

/** One input of the graph: a matrix of rows × these inputs of the model, or with rank 1 one value per row. */
export interface OnnxFeedIR {
  readonly name: string
  readonly type: OnnxInputType
  readonly rank: 1 | 2
  readonly inputs: readonly string[]
}

/**
 * The score is column `column` of the graph's output, or its one value per row.
 *
 * A NULL is NaN where the type has NaN, and a double becomes the nearest float32. A value that the type cannot hold, or a score
 * that is not finite, rejects the row. The file is identified by its hash; scoring needs its bytes.
 */
export interface OnnxIR {
  readonly kind: 'onnx'
  /** SHA-256 of the file, hex. */
  readonly sha256: string
  readonly feeds: readonly OnnxFeedIR[]
  readonly output: string
  readonly column: number
  /**
   * True if rows may go through the graph together, since every node treats each row alone. Otherwise one row at a time, so
   * that no score depends on the rows beside it.
   */
  readonly together: boolean
}
