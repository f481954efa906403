/** Node's SQLite module, loaded at run time: a static import would fail on an old Node before the version check can explain it. */
import type { DatabaseSync, StatementSync } from 'node:sqlite'

export type { DatabaseSync, StatementSync }

export const sqlite = process.getBuiltinModule('node:sqlite')
