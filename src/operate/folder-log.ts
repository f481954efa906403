/** The committed log of a data folder, for reading. */
import type { StrictOmit } from '../base/index.ts'
import type { SqliteReader } from '../log/sqlite/index.ts'

/** Segments, recorded decisions, effects, dead letters and named values, as they are committed. */
export type FolderLog = StrictOmit<SqliteReader, 'close'>
