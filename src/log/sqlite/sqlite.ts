/** Node's SQLite, asked for at run time: a static import would fail on an old Node before anyone could say what it needs. */
import type { DatabaseSync, StatementSync } from 'node:sqlite'

export type { DatabaseSync, StatementSync }

export const sqlite = process.getBuiltinModule('node:sqlite')
