/** The log in SQLite: one writer, any number of readers, one atomic commit a turn. */
export { closeDataFolder, type DataFolder, isUnusedFolder, openDataFolder, readDataFolder, withFolderReader } from './data-folder.ts'
export type { DeadLetterCount, DeadLetterFilter } from './dead-letter-reader.ts'
export type { EffectCount, EffectFilter } from './effect-reader.ts'
export { folderHolder, isFolderHeld, isHeldInOtherContainer } from './lock.ts'
export { type DecisionSummary, type NumberedDecisionBatch, SqliteReader } from './reader.ts'
