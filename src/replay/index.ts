/** The door of the replay: decisions, labels, reports and training sets from a history in memory, and training of models on it. */
export { type AskedRows, inOrderOfTime } from './asked-rows.ts'
export { decide, type DecisionBatch, decisionPointsOf } from './decide.ts'
export { type DecisionOutput, openDecisions } from './decision-output.ts'
export { perDecision, type ReplayPoints, type TriggerBatch, type TriggerSchedule } from './decision-points.ts'
export { type DecisionRecord, decisionRecords, eventPositionOf, NO_VERSION } from './decision-record.ts'
export { FeatureFeed, placeGroupRead } from './feature-feed.ts'
export { type KeySample, keySampler } from './key-sample.ts'
export { labelHorizon } from './label-horizon.ts'
export { label, type LabelOptions, type Labels, labelsAt } from './label.ts'
export { type LabelCount, labelledSet, type Labelling } from './labelled-set.ts'
export { load, loadIntakes, type LoadOptions, type SourceFile } from './load.ts'
export { type ReplayLog, replayLog, type ReplayLogOptions, type Requests } from './log.ts'
export { rowBatches } from './on-rows.ts'
export { onTimes } from './on-ticks.ts'
export { groupsQuestion, modelQuestion, type Question } from './question.ts'
export { readRows } from './read-rows.ts'
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
export { hashFile, hashReportRows, reportName, reportPath, writeReportFile } from './report-file.ts'
export { reports } from './report.ts'
export { sampledSet } from './sampled-set.ts'
export { type ModelTraining, type TrainingRequest, trainModel } from './train-model.ts'
export { writeTrainingSet } from './training-folder.ts'
export {
  type DecisionsOrigin,
  manifestCode,
  manifestCut,
  manifestSample,
  type RowsOrigin,
  type TrainingManifest,
  type TrainingOrigin,
} from './training-manifest.ts'
export { setOfDecisions, setOfRows, type TrainingSet } from './training-set.ts'
