/** Requirements for reading all changes of a table: a publication and a replica identity. */
import type { Sql } from 'postgres'
import type { SourceIR } from '../../define/ir/index.ts'
import { type PostgresTable, quotedName, selectColumns, storedColumns, type TableColumn, tableError } from './table.ts'

/**
 * Throws `SPILL_INPUT`, with the statement that fixes it, for a table whose changes cannot be events of the source. Returns warnings about
 * rows that will be rejected.
 */
export function checkReplicable(table: PostgresTable, source: SourceIR): readonly string[] {
  const { deleted, key, identity = [], time, mapVersion } = source
  if (table.kind !== 'r') throw tableError(table, 'is not a plain table: changes of partitions and views cannot be read')
  const { columns, warnings } = selectColumns(table, source, deleted)
  const fix = `ALTER TABLE ${table.name} REPLICA IDENTITY FULL`
  // Publishing such a table would make the server reject every UPDATE of the application, and with deletes every DELETE.
  if (!table.hasIdentity)
    throw tableError(
      table,
      `has no replica identity, and its rows could not be updated any more once its changes are published: give it a primary key, or ${fix}`,
    )
  if (deleted !== undefined && mapVersion === undefined) {
    const needed = source.columns.filter(
      ({ name, nullable }) => name !== deleted && name !== time && (!nullable || [key, ...identity].includes(name)),
    )
    const stored = storedColumns(table.columns, source)
    const missing = needed.filter(column => !columns.some(({ name, replicated }) => replicated && stored?.get(name) === column))
    if (missing.length > 0) throw tableError(table, `does not show ${quotedList(missing)} in the old row of a DELETE: ${fix}`)
  }
  // The map may compute its rows, including key and identity, from any column.
  const missingForMap = deleted !== undefined && mapVersion !== undefined ? columns.filter(({ replicated }) => !replicated) : []
  if (missingForMap.length > 0)
    throw tableError(
      table,
      `does not show ${quotedList(missingForMap)} in old rows, which the map of a source with '${deleted}' gets: ${fix}`,
    )
  const largeColumns = table.showsOldRows ? [] : columns.filter(({ toasted }) => toasted)
  if (largeColumns.length === 0) return warnings
  const names = largeColumns.map(({ name }) => name).join(', ')
  return [
    ...warnings,
    `${table.name}: a row is rejected where an UPDATE leaves a value of more than 2 kB in ${names} alone; to show it: ${fix}`,
  ]
}

const quotedList = (columns: readonly { readonly name: string }[]): string => columns.map(({ name }) => `'${name}'`).join(', ')

/** An existing publication, and what it publishes. */
export interface Publication {
  readonly insert: boolean
  readonly update: boolean
  readonly delete: boolean
  readonly truncate: boolean
  /** True if it includes the table. */
  readonly has: boolean
  /** Published columns of the table, if the server tells them (PostgreSQL 15 on). */
  readonly columns: readonly string[] | null
  /** True if generated columns among them are published too (PostgreSQL 18 on). */
  readonly mayShowGenerated: boolean
}

/**
 * The publication of a name. The table is found by its oid: its name may have changed since it was read, and a publication follows the table.
 */
export async function publicationOf(sql: Sql, name: string, { oid }: Pick<PostgresTable, 'oid'>): Promise<Publication | undefined> {
  const [publication] = await sql<Publication[]>`
    SELECT pubinsert AS insert, pubupdate AS update, pubdelete AS delete, pubtruncate AS truncate, t.pubname IS NOT NULL AS has,
      to_jsonb(t) -> 'attnames' AS columns, to_jsonb(p) ? 'pubgencols' AS "mayShowGenerated"
    FROM pg_publication p
    LEFT JOIN (pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace) ON c.oid = ${String(oid)}::oid
    LEFT JOIN pg_publication_tables t ON t.pubname = p.pubname AND t.schemaname = n.nspname AND t.tablename = c.relname
    WHERE p.pubname = ${name}`
  return publication
}

/**
 * The table as its changes show it: without columns that are generated or not in the publication's list. The copy would have their values,
 * but every change NULL. So this throws `SPILL_INPUT`, with the fix, if the source names such a column; for a `map`, a warning says that it
 * does not get them.
 */
export function publishedTable(
  table: PostgresTable,
  publication: Publication | undefined,
  name: string,
  source: SourceIR,
): { table: PostgresTable; warnings: readonly string[] } {
  const isPublished = (column: TableColumn): boolean =>
    (!column.generated || (publication?.columns != null && publication.mayShowGenerated)) &&
    publication?.columns?.includes(column.name) !== false
  const hidden = table.columns.filter(column => !isPublished(column))
  if (source.mapVersion !== undefined && hidden.length > 0) {
    const names = hidden.map(column => column.name).join(', ')
    return {
      table: { ...table, columns: table.columns.filter(column => !hidden.includes(column)) },
      warnings: [`${table.name}: the map of '${source.name}' gets no ${names}, which changes do not show`],
    }
  }
  const stored = storedColumns(table.columns, source)
  const hiddenColumn = hidden.find(column => stored?.has(column.name))
  if (hiddenColumn === undefined) return { table, warnings: [] }
  const fix = hiddenColumn.generated
    ? `compute it in a map of the source, or let the application write it: ALTER TABLE ${table.name} ALTER COLUMN ${quotedName(hiddenColumn.name)} DROP EXPRESSION`
    : `name it among the columns of the publication '${name}', or leave it out of the source`
  throw tableError(
    table,
    `has a ${hiddenColumn.generated ? 'generated ' : ''}column '${hiddenColumn.name}', which its changes do not show: ${fix}`,
  )
}

const ACTIONS = ['insert', 'update', 'delete', 'truncate'] as const

const requiredActions = ({ deleted }: SourceIR): readonly (typeof ACTIONS)[number][] =>
  deleted === undefined ? ['insert', 'update'] : ACTIONS

/** The problem of a publication that lacks something the source needs, and the statement that fixes it. */
export function publicationProblem(
  publication: Publication,
  name: string,
  table: PostgresTable,
  source: SourceIR,
): { problem: string; fix: string } | undefined {
  const alter = `ALTER PUBLICATION ${quotedName(name)}`
  if (!publication.has) return { problem: 'does not show this table', fix: `${alter} ADD TABLE ${table.name}` }
  const required = requiredActions(source)
  if (required.every(action => publication[action])) return undefined
  const all = ACTIONS.filter(action => publication[action] || required.includes(action))
  return { problem: 'does not show all of its changes', fix: `${alter} SET (publish = '${all.join(', ')}')` }
}

/** Creates a missing publication. Throws `SPILL_INPUT` for one that lacks something the source needs. */
export async function ensurePublication(
  sql: Sql,
  current: Publication | undefined,
  name: string,
  table: PostgresTable,
  source: SourceIR,
): Promise<void> {
  if (current === undefined) {
    await sql.unsafe(
      `CREATE PUBLICATION ${quotedName(name)} FOR TABLE ${table.name} WITH (publish = '${requiredActions(source).join(', ')}')`,
    )
    return
  }
  const fault = publicationProblem(current, name, table, source)
  if (fault) throw tableError(table, `publication '${name}' ${fault.problem}: ${fault.fix}`)
}
