/** Trainers: models fitted in process, on rows in columns, into what the scores of definitions take. */
export { fitLinear, type LinearFit } from './linear.ts'
export { fitLogistic, type LogisticFit } from './logistic.ts'
export { predict, type Fit } from './predict.ts'
export type { RegressionFit, RegressionOptions } from './regression.ts'
export type { TrainingRows } from './table.ts'
export { readTrees, writeTrees } from './trees-on-disk.ts'
export { fitTrees, type TreesFit } from './trees/fit.ts'
export type { TreesOptions } from './trees/options.ts'
