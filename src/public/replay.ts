/**
 * Replays files as a history in memory (`spillway/replay`), in columns. It makes the decisions of a pipeline over the history with
 * their labels, to fit a model or to compare placements, and builds training sets by point-in-time joins. `spillway replay` and
 * `spillway training-set` are the commands for the same.
 *
 * @module spillway/replay
 */
import '../base/node/require-node.ts'
export { decide, type DecisionBatch } from '../replay/decide.ts'
export { label, type LabelCounts, type LabelOptions, type Labels } from '../replay/label.ts'
export { load, type LoadOptions, type SourceFile } from '../replay/load.ts'
export type { ReplayLog } from '../replay/log.ts'
export { labelledSet, type LabelCount, type LabelledSet, type Labelling } from '../replay/labelled-set.ts'
export { inOrderOfTime, type EntityRows, readRows, type RowsFile } from '../replay/entity-rows.ts'
export { groupsQuestion, modelQuestion, type Question } from '../replay/question.ts'
export { reports, reportTimes } from '../replay/report.ts'
export type { ReportTable } from '../decision/report-rows.ts'
export { trainModel, type ModelTraining, type TrainingRequest } from '../replay/train-model.ts'
export { setOfDecisions, setOfRows, type TrainingBatch, type TrainingColumn, type TrainingSet } from '../replay/training-set.ts'
