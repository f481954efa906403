/** Outboxes of tests, with numbers as rows. */
import type { Sql } from 'postgres'
import type { ReadOutboxOptions } from './reading.ts'
import type { Cluster } from './cluster.ts'
import { databaseAt } from './server.ts'

export const outboxOf = (table: string) => `
  CREATE TABLE ${table} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, xid xid8 NOT NULL DEFAULT pg_current_xact_id(), payload jsonb NOT NULL);
  CREATE INDEX ON ${table} (xid, id)`

export function outboxOptions(server: Cluster, table: string, more: Partial<ReadOutboxOptions> = {}): ReadOutboxOptions {
  const columns = { id: 'id', xid: 'xid', payload: 'payload' }
  return { database: databaseAt(server), table, follow: false, moved: false, columns, onWarning: () => {}, ...more }
}

export const insert = (sql: Sql, table: string, ...all: number[]) =>
  sql.unsafe(
    `INSERT INTO ${table} (payload) SELECT jsonb_build_object('who', 'w', 'n', n, 'at', now()) FROM unnest('{${all.join()}}'::int[]) n`,
  )
