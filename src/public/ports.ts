/**
 * `spillway/ports`: the interfaces for implementations of your own. `spillway/testing` has a conformance suite for each; see
 * docs/extending/ports.md, docs/extending/stores.md, docs/extending/destinations.md, docs/extending/model-runtimes.md, docs/extending/sql-engines.md and docs/extending/feature-tables.md.
 *
 * @module spillway/ports
 */
import '../base/node/require-node.ts'
export type {
  Commit,
  CommitWriter,
  LogStore,
  NamedWrite,
  StateSink,
  StoredLog,
  DecisionLog,
  NamedValues,
  SavedStates,
  SavedStateWriter,
  SegmentLog,
  StageTimes,
  StoredDecisionBatch,
  StoredSchema,
  StoredSegment,
  StoredStageTimes,
} from '../log/store.ts'
export {
  changedEffect,
  isFinishedEffect,
  storedEffect,
  type EffectChange,
  type EffectLog,
  type EffectState,
  type NewEffect,
  type StoredEffect,
} from '../log/effects.ts'
export {
  changedDeadLetter,
  type DeadLetter,
  type DeadLetterChange,
  type DeadLetterLog,
  type DeadLetterOutcome,
  type SettledDeadLetter,
  type StoredDeadLetter,
} from '../log/dead-letters.ts'
export { InProcessOnlineStore } from '../online/in-process-online-store.ts'
export {
  type OnlineQuery,
  type OnlineRow,
  type OnlineScalar,
  type OnlineStore,
  type OnlineValue,
  type OnlineWrite,
  validateOnlineWrite,
} from '../online/online-store.ts'
export {
  readerClauses,
  type ReadBatch,
  type ReadContext,
  type ReaderClause,
  type ReaderLag,
  type SourceReader,
} from '../sources/reader/source-reader.ts'
export type { ReaderKind, ReaderSetting } from '../sources/reader/reader-kind.ts'
export type { RecordBatch, RecordOrigin } from '../intake/record-batch.ts'
export type { Delivery, DeliveryOutcome, Destination } from '../define/action/destination.ts'
export type {
  Contribution,
  LoadedModel,
  ModelRuntime,
  RuntimeColumn,
  RuntimeInput,
  RuntimeModel,
  RuntimeStrings,
  ScoreBatch,
} from '../define/model/model-runtime.ts'
export { scoreWith, type RuntimeScoreOptions } from '../define/model/runtime-score.ts'
export {
  runtimeInThread,
  type LoadedThreadModel,
  type ThreadColumn,
  type ThreadModel,
  type ThreadRuntime,
  type ThreadRuntimeOptions,
  type ThreadScores,
} from '../model/thread-runtime.ts'
export { destination, type DestinationOptions, type DestinationSettings } from '../define/action/effect.ts'
export { aggregateOf } from '../aggregate/aggregate-of.ts'
export type { AggregateFunction, Exactness } from '../aggregate/partial/aggregate-function.ts'
export { TILE_VERSION, type TileCell, type TileEvent, type TileValue } from '../aggregate/partial/tile-format.ts'
export type { PointInTimeDialect, SqlDialect } from '../sql/dialect.ts'
export { allRows, type SqlCell, type SqlColumn, type SqlEngine, type SqlRow } from '../sql/engine.ts'
export { eventTable } from '../sql/relations.ts'
export { readTileRows, type TileRow, tileQueries, type TileFeature, type TileQuery, type TileQueryOptions } from '../sql/tiles.ts'
export { partitionAt, partitionUnits, type CalendarPartition, type PartitionUnit } from '../offline/calendar.ts'
export {
  batchRows,
  featureColumnName,
  ROWS_COLUMN,
  type FeatureCell,
  type FeatureTableQuery,
  type FeatureRow,
  type FeatureTable,
  type PartitionWriter,
  type StoredColumn,
  type StoredPartition,
  type TableBatch,
  type FeatureTableColumn,
  type TableFormat,
  type TableSnapshot,
  type WrittenPartition,
} from '../offline/feature-table.ts'
export { parquetFolder } from '../offline/parquet/parquet-folder.ts'
export type { OutputColumn, OutputValues } from '../files/io/output-table.ts'
