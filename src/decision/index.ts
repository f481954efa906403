/** Decisions as rows: vectors, fields, reports, and the fields that a pipeline reads. */
export { decisionId } from './decision-id.ts'
export {
  deliverColumn,
  deliveredCell,
  featureRejections,
  type FeatureValue,
  featureValue,
  featureValues,
  rejectedColumn,
} from './feature-value.ts'
export { type BatchScores, ModelScorer, type ScoringDefinitions } from './model-scorer.ts'
export { columnsNeeded, columnsRead, expressionsOf, type GroupRead, groupReads, labelColumns, labelOnlySources, readId } from './reads.ts'
export {
  isListInput,
  type ReportModel,
  reportModel,
  type ReportRecord,
  reportRecords,
  ReportRows,
  type ReportTable,
} from './report-rows.ts'
export { type EveryTrigger, keyOrder, livenessColumns, TickKeys } from './tick-keys.ts'
