/** Definitions of models: triggers, labels, scores, promotions, and the `ModelRuntime` port. */
export type {
  Contribution,
  LoadedModel,
  ModelRuntime,
  RuntimeColumn,
  RuntimeInput,
  RuntimeModel,
  RuntimeScore,
  RuntimeStrings,
  ScoreBatch,
} from './model-runtime.ts'
export type { Model, VectorOf } from './model.ts'
export { type OnnxFile, parseOnnxFile } from './onnx-file.ts'
export { onnxScoreValue } from './onnx.ts'
export { ProtobufFault } from './protobuf.ts'
export type { Coefficients, Weight } from './score.ts'
export type { BoostingOptions, RegressionOptions } from './train.ts'
export { checksumOf, findTreesFault, TREES_FORMAT, TREES_VERSION, type TreesFile, treesIR } from './trees.ts'
export { labelledColumn, triggerColumns, triggerId, triggerKey } from './trigger.ts'
