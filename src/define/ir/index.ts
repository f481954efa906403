/** The IR: a pipeline as plain data, and queries over it. Every other room reads a pipeline as IR. */
export type { ActionIR, EffectIR, SettingIR } from './action-ir.ts'
export type { ColumnIR, ColumnType, TypeIR, Value } from './column-ir.ts'
export type { ExprIR, InputIR } from './expr-ir.ts'
export type { ExternalIR } from './external-ir.ts'
export { canonicalJson, groupFingerprint, shortHash, withoutNotes } from './fingerprint.ts'
export {
  type AggregateName,
  aggregateNames,
  type FeatureIR,
  type GroupIR,
  type LabelIR,
  type ModelIR,
  type PipelineIR,
  type PlacementIR,
  type SourceIR,
  type TriggerIR,
} from './ir.ts'
export type { OnnxFeedIR, OnnxInputType, OnnxIR } from './onnx-ir.ts'
export { changesBetween, describePlacement, type PipelineChange } from './pipeline-changes.ts'
export type { ReportIR } from './report-ir.ts'
export type { ScheduleIR } from './schedule-ir.ts'
export { isExternalScore, type ScoreIR, type TermIR, type TreeIR } from './score-ir.ts'
export { isListAggregate, maxValues, signatures } from './signatures.ts'
export { type AlgorithmName, algorithmText, type DriftIR, type PromoteIR, type TrainIR } from './train-ir.ts'
export type { UtilityIR, WorthIR } from './worth-ir.ts'
