/** The IR as SQL: `tiles` for any engine, and the point-in-time query that reconciliation compares with. */
export type { SqlMissedCounts, SqlPosition, SqlVector } from './answers.ts'
export { allRows, type SqlCell, type SqlColumn, type SqlEngine, type SqlRow } from './engine.ts'
export { type MissedCount, type MissedKind, missedKindBit, missedKindBits, missedKinds } from './missed-events.ts'
export { recordedReads, type SqlRecordedDecision } from './recorded-decisions.ts'
export { eventTable, eventRows } from './relations.ts'
export { readTileRows, type TileRow, tileQueries } from './tiles.ts'
export { SqlWitness } from './witness.ts'
