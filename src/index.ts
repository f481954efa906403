/**
 * The public API of Spillway: `import { features, model, pipeline, source, t } from 'spillway'`.
 *
 * @module spillway
 */
import './base/node/require-node.ts'
export type { CommitMessage, DecisionMessage, EffectMessage, Messages, StageMs, TurnMessage } from './base/node/channels.ts'
export type { Duration } from './base/duration.ts'
export { SpillwayError, type ErrorCode } from './base/errors.ts'
export { action, type Action, type ActionOptions, type EffectFunction, type EffectRecord } from './define/action/action.ts'
export type {
  Aggregate,
  AggregateOptions,
  DecayOptions,
  DistinctOptions,
  HistogramOptions,
  RateOptions,
  Window,
} from './define/expression/aggregating.ts'
export { begins, type BeginsOptions } from './define/model/begins.ts'
export { answer, appendTo, stdout, webhook, type Effect, type Json, type WebhookOptions } from './define/action/effect.ts'
export { kafka, type KafkaOptions } from './define/action/kafka-effect.ts'
export type { KafkaConnectionOptions, KafkaPasswordLogin, KafkaTls, KafkaTokenLogin } from './define/action/kafka-connection.ts'
export { entity, type Entity, type IdOf } from './define/source/entity.ts'
export { count, share, timeSinceLast } from './define/expression/event-aggregates.ts'
export { every } from './define/model/every.ts'
export { external, type ExternalOptions, type Promotion, type Train } from './define/model/train.ts'
export type { ExternalIR } from './define/ir/train-ir.ts'
export type { Expression, ColumnSpec, Id, Identifies } from './define/expression/kinds.ts'
export { features, type FeaturesOf, type FeaturesOptions, type Group, type GroupInputs } from './define/feature/features.ts'
export { doesNotHappen, happens, type HappensOptions } from './define/model/happens.ts'
export type * from './define/ir/ir.ts'
export type { Label } from './define/model/label.ts'
export { labelFrom, type LabelFromOptions } from './define/model/label-from.ts'
export {
  type Judged,
  caught,
  money,
  notice,
  own,
  type CaughtOptions,
  type MoneyOptions,
  type NoticeOptions,
  type OwnOptions,
  type Utility,
} from './define/value/utility.ts'
export { model, type Model, type ModelOptions, type VectorOf } from './define/model/model.ts'
export { onnx, type OnnxOptions } from './define/model/onnx.ts'
export type { OnnxFile, OnnxGraph, OnnxValue } from './define/model/onnx-file.ts'
export type { OnnxFeedIR, OnnxInputType, OnnxIR } from './define/ir/score-ir.ts'
export { pipeline, type Pipeline } from './define/pipeline.ts'
export { batch, corrected, hybrid, lag, partial, scheduled, stream, type Placement } from './define/feature/placement.ts'
export { report, type Report, type ReportOptions, file, type ReportFile } from './define/report/report.ts'
export { request } from './define/model/request.ts'
export { linear, logistic, rules, type Score, type Weight } from './define/model/score.ts'
export { source, type RecordFor, type RowOf, type SchemaOptions, type Source } from './define/source/source.ts'
export { env, secretFile, type Setting } from './define/action/setting.ts'
export { after, type SourceOptions } from './define/source/source-ir.ts'
export { t, type Column } from './define/source/t.ts'
export { table, type Table, type TableOptions } from './define/feature/table.ts'
export { trees, type TreesFile } from './define/model/trees.ts'
export { on, type Trigger } from './define/model/trigger.ts'
export { defaultHop } from './define/expression/window.ts'
export type { BoolWords, DurationWords, Field, NumberWords, StringWords, TimestampWords } from './define/expression/words.ts'
export { worth, type Worth, type WorthOptions, type WorthSlice, type PipelineWorth } from './define/value/worth.ts'
