/** Reads a table's definition from PostgreSQL's catalogue, and selects the columns that a source reads. */
import type { Sql } from 'postgres'
import { SpillwayError, didYouMean } from '../../base/index.ts'
import type { ColumnIR, SourceIR } from '../../define/ir/index.ts'
import { matchColumns } from '../../files/index.ts'
import { columnsByWrittenName } from '../../schema/index.ts'
import { textConverter, type TextConverter } from './value.ts'

export interface TableColumn {
  readonly name: string
  /** Type number; for a domain, of its base type. */
  readonly type: number
  readonly typeName: string
  readonly nullable: boolean
  /** SQL expression of the default. */
  readonly default: string | null
  /** In the replica identity, which a delete shows of the old row. */
  readonly replicated: boolean
  /** Large values are stored apart, and an update that leaves one unchanged does not show it. */
  readonly toasted: boolean
  /** Computed from other columns, so changes do not show it. */
  readonly generated: boolean
}

export interface PostgresTable {
  readonly oid: number
  /** Qualified and quoted SQL name: `public.outbox`. */
  readonly name: string
  readonly schema: string
  readonly relation: string
  readonly kind: string
  /** Updates and deletes show the whole old row (REPLICA IDENTITY FULL). */
  readonly showsOldRows: boolean
  /** The table has a replica identity. Without one the server rejects UPDATE and DELETE of a published table. */
  readonly hasIdentity: boolean
  /** Server and database; a position in the table is valid only there. */
  readonly origin: string
  readonly columns: readonly TableColumn[]
}

/**
 * @throws `SPILL_NOT_FOUND` for a missing table.
 */
export const requireTable = async (sql: Sql, name: string): Promise<PostgresTable> => (await findTable(sql, name)) ?? failNoTable(name)

export function failNoTable(name: string): never {
  throw new SpillwayError(
    'SPILL_NOT_FOUND',
    `there is no table ${name} in the database; write the name as SQL does, with its schema if it is not public`,
  )
}

export async function findTable(sql: Sql, name: string): Promise<PostgresTable | undefined> {
  const [catalogueRow] = await sql<
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
  if (catalogueRow === undefined) return undefined
  const { oid, schema, relation, kind, identity, hasIdentity, quoted: qualifiedName, origin } = catalogueRow
  const columns = await columnsOf(sql, oid)
  // The table was dropped between the two statements.
  if (columns.length === 0) return undefined
  const showsOldRows = identity === 'f'
  return { oid: Number(oid), name: qualifiedName, schema, relation, kind, showsOldRows, hasIdentity, origin, columns }
}

/** SQL condition: index `i` is the replica identity of table `c`. A deferrable index never is. */
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
export interface SelectedColumn {
  readonly name: string
  readonly read: TextConverter
}

/**
 * Selects the columns that a source reads: those that it names, or all for its `map`. Throws `SPILL_NOT_FOUND` if a required column is
 * missing.
 */
export function selectColumns(
  table: PostgresTable,
  source: SourceIR,
  except?: string,
): { columns: readonly (TableColumn & SelectedColumn)[]; warnings: readonly string[] } {
  const stored = storedColumns(table.columns, source)
  const present = new Set(stored?.values())
  // The column that marks deletes need not be in the table.
  const selectable = { ...source, columns: source.columns.filter(column => column.name !== except || present.has(column)) }
  // A table may have columns that are no concern of the source.
  const { selected, missing } = matchColumns({ name: table.name, columns: table.columns.map(({ name }) => ({ name })) }, selectable)
  const columns = table.columns
    .filter(({ name }) => selected === undefined || selected.includes(name))
    .map(column => ({ ...column, read: textConverter(column.type, stored?.get(column.name)) }))
  return { columns, warnings: missing }
}

/** Columns of a source by the names, current or earlier, that a table has for them; `undefined` for a source with a `map`, which reads all. */
export const storedColumns = (columns: readonly { readonly name: string }[], source: SourceIR): ReadonlyMap<string, ColumnIR> | undefined =>
  source.mapVersion === undefined
    ? columnsByWrittenName(
        source.columns,
        columns.map(({ name }) => name),
      )
    : undefined

/**
 * @throws `SPILL_NOT_FOUND` for a column that the table does not have.
 */
export function requireColumn(table: PostgresTable, name: string): TableColumn {
  const column = table.columns.find(other => other.name === name)
  if (column) return column
  const names = table.columns.map(other => other.name)
  throw new SpillwayError('SPILL_NOT_FOUND', `has no column '${name}'${didYouMean(name, names)}`, { place: table.name })
}

/** The error for a table that cannot be read as it is. */
export const tableError = (
  { name }: Pick<PostgresTable, 'name'>,
  problem: string,
  code: 'SPILL_INPUT' | 'SPILL_SOURCE' = 'SPILL_INPUT',
): SpillwayError => new SpillwayError(code, problem, { place: name })

/** A quoted SQL identifier. */
export const quotedName = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** Base types of domains, by type number: changes name the domain. */
export async function domainBaseTypes(sql: Sql): Promise<ReadonlyMap<number, number>> {
  const domains = await sql<
    { type: string; base: string }[]
  >`SELECT oid::text AS type, typbasetype::text AS base FROM pg_type WHERE typtype = 'd'`
  const baseByDomain = new Map(domains.map(({ type, base }) => [Number(type), Number(base)]))
  const baseOf = (type: number): number => (baseByDomain.has(type) ? baseOf(baseByDomain.get(type)!) : type)
  return new Map([...baseByDomain.keys()].map(type => [type, baseOf(type)]))
}
