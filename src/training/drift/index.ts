/** Drift: summaries of columns and scores, compared with those of the training. */
export { describeDrift, type ColumnDrift, driftOf, type DriftReport, type DriftThresholds, type SettledMetric } from './drift.ts'
export { driftFindings } from './drift-findings.ts'
export { valuesOf } from './distance.ts'
export { type Counting, countNumbers, countTexts, type RowsSummary } from './summary.ts'
