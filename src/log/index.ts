/** The durable log behind small ports: segments of events, decisions, effects, dead letters, named values and saved states. */
export { ByteReader, ByteWriter } from './bytes.ts'
export { readColumn, readNumbers, writeColumn, writeNumbers } from './column-codec.ts'
export {
  type AnyDeadLetter,
  base64Of,
  type DeadLetter,
  type DeadLetterChange,
  deadLetterBytes,
  deadLetterJson,
  type DeadLetterLog,
  type DeadLetterOutcome,
  deadLetterVersion,
  type SettledDeadLetter,
  type StoredDeadLetter,
  utf8TextOf,
} from './dead-letters.ts'
export { DeduplicationIndex } from './deduplication-index.ts'
export {
  type EffectChange,
  type EffectLog,
  type EffectState,
  effectStates,
  type ManualEffectChange,
  type NewEffect,
  type StoredEffect,
} from './effects.ts'
export { EventLookup, type LocatedEvent } from './event-lookup.ts'
export { makePrivateFolder, PRIVATE_FILE, PRIVATE_FOLDER } from './folder-permissions.ts'
export { type AppendInput, type AppendResult, type AppendRows, Log } from './log.ts'
export {
  DECISION_PROGRESS,
  decisionProgressText,
  LOG_START,
  type LogStart,
  logStartOf,
  logStartText,
  POSITION_PREFIX,
  positionKey,
} from './named-values.ts'
export { SourceSchemas } from './schemas.ts'
export { eventsBeforeSegment, type IdHashes, type LogMarker, readSegment, type Segment, segmentPlace } from './segment.ts'
export {
  type Commit,
  type CommitWriter,
  type DecisionLog,
  type LogStore,
  namedJson,
  type NamedValues,
  type NamedWrite,
  type SavedStates,
  type SavedStateWriter,
  type SegmentLog,
  type StateSink,
  type StoredDecisionBatch,
  type StoredLog,
  type StoredSchema,
  type StoredSegment,
  type StoredStageTimes,
} from './store.ts'
export { damagedSegments, type LogDamage, logDamageText } from './verify.ts'
