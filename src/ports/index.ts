/**
 * `spillway/ports`: the interfaces for implementations of your own. `spillway/testing` has a conformance suite for each; see
 * docs/ports.md and docs/stores.md.
 */
import '../base/require-node.ts'
export type { Commit, CommitWriter, LogStore, NamedWrite, StateSink, StoredLog } from '../log/store.ts'
export type { DecisionLog, NamedValues, SavedStates, SavedStateWriter, SegmentLog, StageTimes } from '../log/store.ts'
export type { StoredDecisionBatch, StoredSchema, StoredSegment, StoredStageTimes } from '../log/store.ts'
export { changedEffect, isFinishedEffect, storedEffect } from '../log/effects.ts'
export type { EffectChange, EffectLog, EffectState, NewEffect, StoredEffect } from '../log/effects.ts'
export { changedDeadLetter } from '../log/dead-letters.ts'
export type {
  DeadLetter,
  DeadLetterChange,
  DeadLetterLog,
  DeadLetterOutcome,
  SettledDeadLetter,
  StoredDeadLetter,
} from '../log/dead-letters.ts'
export { InProcessOnlineStore } from '../online/in-process-online-store.ts'
export type { OnlineQuery, OnlineRow, OnlineScalar, OnlineStore, OnlineValue, OnlineWrite } from '../online/online-store.ts'
export { validateOnlineWrite } from '../online/validate-write.ts'
export { readerClauses, type ReadBatch, type ReadContext, type ReaderClause, type SourceReader } from '../sources/reader/source-reader.ts'
export type { ReaderKind, ReaderSetting } from '../sources/reader/reader-kind.ts'
export type { RecordBatch, RecordOrigin } from '../intake/record-batch.ts'
