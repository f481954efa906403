/**
 * The contract with external trainers, version 1: the files in their input folder and in their output folder. docs/training.md describes
 * it.
 */

/** Version of the contract. */
export const CONTRACT_VERSION = 1

/** Files of the input folder. */
export const TRAINER_ROWS = 'rows.parquet'
export const TRAINER_MANIFEST = 'manifest.json'
/** Files of the output folder. */
export const MODEL_JSON = 'model.json'
export const MODEL_ONNX = 'model.onnx'
export const TRAINER_METRICS = 'metrics.json'

/** Description of the rows, written beside them. */
export interface TrainerManifest {
  readonly contract: typeof CONTRACT_VERSION
  readonly rows: typeof TRAINER_ROWS
  readonly length: number
  /** Inputs of the model in order, each with its column of the rows: doubles with NULLs. */
  readonly inputs: readonly { readonly name: string; readonly column: string }[]
  /** Column of labels, without NULLs. */
  readonly label: 'label'
  /** Column of weights, if rows are weighted. */
  readonly weight?: 'weight'
  /** The prediction: the probability of label 1 from labels 0 and 1, or a number. */
  readonly task: TrainerTask
  /** Seed for random draws: the same rows and seed should give the same model. */
  readonly seed: number
  /** Caller-supplied description of the rows, such as the manifest of a training set. */
  readonly of?: unknown
}

/** The kind of prediction. */
export type TrainerTask = 'probability' | 'number'

/** Column of an input in the rows. */
export const inputColumn = (input: string): string => `vector.${input}`
