/** Copies a table of readings and follows its changes. */
import { pause } from '../../src/base/clock.ts'
import type { SourceIR } from '../../src/define/ir/ir.ts'
import { BatchCollector } from './batch-collector.ts'
import type { Cluster } from './cluster.ts'
import { readTableChanges } from './reading.ts'
import { databaseAt } from './server.ts'

/** Records, rejections and warnings of a table. */
export interface FollowedTable {
  readonly collected: BatchCollector
  readonly warnings: string[]
}

/** A table with the rows of `before`, and the records of the statements after them. */
export async function followTable(
  { server, folder }: { readonly server: Cluster; readonly folder: string },
  table: string,
  of: { readonly ir: SourceIR },
  before: string,
  ...statements: string[]
): Promise<FollowedTable> {
  const collected = new BatchCollector()
  const warnings: string[] = []
  const onWarning = (text: string) => void warnings.push(text)
  const options = {
    database: databaseAt(server),
    table,
    slot: table,
    publication: table,
    copy: true,
    follow: false,
    folder,
    onWarning,
    map: (of as unknown as { map?: never }).map,
  }
  const read = () => readTableChanges(collected, of.ir, options, new AbortController().signal)
  await server.withClient(1, async sql => {
    await sql.unsafe(
      `CREATE TABLE ${table} (who text, reading int, level numeric, note text, at timestamptz, PRIMARY KEY (who, reading)); ${before}`,
    )
    await read()
    for (const statement of statements) await sql.unsafe(statement)
    // The server may not have noticed yet that the connection ended.
    while ((await sql`SELECT FROM pg_replication_slots WHERE slot_name = ${table} AND active`).length > 0) await pause(5)
    await read()
  })
  return { collected, warnings }
}
