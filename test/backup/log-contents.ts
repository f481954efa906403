/** All rows of a log, for comparison. */
import { join } from 'node:path'
import { logTables } from '../../src/log/sqlite/log-tables.ts'
import type { TableRow } from '../../src/log/sqlite/row-codec.ts'
import { LogTableReader } from '../../src/log/sqlite/table-reader.ts'

/** Rows as text by table, as of one commit. `omit`: names of values that may differ. */
export function logContents(folder: string, omit: readonly string[] = ['restored']): Record<string, string[]> {
  const reader = new LogTableReader(join(folder, 'log.db'))
  // Commits that share a transaction do not write a count that is zero again.
  const isOmitted = (table: string, row: TableRow): boolean =>
    (table === 'value' && omit.includes(String(row[0]))) || (table === 'counted' && row[3] === 0)
  try {
    return reader.atOnePoint(() =>
      Object.fromEntries(
        logTables.map(table => {
          const rows = [...reader.rows(table)].filter(row => !isOmitted(table.name, row))
          return [
            table.name,
            rows.map(row =>
              JSON.stringify(row, (_, value: unknown) =>
                value instanceof Uint8Array ? `bytes ${Buffer.from(value).toString('hex')}` : value,
              ),
            ),
          ]
        }),
      ),
    )
  } finally {
    reader.close()
  }
}
