/** Requirements on an outbox table, and the statement that reads a page of it. */
import type { Sql } from 'postgres'
import { limits } from '../../base/index.ts'
import { quotedName, requireColumn, type TableColumn, type PostgresTable, tableError } from './table.ts'
import { typeOids } from './value.ts'

/** Roles of the table's columns. */
export interface OutboxColumns {
  readonly id: string
  /** Transaction that wrote the row. */
  readonly xid: string
  /** Column whose JSON is the record; without it the record is the other columns. */
  readonly payload: string | undefined
}

const CURRENT_XID = 'pg_current_xact_id()'
const { XID8 } = typeOids
const integerTypes: readonly number[] = [typeOids.INT2, typeOids.INT4, typeOids.INT8]
const jsonTypes: readonly number[] = [typeOids.TEXT, typeOids.JSON, typeOids.VARCHAR, typeOids.JSONB]

/**
 * @throws `SPILL_INPUT`, with the statements that fix it, for a table whose rows cannot be read exactly once.
 */
export async function checkOutbox(sql: Sql, table: PostgresTable, { id, xid, payload }: OutboxColumns): Promise<void> {
  const reject = (problem: string): never => {
    throw tableError(table, problem)
  }
  if (!integerTypes.includes(requireColumn(table, id).type))
    reject(`is not an outbox: its column '${id}' is not a bigint that numbers the rows`)
  const unique = await uniqueness(sql, table, id, xid)
  if (!unique.holds)
    reject(
      `needs a unique index on its column '${id}', alone or with '${xid}', or rows with equal ids would be lost: ALTER TABLE ${table.name} ADD ${unique.hasPrimary ? 'UNIQUE' : 'PRIMARY KEY'} (${quotedName(id)})`,
    )
  if (requireColumn(table, id).nullable)
    reject(
      `has a column '${id}' that may be NULL, and a row without an id has no place: ALTER TABLE ${table.name} ALTER COLUMN ${quotedName(id)} SET NOT NULL`,
    )
  const writer = table.columns.find(({ name }) => name === xid)
  if (writer === undefined || writer.type !== XID8 || writer.nullable || writer.default !== CURRENT_XID)
    reject(
      `needs a column that says which transaction wrote a row, or rows that are committed late would be lost: ${fixFor(table, xid, id, writer)}`,
    )
  if (payload !== undefined && !jsonTypes.includes(requireColumn(table, payload).type))
    reject(`has a column '${payload}' that does not hold JSON: it is ${requireColumn(table, payload).typeName}`)
}

/**
 * True if no two rows of a transaction can have the same id, apart from NULL. Key columns that are expressions have no name. A partitioned
 * table has no unique index without its partition key; there the sequence of the ids keeps them distinct.
 */
async function uniqueness(sql: Sql, { oid }: PostgresTable, id: string, xid: string): Promise<{ holds: boolean; hasPrimary: boolean }> {
  const indexes = await sql<{ isPrimary: boolean; isParted: boolean; names: (string | null)[] }[]>`
    SELECT i.indisprimary AS "isPrimary", c.relkind = 'p' AS "isParted", (
      SELECT json_agg(a.attname) FROM unnest(i.indkey::int2[]) WITH ORDINALITY k (number, place)
      LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number AND a.attnum <> 0 WHERE k.place <= i.indnkeyatts) AS names
    FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid WHERE i.indrelid = ${String(oid)}::oid AND i.indisunique AND i.indisvalid AND i.indpred IS NULL`
  return {
    holds: indexes.some(({ names, isParted }) => names.includes(id) && (isParted || names.every(name => name === id || name === xid))),
    hasPrimary: indexes.some(({ isPrimary }) => isPrimary),
  }
}

function fixFor(table: PostgresTable, xid: string, id: string, writer: TableColumn | undefined): string {
  const alter = (action: string): string => `ALTER TABLE ${table.name} ${action} ${quotedName(xid)}`
  return [
    ...(writer && writer.type !== XID8 ? [alter('DROP COLUMN')] : []),
    ...(writer?.type === XID8 ? [] : [`${alter('ADD COLUMN')} xid8 NOT NULL DEFAULT '0'`]),
    `${alter('ALTER COLUMN')} SET DEFAULT ${CURRENT_XID}`,
    ...(writer?.type === XID8 && writer.nullable ? [`${alter('ALTER COLUMN')} SET NOT NULL`] : []),
    `CREATE INDEX ON ${table.name} (${quotedName(xid)}, ${quotedName(id)})`,
  ].join('; ')
}

/**
 * Statement for one page after ($1, $2), with at most $3 rows, and at most POSTGRES_PAGE_BYTES and one row. It returns transaction, id,
 * size in bytes, and the columns. A row longer than LINE_BYTES_MAX has NULLs.
 */
export function pageStatement(table: PostgresTable, { id, xid, payload }: OutboxColumns, columns: readonly TableColumn[]): string {
  const place = `${quotedName(xid)}, ${quotedName(id)}`
  const values = columns.map(({ name }, i) => `${quotedName(name)}${name === payload ? '::text' : ''} AS c${i}`)
  const sizes = columns.map(({ toasted }, i) => (toasted ? `coalesce(octet_length(c${i}::text), 0)` : '16'))
  const selected = columns.map((_, i) => `CASE WHEN size > ${limits.LINE_BYTES_MAX} THEN NULL ELSE c${i} END`)
  return `
    WITH page AS MATERIALIZED (
      SELECT ${[`${quotedName(xid)} AS x`, `${quotedName(id)} AS i`, ...values].join(', ')} FROM ${table.name}
      WHERE (${place}) > ($1::text::xid8, $2::text::bigint) AND ${quotedName(xid)} < pg_snapshot_xmin(pg_current_snapshot())
      ORDER BY ${place} LIMIT $3::text::int),
    sized AS (SELECT *, ${sizes.join(' + ') || '0'} AS size FROM page),
    summed AS (SELECT *, sum(least(size, ${limits.LINE_BYTES_MAX})) OVER (ORDER BY x, i) AS bytes FROM sized)
    SELECT ${['x', 'i', 'size', ...selected].join(', ')} FROM summed
    WHERE bytes - least(size, ${limits.LINE_BYTES_MAX}) < ${limits.POSTGRES_PAGE_BYTES} ORDER BY x, i`
}

/** The result of `lagStatement`. */
export interface OutboxEnd {
  /** Rows behind the position, at most LAG_ROWS_MAX. */
  readonly lag: number
  /** The last row that a page can give; null if there is none. */
  readonly xid: string | null
  readonly id: string | null
}

/** Statement for what stands behind ($1, $2): over the index on (transaction, id) alone. */
export function lagStatement(table: PostgresTable, { id, xid }: OutboxColumns): string {
  const place = `${quotedName(xid)}, ${quotedName(id)}`
  const ended = `${quotedName(xid)} < pg_snapshot_xmin(pg_current_snapshot())`
  return `
    WITH behind AS (
      SELECT 1 FROM ${table.name} WHERE (${place}) > ($1::text::xid8, $2::text::bigint) AND ${ended} LIMIT ${limits.LAG_ROWS_MAX}),
    last AS (SELECT ${quotedName(xid)} AS x, ${quotedName(id)} AS i FROM ${table.name} WHERE ${ended} ORDER BY ${quotedName(xid)} DESC, ${quotedName(id)} DESC LIMIT 1)
    SELECT (SELECT count(*)::int FROM behind) AS lag, (SELECT x::text FROM last) AS xid, (SELECT i::text FROM last) AS id`
}

/**
 * Throws `SPILL_SOURCE` if this server has not reached the transactions of the rows, or the last one read. It was then restored from a
 * dump, or set back to an earlier time.
 */
export async function checkTransactionIds(sql: Sql, table: PostgresTable, { xid }: OutboxColumns, xidRead: string): Promise<void> {
  const [{ ahead, back }] = await sql.unsafe<{ ahead: boolean | null; back: boolean }[]>(
    `SELECT (SELECT ${quotedName(xid)} FROM ${table.name} ORDER BY ${quotedName(xid)} DESC LIMIT 1) >= pg_snapshot_xmax(pg_current_snapshot()) AS ahead,
      $1::text::xid8 >= pg_snapshot_xmax(pg_current_snapshot()) AS back`,
    [xidRead],
  )
  if (back)
    throw tableError(
      table,
      `was read up to transaction ${xidRead}, which this server has not reached yet: it was set back to an earlier time, and what was written there again cannot be told from what was read`,
      'SPILL_SOURCE',
    )
  if (ahead)
    throw tableError(
      table,
      `has rows of transactions that this server has not reached yet, as after a restore from a dump; if all of them are to be read: UPDATE ${table.name} SET ${quotedName(xid)} = '0'`,
      'SPILL_SOURCE',
    )
}
