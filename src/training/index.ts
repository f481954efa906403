/** Fits models: linear, logistic, trees, external programs; metrics of scores. */
export { fitLogisticFrom } from './logistic.ts'
export { type Importance, importanceOf } from './importance.ts'
export { auc, isLoss, type MetricName, metricNames, type Metrics, metricsOf } from './metrics.ts'
export { type VersionScore, scoreColumns } from './predict.ts'
export { type InputRows, type TextInputs, untrainable } from './input/training-table.ts'
export { checkScore, type TrainedScore, type Trainer, trainerOf, trainers } from './trainer.ts'
