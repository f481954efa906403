/** The registry of model versions: trainings, promotions, and the champion at each position of the log. */
export {
  challengeBefore,
  type Champion,
  championAfter,
  championOf,
  checkPromotable,
  rollbackVersion,
  type SkippedVersion,
  trainableModel,
  versionBeforeLast,
  championFinder,
  type ModelVersions,
  modelVersions,
} from './champion.ts'
export {
  type DriftState,
  driftStateOf,
  type DueTraining,
  putDriftState,
  challengesOf,
  deleteOldVersions,
  pendingPromotion,
  promotionsOf,
  putChallenges,
  putOnnx,
  putPendingPromotion,
  putPromotions,
  putReference,
  putScore,
  putVersion,
  referenceOf,
  scoreOfVersion,
  versionOf,
  versionsOf,
} from './registry.ts'
export { RegistryFolder } from './folder.ts'
export { changedInputs, type InputCode, inputCodes } from './input-codes.ts'
export { verdictOf } from './verdict.ts'
export type { ModelVersion, PendingPromotion, PromotionRecord, ShadowReport, TrainingReport, TrainingSplit } from './version.ts'
