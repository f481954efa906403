/** The score of an ONNX file, in the IR. */

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
