/** The contract with external trainers, version 1: what they find in one folder and leave in another. docs/training.md has it in words. */

export const CONTRACT_VERSION = 1

/** In the first folder… */
export const ROWS = 'rows.parquet'
export const MANIFEST = 'manifest.json'
/** …and in the second. */
export const MODEL_JSON = 'model.json'
export const MODEL_ONNX = 'model.onnx'
export const METRICS = 'metrics.json'

/** What the rows are, beside them. */
export interface TrainerManifest {
  readonly contract: typeof CONTRACT_VERSION
  readonly rows: typeof ROWS
  readonly length: number
  /** Of the model, in its order, and the column of the rows that each is: doubles with NULLs. */
  readonly inputs: readonly { readonly name: string; readonly column: string }[]
  /** The column of labels, without NULLs. */
  readonly label: 'label'
  /** The column of weights, where rows do not all count the same. */
  readonly weight?: 'weight'
  /** What is to be predicted: how probable the label 1 is, of labels 0 and 1; or a number. */
  readonly task: Task
  /** For whatever is drawn: the same rows and seed should give the same model. */
  readonly seed: number
  /** What whoever trains says of the rows, such as the manifest of their training set. */
  readonly of?: unknown
}

export type Task = 'probability' | 'number'

export const columnOf = (input: string): string => `vector.${input}`
