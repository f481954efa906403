/** A table as the catalogue of PostgreSQL has it, and which of its columns a source reads. */
import type { Sql } from 'postgres'
import { SpillwayError } from '../base/errors.ts'
import { didYouMean } from '../base/did-you-mean.ts'
import type { SourceIR } from '../define/ir/ir.ts'
import { matchColumns } from '../files/columns.ts'
import { valueReader, type ValueReader } from './value.ts'

export interface TableColumn {
  readonly name: string
  /** The number of its type, or of the type that its domain is of. */
  readonly type: number
  readonly typeName: string
  readonly nullable: boolean
  /** The expression that is its default. */
  readonly default: string | null
  /** In the replica identity: what a delete shows of the old row. */
  readonly replicated: boolean
  /** Large values stand apart, and an update that leaves one alone does not show it. */
  readonly toasted: boolean
  /** Computed from others: changes do not show it. */
  readonly generated: boolean
}

export interface Table {
  readonly oid: number
  /** As SQL takes it, quoted where it must be: `public.outbox`. */
  readonly name: string
  readonly schema: string
  readonly relation: string
  readonly kind: string
  /** The whole old row is shown by updates and deletes (REPLICA IDENTITY FULL). */
  readonly showsOldRows: boolean
  /** Something tells its rows apart in its changes: without it the server refuses UPDATE and DELETE of a table whose changes are published. */
  readonly hasIdentity: boolean
  /** The server and its database: what a place in the table belongs to. */
  readonly origin: string
  readonly columns: readonly TableColumn[]
}

/** Throws `SPILL_INPUT` for a table that is not there. */
export const tableOf = async (sql: Sql, name: string): Promise<Table> => (await tableNamed(sql, name)) ?? noTable(name)

export function noTable(name: string): never {
  throw new SpillwayError(
    'SPILL_INPUT',
    `there is no table ${name} in the database; write the name as SQL does, with its schema if it is not public`,
  )
}

export async function tableNamed(sql: Sql, name: string): Promise<Table | undefined> {
  const [found] = await sql<
    {
      oid: string
      schema: string
      relation: string
      kind: string
      identity: string
      hasIdentity: boolean
      quoted: string
      origin: string
    }[]
  >`
    SELECT c.oid::text AS oid, n.nspname AS schema, c.relname AS relation, c.relkind AS kind, c.relreplident AS identity,
      c.relreplident = 'f' OR EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND ${sql.unsafe(IDENTIFIES)}) AS "hasIdentity",
      format('%I.%I', n.nspname, c.relname) AS quoted,
      (SELECT system_identifier FROM pg_control_system()) || '/' || (SELECT oid FROM pg_database WHERE datname = current_database()) AS origin
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = to_regclass(${name})`
  if (found === undefined) return undefined
  const { oid, schema, relation, kind, identity, hasIdentity, quoted, origin } = found
  const columns = await columnsOf(sql, oid)
  // It was dropped between the two statements.
  if (columns.length === 0) return undefined
  const showsOldRows = identity === 'f'
  return { oid: Number(oid), name: quoted, schema, relation, kind, showsOldRows, hasIdentity, origin, columns }
}

/** That an index `i` of the table `c` is its replica identity: one whose check is put off to the commit never is. */
const IDENTIFIES = `i.indisvalid AND i.indimmediate AND (CASE c.relreplident WHEN 'd' THEN i.indisprimary WHEN 'i' THEN i.indisreplident ELSE false END)`

const columnsOf = (sql: Sql, oid: string): Promise<TableColumn[]> => sql<TableColumn[]>`
  SELECT a.attname AS name, b.base::int AS type, format_type(a.atttypid, a.atttypmod) AS "typeName", NOT a.attnotnull AS nullable,
    pg_get_expr(d.adbin, d.adrelid) AS default, c.relreplident = 'f' OR coalesce(a.attnum = ANY (i.indkey), false) AS replicated,
    a.attstorage <> 'p' AS toasted, a.attgenerated <> '' AS generated
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
  CROSS JOIN LATERAL (
    WITH RECURSIVE base AS (
      SELECT a.atttypid AS type UNION ALL SELECT t.typbasetype FROM base JOIN pg_type t ON t.oid = base.type AND t.typtype = 'd'
    ) SELECT base.type::int8 AS base FROM base JOIN pg_type t ON t.oid = base.type AND t.typtype <> 'd') b
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  LEFT JOIN pg_index i ON i.indrelid = c.oid AND ${sql.unsafe(IDENTIFIES)}
  WHERE a.attrelid = ${oid}::oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`

/** A column of a table that a source reads. */
export interface ReadColumn {
  readonly name: string
  readonly read: ValueReader
}

/** The columns that a source reads: those that it names, or all for its `map`. Throws `SPILL_INPUT` if one is missing that may not be NULL. */
export function readColumns(
  table: Table,
  source: SourceIR,
  except?: string,
): { columns: readonly (TableColumn & ReadColumn)[]; warnings: readonly string[] } {
  // What marks deletes need not be a column of the table.
  const asked = { ...source, columns: source.columns.filter(({ name }) => name !== except || has(table, name)) }
  const { wanted, warnings } = matchColumns({ name: table.name, columns: table.columns.map(({ name }) => ({ name })) }, asked)
  const columns = table.columns
    .filter(({ name }) => wanted === undefined || wanted.includes(name))
    .map(column => ({
      ...column,
      read: valueReader(column.type, source.mapVersion === undefined ? source.columns.find(({ name }) => name === column.name) : undefined),
    }))
  return { columns, warnings: warnings.filter(text => !text.includes('does not name, ignored')) }
}

const has = (table: Table, name: string): boolean => table.columns.some(column => column.name === name)

/** Throws `SPILL_INPUT` for a column that the table does not have. */
export function columnNamed(table: Table, name: string): TableColumn {
  const column = table.columns.find(other => other.name === name)
  if (column) return column
  const names = table.columns.map(other => other.name)
  throw new SpillwayError('SPILL_INPUT', `has no column '${name}'${didYouMean(name, names)}`, { place: table.name })
}

/** A name as SQL takes it. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** The types that domains are of, by number: changes name the domain. */
export async function domainTypes(sql: Sql): Promise<ReadonlyMap<number, number>> {
  const domains = await sql<
    { type: string; base: string }[]
  >`SELECT oid::text AS type, typbasetype::text AS base FROM pg_type WHERE typtype = 'd'`
  const next = new Map(domains.map(({ type, base }) => [Number(type), Number(base)]))
  const baseOf = (type: number): number => (next.has(type) ? baseOf(next.get(type)!) : type)
  return new Map([...next.keys()].map(type => [type, baseOf(type)]))
}
