/** Decisions of a run: live features, models and actions, and decisions as recorded in the log. */
export { Decider } from './decider.ts'
export { type DecisionShape, decodeDecisionKeys, decodeDecisions } from './decision-codec.ts'
export { type DecisionProgress, parseProgress } from './decision-queue.ts'
export { FRESHNESS, type GroupFreshness, type StoredFreshness } from './freshness.ts'
export {
  checkObjectiveGroups,
  FRESH_SHARE,
  type FreshnessObjective,
  type Objectives,
  objectivesAt,
  OBJECTIVES_FILE,
  objectivesInForce,
  readObjectives,
  writeObjectives,
} from './objectives.ts'
export { Outbox } from './outbox.ts'
export { decisionResults, newestDecisionsIn, type RecordedDecision, recordedDecisions } from './recorded-decision.ts'
export { decodeStageTimes, StageRecorder } from './stage-recorder.ts'
export { decisionChecksum, type StageMoments, stageMomentsOf, type StageSample, toWholeMicros } from './stage-times.ts'
