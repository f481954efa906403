/**
 * Definitions of users: pipelines of sources, features, models and actions, with expressions, labels, reports and worth. Each definition
 * is checked where it is written, and becomes a part of the IR.
 */
export type { ColumnSpecs, InputOf, RecordOf } from './expression/kinds.ts'
export { callerLocation } from './mistake/mistake.ts'
export type { Pipeline } from './pipeline.ts'
export type { Report } from './report/report.ts'
export type { UtilityCompute } from './value/utility.ts'
export type { PipelineWorth } from './value/worth.ts'
