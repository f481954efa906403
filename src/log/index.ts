/** The durable log behind small ports: segments of events, decisions, effects, dead letters, named values and saved states. */
export { ByteReader, ByteWriter } from './bytes.ts'
export { readColumn, readNumbers, writeColumn, writeNumbers } from './column-codec.ts'
export { type AnyDeadLetter, base64Of, deadLetterJson, deadLetterVersion, utf8TextOf } from './dead-letter-json.ts'
export {
  type DeadLetter,
  type DeadLetterChange,
  type DeadLetterLog,
  deadLetterOf,
  type DeadLetterOutcome,
  type SettledDeadLetter,
  type StoredDeadLetter,
} from './dead-letters.ts'
export { DECISION_PROGRESS, decisionProgressText } from './decision-progress.ts'
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
export { LOG_START, type LogStart, logStartOf, logStartText } from './log-start.ts'
export { type AppendInput, type AppendResult, type AppendRows, Log } from './log.ts'
export { SourceSchemas } from './schemas.ts'
export { eventsBeforeSegment, type IdHashes, type LogMarker, readSegment, type Segment } from './segment.ts'
export type {
  Commit,
  CommitWriter,
  DecisionLog,
  LogStore,
  NamedValues,
  NamedWrite,
  SavedStates,
  SavedStateWriter,
  SegmentLog,
  StateSink,
  StoredDecisionBatch,
  StoredLog,
  StoredSchema,
  StoredSegment,
  StoredStageTimes,
} from './store.ts'
export { damagedSegments, type LogDamage, logDamageText } from './verify.ts'
