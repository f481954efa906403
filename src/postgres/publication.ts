/** What must be so that a table's changes are all shown: a publication, a replica identity. */
import type { Sql } from 'postgres'
import { SpillwayError } from '../base/errors.ts'
import type { SourceIR } from '../define/ir/ir.ts'
import { quoted, readColumns, type Table, type TableColumn } from './table.ts'

/**
 * Throws `SPILL_INPUT`, with the statement that mends it, for a table whose changes cannot be events of the source. Returns, in words, what will be
 * refused.
 */
export function checkTable(table: Table, source: SourceIR): readonly string[] {
  const { deleted, key, identity = [], time, mapVersion } = source
  if (table.kind !== 'r')
    throw new SpillwayError('SPILL_INPUT', 'is no plain table: changes are read of one, not of partitions or views', { place: table.name })
  const { columns, warnings } = readColumns(table, source, deleted)
  const showAll = `ALTER TABLE ${table.name} REPLICA IDENTITY FULL`
  // With such a publication the server would refuse every UPDATE of the application's, and with deletes every DELETE.
  if (!table.hasIdentity)
    throw new SpillwayError(
      'SPILL_INPUT',
      `has no replica identity, and its rows could not be updated any more once its changes are published: give it a primary key, or ${showAll}`,
      { place: table.name },
    )
  if (deleted !== undefined && mapVersion === undefined) {
    const needed = source.columns.filter(
      ({ name, nullable }) => name !== deleted && name !== time && (!nullable || [key, ...identity].includes(name)),
    )
    const hidden = needed.filter(({ name }) => !columns.some(column => column.name === name && column.replicated))
    if (hidden.length > 0)
      throw new SpillwayError(
        'SPILL_INPUT',
        `does not show ${hidden.map(({ name }) => `'${name}'`).join(', ')} in the old row of a DELETE: ${showAll}`,
        {
          place: table.name,
        },
      )
  }
  // Whatever its map makes of an old row, key and identity among it, may come from any column.
  const unseen = deleted !== undefined && mapVersion !== undefined ? columns.filter(({ replicated }) => !replicated) : []
  if (unseen.length > 0)
    throw new SpillwayError(
      'SPILL_INPUT',
      `does not show ${unseen.map(({ name }) => `'${name}'`).join(', ')} in old rows, which the map of a source with '${deleted}' gets: ${showAll}`,
      { place: table.name },
    )
  const large = table.showsOldRows ? [] : columns.filter(({ toasted }) => toasted)
  if (large.length === 0) return warnings
  const names = large.map(({ name }) => name).join(', ')
  return [
    ...warnings,
    `${table.name}: a row is refused where an UPDATE leaves a value of more than 2 kB in ${names} alone; to show it: ${showAll}`,
  ]
}

/** A publication that is there, and what it shows. */
export interface Publication {
  readonly insert: boolean
  readonly update: boolean
  readonly delete: boolean
  readonly truncate: boolean
  /** It shows the table. */
  readonly has: boolean
  /** The columns of it that are shown, where the server says so (PostgreSQL 15 on). */
  readonly columns: readonly string[] | null
  /** Generated columns among them are shown too (PostgreSQL 18 on). */
  readonly mayShowGenerated: boolean
}

export async function publicationOf(sql: Sql, name: string, table: Table): Promise<Publication | undefined> {
  const [found] = await sql<Publication[]>`
    SELECT pubinsert AS insert, pubupdate AS update, pubdelete AS delete, pubtruncate AS truncate, t.pubname IS NOT NULL AS has,
      to_jsonb(t) -> 'attnames' AS columns, to_jsonb(p) ? 'pubgencols' AS "mayShowGenerated"
    FROM pg_publication p LEFT JOIN pg_publication_tables t
      ON t.pubname = p.pubname AND t.schemaname = ${table.schema} AND t.tablename = ${table.relation} WHERE p.pubname = ${name}`
  return found
}

/**
 * The table as its changes show it: without columns that are generated or not in the publication's list. The copy would have their values and every
 * change NULL, so where the source names one, `SPILL_INPUT` is thrown, with what mends it; a `map` gets them from neither, which is said.
 */
export function shownTable(
  table: Table,
  found: Publication | undefined,
  name: string,
  source: SourceIR,
): { table: Table; warnings: readonly string[] } {
  const isShown = (column: TableColumn): boolean =>
    (!column.generated || (found?.columns != null && found.mayShowGenerated)) && found?.columns?.includes(column.name) !== false
  const hidden = table.columns.filter(column => !isShown(column))
  if (source.mapVersion !== undefined && hidden.length > 0) {
    const names = hidden.map(column => column.name).join(', ')
    return {
      table: { ...table, columns: table.columns.filter(column => !hidden.includes(column)) },
      warnings: [`${table.name}: the map of '${source.name}' gets no ${names}, which changes do not show`],
    }
  }
  const missed = hidden.find(column => source.columns.some(other => other.name === column.name))
  if (missed === undefined) return { table, warnings: [] }
  const fix = missed.generated
    ? `compute it in a map of the source, or let the application write it: ALTER TABLE ${table.name} ALTER COLUMN ${quoted(missed.name)} DROP EXPRESSION`
    : `name it among the columns of the publication '${name}', or leave it out of the source`
  throw new SpillwayError(
    'SPILL_INPUT',
    `has a ${missed.generated ? 'generated ' : ''}column '${missed.name}', which its changes do not show: ${fix}`,
    { place: table.name },
  )
}

const ACTIONS = ['insert', 'update', 'delete', 'truncate'] as const

const needed = ({ deleted }: SourceIR): readonly (typeof ACTIONS)[number][] => (deleted === undefined ? ['insert', 'update'] : ACTIONS)

/** What a publication does not show of what the source needs, and the statement that mends it. */
export function lacking(found: Publication, name: string, table: Table, source: SourceIR): { what: string; fix: string } | undefined {
  const alter = `ALTER PUBLICATION ${quoted(name)}`
  if (!found.has) return { what: 'does not show this table', fix: `${alter} ADD TABLE ${table.name}` }
  const wanted = needed(source)
  if (wanted.every(action => found[action])) return undefined
  const all = ACTIONS.filter(action => found[action] || wanted.includes(action))
  return { what: 'does not show all of its changes', fix: `${alter} SET (publish = '${all.join(', ')}')` }
}

/** Makes the publication, unless it is there. Throws `SPILL_INPUT` for one that does not show what the source needs. */
export async function ensurePublication(
  sql: Sql,
  found: Publication | undefined,
  name: string,
  table: Table,
  source: SourceIR,
): Promise<void> {
  if (found === undefined) {
    await sql.unsafe(`CREATE PUBLICATION ${quoted(name)} FOR TABLE ${table.name} WITH (publish = '${needed(source).join(', ')}')`)
    return
  }
  const lack = lacking(found, name, table, source)
  if (lack) throw new SpillwayError('SPILL_INPUT', `publication '${name}' ${lack.what}: ${lack.fix}`, { place: table.name })
}
