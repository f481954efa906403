/** The baseline of `bench log`: the same readings into a table; each insert is acknowledged once it is on the disk. */
import type { Sql } from 'postgres'
import { appendAll, type AppendResult, type AppendLoad } from './log-spillway.ts'
import type { Postgres } from './postgres.ts'
import type { Reading } from './readings.ts'

/** Form of a statement with a block of rows: a list of rows, as people write it, or four arrays, which costs less on both sides. */
export type Form = 'values' | 'arrays'

export const byPostgres = (server: Postgres, appending: AppendLoad, form: Form): Promise<AppendResult> =>
  server.withClient(appending.inFlight, sql => insertAll(sql, appending, form))

async function insertAll(sql: Sql, appending: AppendLoad, form: Form): Promise<AppendResult> {
  await sql`DROP TABLE IF EXISTS reading`
  const table = `CREATE TABLE reading (id text ${appending.ids ? 'PRIMARY KEY' : 'NOT NULL'}, sensor text NOT NULL, level bigint NOT NULL, at timestamptz NOT NULL)`
  await sql.unsafe(table)
  // So that every connection is open before the timing.
  await Promise.all(Array.from({ length: appending.inFlight }, () => sql`SELECT pg_sleep(0.1)`))
  const measured = await appendAll(appending, block => inserts[form](sql, block))
  const [{ rows, ids }] = await sql<{ rows: number; ids: number }[]>`
    SELECT count(*)::int AS rows, count(DISTINCT id)::int AS ids FROM reading`
  await sql`DROP TABLE reading`
  return { ...measured, distinct: rows === ids ? rows : NaN }
}

const inserts: Readonly<Record<Form, (sql: Sql, block: readonly Reading[]) => Promise<unknown>>> = {
  values: (sql, block) => {
    const rows = block.map(({ id, sensor, level, at }) => ({ id, sensor, level, at: new Date(at) }))
    return sql`INSERT INTO reading ${sql(rows)} ON CONFLICT DO NOTHING`
  },
  arrays: (sql, block) => sql`
    INSERT INTO reading SELECT id, sensor, level, to_timestamp(at / 1000.0)
    FROM unnest(
      ${block.map(({ id }) => id)}::text[], ${block.map(({ sensor }) => sensor)}::text[],
      ${block.map(({ level }) => level)}::bigint[], ${block.map(({ at }) => at)}::bigint[]
    ) AS given (id, sensor, level, at) ON CONFLICT DO NOTHING`,
}
