/** The IR: a pipeline as plain data, and queries over it. Every other room reads a pipeline as IR. */
export type { ActionIR, EffectIR, SettingIR } from './action-ir.ts'
export { brokerList, isTopicName, KAFKA_BROKERS, type KafkaConnectionIR, type KafkaLoginIR, type KafkaTlsIR } from './kafka-ir.ts'
export {
  type ColumnIR,
  type ColumnType,
  type ExprIR,
  expressionLeaves,
  type InputIR,
  type LeafIR,
  type ScheduleIR,
  type TypeIR,
  type Value,
} from './value-ir.ts'
export { type ExternalIR, type AlgorithmName, algorithmText, type DriftIR, type PromoteIR, type TrainIR } from './train-ir.ts'
export { canonicalJson, groupFingerprint, shortHash, withoutNotes } from './fingerprint.ts'
export {
  type AggregateName,
  aggregateNames,
  type CompatibilityLevel,
  compatibilityLevels,
  type FeatureIR,
  type GroupIR,
  type LabelIR,
  type ModelIR,
  type PipelineIR,
  type PlacementIR,
  type SourceIR,
  type TriggerIR,
  type ReportIR,
} from './ir.ts'
export {
  type LevelsIR,
  type OnnxFeedIR,
  type OnnxInputType,
  type OnnxIR,
  isExternalScore,
  type ScoreIR,
  type TermIR,
  type TreeIR,
} from './score-ir.ts'
export {
  changesBetween,
  describePlacement,
  exprText,
  featureText,
  type PipelineChange,
  scheduleText,
  triggerText,
} from './pipeline-changes.ts'
export { isListAggregate, maxValues, signatures } from './signatures.ts'
export type { UtilityIR, WorthIR } from './worth-ir.ts'
