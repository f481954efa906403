/**
 * Reads a transactional outbox as a source: polls a table to which others append.
 *
 * **Why not by id.** Ids are assigned before commit, and not in the order of commits. A reader that continues after the largest id it saw
 * loses the rows of transactions that commit later with smaller ids. So rows are read in the order of (transaction, id), and only rows of
 * transactions below `xmin` of the statement's own snapshot. All transactions below it have ended, so their rows are visible now or never.
 * All rows that become visible later belong to transactions at or above it, and come after everything that was read. The (transaction, id)
 * of the last row therefore says exactly what was read. This holds for long transactions, rollbacks, savepoints and prepared transactions,
 * and for ids that are out of order or unused.
 *
 * The position is committed with the rows, so a reader that stops at any moment loses and repeats nothing. A row waits for the oldest
 * writing transaction of the whole server that began before it. A page is one statement over an index on (transaction, id).
 */
import type { Sql } from 'postgres'
import { limits, pause } from '../../base/index.ts'
import type { SourceIR } from '../../define/ir/index.ts'
import { parseJsonRecord, Fault } from '../../intake/index.ts'
import { ONLY_PARTITION, type ReadBatch, type ReadContext, type ReaderLag, type SourceReader } from '../reader/source-reader.ts'
import { type IsPosition, parsePosition } from '../reader/stored-position.ts'
import { openClient, readWithClient } from './client.ts'
import { warnOnce, readWithRetries } from './retry.ts'
import { checkOutbox, checkTransactionIds, lagStatement, pageStatement, type OutboxColumns, type OutboxEnd } from './outbox-table.ts'
import type { TableReadOptions } from './settings.ts'
import { longRowFault, rawRowText, RowBatchBuilder, rowRecordOf } from './row-batch.ts'
import {
  type PostgresTable,
  requireColumn,
  requireTable,
  selectColumns,
  type SelectedColumn,
  type TableColumn,
  tableError,
} from './table.ts'

export interface OutboxOptions extends TableReadOptions {
  readonly columns: OutboxColumns
  /** The database was moved to another server with its transactions (pg_upgrade), so the stored position is valid there. */
  readonly moved: boolean
  readonly pageRows?: number
}

/** Position of the last row read, as it is stored. Numbers are text, since they may exceed 2^53. */
interface OutboxPosition {
  /** Server and database. */
  readonly origin: string
  readonly xid: string
  readonly id: string
}

const isOutboxPosition: IsPosition = ({ origin, xid, id }) => [origin, xid, id].every(text => typeof text === 'string')

const startPosition = (origin: string): OutboxPosition => ({ origin, xid: '0', id: '-9223372036854775808' })

/**
 * The reader of an outbox: until the signal, or without `follow` until there are no more rows.
 *
 * Throws `SPILL_INPUT` for a table that is not an outbox, and `SPILL_SOURCE` as documented there.
 */
export function outboxReader(source: SourceIR, options: OutboxOptions): SourceReader {
  let connected: ConnectedTable | undefined
  return {
    name: `pg:${options.table}`,
    describe: position => `table ${options.table} ${positionText(options.table, position)}`,
    async measureLag(committedPosition) {
      if (!connected) return new Map()
      const { sql, table } = connected
      return new Map([[ONLY_PARTITION, await outboxLag(sql, table, options, committedPosition())]])
    },
    read(context) {
      const { signal } = context
      const warn = warnOnce(context.warn)
      return readWithRetries(
        async function* (onReached) {
          // Submitted batches must be durable before the position is looked up again.
          await context.whenCommitted()
          yield* readWithClient(
            await openClient(options.database),
            sql => {
              const onTable = (table: PostgresTable) => void (connected = { sql, table })
              return readPages({ sql, source, options, warn, onReached, onTable }, context)
            },
            { signal, silenceMs: options.silenceMs },
          )
        },
        { source: source.name, signal, onWarning: context.warn },
      )
    },
  }
}

interface OutboxSession {
  readonly sql: Sql
  readonly source: SourceIR
  readonly options: OutboxOptions
  readonly warn: (warning: string) => void
  readonly onReached: () => void
  /** Receives the table once it is known to be an outbox. */
  readonly onTable: (table: PostgresTable) => void
}

/** The table and the connection that read it last. */
interface ConnectedTable {
  readonly sql: Sql
  readonly table: PostgresTable
}

/** The rows behind a committed position that can be read now: those that a page would give. */
async function outboxLag(sql: Sql, table: PostgresTable, { columns, moved }: OutboxOptions, text: string | undefined): Promise<ReaderLag> {
  const { xid, id } = resumePosition(table, text, moved)
  const [row] = await sql.unsafe<OutboxEnd[]>(lagStatement(table, columns), [xid, id])
  const position = placeOf(xid, id)
  const end = row.xid === null || row.id === null ? position : placeOf(row.xid, row.id)
  return { position, end: end > position ? end : position, lag: row.lag, unit: 'rows' }
}

/** Transaction and id as one number, in their order. */
const placeOf = (xid: string, id: string): bigint => (BigInt(xid) << 64n) + BigInt(id) + (1n << 63n)

async function* readPages(
  { sql, source, options, warn, onReached, onTable }: OutboxSession,
  context: ReadContext,
): AsyncGenerator<ReadBatch> {
  const { columns: roles, pageRows = limits.POSTGRES_PAGE_ROWS } = options
  const table = await requireTable(sql, options.table)
  await checkOutbox(sql, table, roles)
  const columns = outboxColumns(table, source, roles, warn)
  let position = resumePosition(table, context.committedPosition(), options.moved)
  await checkTransactionIds(sql, table, roles, position.xid)
  onReached()
  onTable(table)
  const statement = pageStatement(table, roles, columns)
  while (!context.signal.aborted) {
    const rows = await sql.unsafe(statement, [position.xid, position.id, String(pageRows)], { prepare: true }).raw()
    if (rows.length > 0) {
      const last = rows.at(-1)!
      position = { origin: table.origin, xid: String(last[0]), id: String(last[1]) }
      const page = rows as unknown as Page
      yield { records: batchOf(options.table, page, columns, roles.payload !== undefined), position: JSON.stringify(position) }
    }
    if (rows.length === pageRows || bytesOf(rows) >= limits.POSTGRES_PAGE_BYTES) continue
    if (!context.follow) return
    await pause(limits.POSTGRES_POLL_MS, context.signal)
  }
}

function positionText(table: string, text: string | undefined): string {
  if (text === undefined) return 'from the beginning'
  const { xid, id } = parsePosition<OutboxPosition>(table, text, isOutboxPosition)
  return `behind id ${id} of transaction ${xid}`
}

function outboxColumns(
  table: PostgresTable,
  source: SourceIR,
  { payload }: OutboxColumns,
  onWarning: (text: string) => void,
): readonly (TableColumn & SelectedColumn)[] {
  if (payload !== undefined) return [{ ...requireColumn(table, payload), read: text => text }]
  const { columns, warnings } = selectColumns(table, source)
  for (const warning of warnings) onWarning(warning)
  return columns
}

/** The position to resume at. Throws `SPILL_SOURCE` if another database was read before. */
function resumePosition({ name, origin }: PostgresTable, text: string | undefined, moved: boolean): OutboxPosition {
  if (text === undefined) return startPosition(origin)
  const position = parsePosition<OutboxPosition>(name, text, isOutboxPosition)
  if (position.origin !== origin && !moved)
    throw tableError(
      { name },
      `is of another database (${origin}) than the one that was read up to row ${position.id} (${position.origin}): its rows cannot be told from those that were read. ` +
        `Start with an empty data folder, or, if it is the same one after pg_upgrade, go on with ?moved=true`,
      'SPILL_SOURCE',
    )
  return position
}

/** Rows of transaction, id, size and columns, as bytes of their texts. */
type Page = readonly (readonly (Buffer | null)[])[]

const bytesOf = (page: Page): number => page.reduce((bytes, row) => bytes + Math.min(Number(String(row[2])), limits.LINE_BYTES_MAX), 0)

function batchOf(table: string, page: Page, columns: readonly SelectedColumn[], isPayload: boolean) {
  const rows = new RowBatchBuilder(number => `${table} id ${String(page[number][1])}`, !isPayload)
  for (let number = 0; number < page.length; number++) {
    const [, id, size, ...values] = page[number]
    const bytes = Number(String(size))
    if (bytes > limits.LINE_BYTES_MAX) rows.reject(number, longRowFault(bytes), JSON.stringify({ id: String(id) }))
    else if (isPayload) addPayload(rows, number, values[0])
    else addRow(rows, number, columns, values)
  }
  return rows.batch()
}

function addPayload(rows: RowBatchBuilder, number: number, payload: Buffer | null): void {
  if (payload === null) return rows.reject(number, new Fault('the payload is NULL'), 'null')
  const parsed = parseJsonRecord(payload, 0, payload.length)
  if (parsed instanceof Fault) rows.reject(number, parsed, String(payload))
  else rows.add(number, parsed.value, () => String(payload), parsed.inexact)
}

function addRow(rows: RowBatchBuilder, number: number, columns: readonly SelectedColumn[], values: readonly (Buffer | null)[]): void {
  const texts = values.map(value => (value === null ? null : String(value)))
  const record = rowRecordOf(columns, texts)
  if (record instanceof Fault) rows.reject(number, record, rawRowText(columns, texts))
  else rows.add(number, record)
}
