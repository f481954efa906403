/**
 * `spillway/replay`: files as a history in memory, and the decisions that a pipeline makes over it with what came of them, in columns: what a model is fitted
 * on, and what other placements of its inputs are worth; and training sets, what was known of keys at moments. `spillway replay` and `spillway training-set` are the
 * same as commands.
 */
import '../base/require-node.ts'
export { decide, type DecisionBatch } from './decide.ts'
export { label, type LabelCounts, type LabelOptions, type Labels } from './label.ts'
export { load, type LoadOptions, type SourceFile } from './load.ts'
export type { ReplayLog } from './log.ts'
export { labelledSet, type LabelCount, type LabelledSet, type Labelling } from './labelled-set.ts'
export { inOrderOfTime, type AskedRows } from './asked-rows.ts'
export { groupsQuestion, modelQuestion, type Question } from './question.ts'
export { readRows, type RowsFile } from './read-rows.ts'
export { trainModel, type ModelTraining, type TrainingRequest } from './train-model.ts'
export { setOfDecisions, setOfRows, type TrainingBatch, type TrainingColumn, type TrainingSet } from './training-set.ts'
