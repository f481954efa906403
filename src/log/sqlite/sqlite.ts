/** Node's SQLite module, and its errors as errors of Spillway. */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { SpillwayError } from '../../base/index.ts'

export type { DatabaseSync, StatementSync }

/** Loaded at run time: a static import would fail on an old Node before the version check can explain it. */
export const sqlite = process.getBuiltinModule('node:sqlite')

/** By SQLite's primary result code. */
const codes: Readonly<Record<number, readonly ['SPILL_STORE' | 'SPILL_DATA', string]>> = {
  8: ['SPILL_STORE', 'cannot be written: it, or its folder, is read-only'],
  10: ['SPILL_STORE', 'cannot be read or written'],
  11: ['SPILL_DATA', 'is damaged; restore the folder from a backup'],
  13: ['SPILL_STORE', 'cannot be written: the disk is full; what was acknowledged is safe. Make room and start again'],
  14: ['SPILL_STORE', 'cannot be opened'],
  26: ['SPILL_DATA', 'is not a file of Spillway, or its beginning is damaged; restore the folder from a backup'],
}

/** Converts an error that SQLite threw in any thread into a `SpillwayError` that names the file. */
export function storeError(
  path: string,
  { message, code, errcode }: { readonly message: string; readonly code?: string | undefined; readonly errcode?: number | undefined },
): SpillwayError {
  if (code?.startsWith('SPILL_')) return new SpillwayError(code as 'SPILL_DATA', message)
  const [ours, why] = codes[(errcode ?? 0) & 0xff] ?? ['SPILL_STORE', 'cannot be used']
  return new SpillwayError(ours, `${why} (${message})`, { place: path })
}

/** The statement of a text of SQL. */
export type Prepared = (sql: string) => StatementSync

/** Returns the statements of a database, each of which is prepared once. */
export function preparedOnce(db: DatabaseSync): Prepared {
  const statements = new Map<string, StatementSync>()
  return sql => {
    let statement = statements.get(sql)
    if (!statement) statements.set(sql, (statement = db.prepare(sql)))
    return statement
  }
}
