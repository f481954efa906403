/** The door of the replay: decisions, labels, reports and training sets from a history in memory, and training of models on it. */
export { type EntityRows, inOrderOfTime, readRows } from './entity-rows.ts'
export { decide, type DecisionBatch, decisionPointsOf } from './decide.ts'
export { type DecisionOutput, openDecisions } from './decision-output.ts'
export { perDecision, type ReplayPoints, type TriggerBatch, type TriggerSchedule, rowBatches } from './decision-points.ts'
export { type DecisionRecord, decisionRecords, eventPositionOf, NO_VERSION } from './decision-record.ts'
export { FeatureFeed, placeGroupRead } from './feature-feed.ts'
export { type KeySample, keySampler, sampledSet } from './key-sample.ts'
export { labelHorizon, label, type LabelOptions, type Labels, labelsAt } from './label.ts'
export { type LabelCount, labelledSet, type Labelling } from './labelled-set.ts'
export { load, loadIntakes, type LoadOptions, type SourceFile } from './load.ts'
export { type ReplayLog, replayLog, type ReplayLogOptions, type Requests } from './log.ts'
export { onTimes } from './on-ticks.ts'
export { groupsQuestion, modelQuestion, type Question } from './question.ts'
export {
  countDecisions,
  decidingModels,
  emptyModelSummary,
  type ModelSummary,
  replay,
  type Replayable,
  type ReplayOptions,
  type ReplaySummary,
  summaryCounts,
} from './replay.ts'
export { hashReportRows, reportName, reportPath, writeReportFile } from './report-file.ts'
export { reports } from './report.ts'
export { type ModelTraining, type TrainingRequest, trainModel } from './train-model.ts'
export {
  writeTrainingSet,
  type DecisionsOrigin,
  manifestCut,
  type RowsOrigin,
  type TrainingManifest,
  trainingOrigin,
  type TrainingOrigin,
} from './training-folder.ts'
export { setOfDecisions, setOfRows, type TrainingSet } from './training-set.ts'
export { unmatchedLabel } from './unmatched-label.ts'
