/** Spillway, as users import it. */
import './base/require-node.ts'
export type { CommitMessage, DecisionMessage, EffectMessage, Messages, StageMs, TurnMessage } from './base/channels.ts'
export type { Duration } from './base/time.ts'
export { SpillwayError, type ErrorCode } from './base/errors.ts'
export { action, type Action, type EffectFunction, type EffectRecord } from './define/action.ts'
export type {
  Aggregate,
  AggregateOptions,
  DecayOptions,
  DistinctOptions,
  HistogramOptions,
  RateOptions,
  Window,
} from './define/aggregating.ts'
export { begins, type BeginsOptions } from './define/begins.ts'
export { answer, appendTo, stdout, webhook, type Effect, type Json } from './define/effect.ts'
export { entity, type Entity, type IdOf } from './define/entity.ts'
export { count, share, timeSinceLast } from './define/event-aggregates.ts'
export { every } from './define/every.ts'
export { external, type ExternalIR, type ExternalOptions } from './define/external.ts'
export type { Expression } from './define/expression.ts'
export { features, type FeaturesOf, type Group, type Read } from './define/features.ts'
export type { ColumnSpec, Id, Identifies } from './define/kinds.ts'
export type * from './define/ir.ts'
export type { Label } from './define/label.ts'
export { labelFrom, type LabelFromOptions } from './define/label-from.ts'
export type { Judged } from './define/judged.ts'
export { model, type Model, type VectorOf } from './define/model.ts'
export { onnx, type OnnxOptions } from './define/onnx.ts'
export type { OnnxFile, OnnxGraph, OnnxValue } from './define/onnx-file.ts'
export type { OnnxFeedIR, OnnxInputType, OnnxIR } from './define/onnx-ir.ts'
export { pipeline, type Pipeline } from './define/pipeline.ts'
export { batch, corrected, hybrid, lag, partial, scheduled, stream, type Placement } from './define/placement.ts'
export { report, type Report, type ReportOptions } from './define/report.ts'
export { file, type ReportFile } from './define/report-file.ts'
export { request } from './define/request.ts'
export { linear, logistic, rules, type Score, type Weight } from './define/score.ts'
export { source, type RecordFor, type RowOf, type Source } from './define/source.ts'
export { env, secretFile, type Setting } from './define/setting.ts'
export { after } from './define/source-options.ts'
export { t, type Column } from './define/t.ts'
export { table, type Table } from './define/table.ts'
export type { Promotion, Train } from './define/train.ts'
export { trees } from './define/trees.ts'
export type { TreesFile } from './define/trees-file.ts'
export { on, type Trigger } from './define/trigger.ts'
export { defaultHop } from './define/window.ts'
export {
  caught,
  money,
  notice,
  own,
  type CaughtOptions,
  type MoneyOptions,
  type NoticeOptions,
  type OwnOptions,
  type Utility,
} from './define/utility.ts'
export type { BoolWords, DurationWords, Field, NumberWords, StringWords, TimestampWords } from './define/words.ts'
export { worth, type Worth, type WorthOptions, type WorthSlice } from './define/worth.ts'
export type { PipelineWorth } from './define/worths.ts'
