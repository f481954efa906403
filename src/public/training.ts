/**
 * `spillway/training`: fits models in process, from training rows to the scores of definitions; metrics and drift detection.
 *
 * @module spillway/training
 */
import '../base/node/require-node.ts'
export {
  driftOf,
  type ColumnDrift,
  type DriftOptions,
  type DriftReport,
  type DriftThresholds,
  type SettledMetric,
} from '../training/drift/drift.ts'
export { countNumbers, countTexts, mergeSummaries, type ColumnSummary, type Counting, type RowsSummary } from '../training/drift/summary.ts'
export { fitExternal, type ExternalFit, type ExternalFitOptions } from '../training/external/fit-external.ts'
export type { ExternalModel } from '../training/external/read-fit.ts'
export { fitLinear, type LinearFit } from '../training/linear.ts'
export { fitLogistic, type LogisticFit } from '../training/logistic.ts'
export { auc, averagePrecision, logLoss, metricsOf, rmse, type MetricName, type Metrics } from '../training/metrics.ts'
export { type Fit, type FittedScore, type VersionScore, predict } from '../training/predict.ts'
export type { BoostingOptions, RegressionOptions } from '../define/model/train.ts'
export type { RegressionFit } from '../training/regression-parts.ts'
export type { InputRows, TextInputs, TrainingRows } from '../training/input/training-table.ts'
export type { TrainedScore, Trainer } from '../training/trainer.ts'
export { readTrees, writeTrees } from '../training/trees-on-disk.ts'
export { fitTrees, type TreesFit } from '../training/trees/fit.ts'
export type { TreesOptions } from '../training/trees/options.ts'
