/** The score of a file of ONNX, as the IR has it: what its graph is given, and what of its output is the score. */

/** Types of a graph's inputs that numbers become. */
export const onnxInputTypes = ['float32', 'float64', 'int64', 'int32', 'bool'] as const
export type OnnxInputType = (typeof onnxInputTypes)[number]

/** One input of the graph: a matrix of rows × these inputs of the model, or with rank 1 a value a row. */
export interface OnnxFeedIR {
  readonly name: string
  readonly type: OnnxInputType
  readonly rank: 1 | 2
  readonly inputs: readonly string[]
}

/**
 * The score is one number of the graph's output: of a matrix of rows × columns that of `column`, of a value a row (column 0) that. A NULL is NaN where a type has
 * it, a double becomes the nearest float32, and what a type cannot hold, or a score that is not finite, refuses the row. The file is known by its hash: whoever
 * scores has its bytes.
 */
export interface OnnxIR {
  readonly kind: 'onnx'
  /** SHA-256 of the file, hex. */
  readonly sha256: string
  readonly feeds: readonly OnnxFeedIR[]
  readonly output: string
  readonly column: number
  /** Rows may go through the graph together: every node of it treats each row by itself. Otherwise one by one, so that no row's score depends on its neighbours. */
  readonly together: boolean
}
