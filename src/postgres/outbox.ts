/**
 * A transactional outbox as a source: a table to which others append, read by asking for what is new.
 *
 * **Why not by id.** Ids are taken before their transactions commit, and not in the order of commits: whoever goes on behind the largest id that was
 * seen loses the rows of transactions that commit later with smaller ones. So rows are read in the order of (transaction, id), and only those of
 * transactions below `xmin` of the statement's own snapshot. Every transaction below it has ended, so that what it wrote is all visible or will never
 * be; every row that becomes visible later is of a transaction at or above it, and stands behind everything that was read. The place (transaction, id)
 * of the last row therefore says exactly what was read. It holds for transactions that take long, roll back, use savepoints or are prepared,
 * and for ids that come out of order or are never used.
 *
 * The place is committed with the rows, so a reader that stops at any moment loses and repeats nothing. A row waits for the oldest writing
 * transaction of the whole server that was there before it. A page is one statement over an index on (transaction, id).
 */
import type { Sql } from 'postgres'
import { SpillwayError } from '../base/errors.ts'
import { limits } from '../base/limits.ts'
import type { SourceIR } from '../define/ir/ir.ts'
import { parseRecord } from '../intake/json.ts'
import { Fault } from '../intake/refusal.ts'
import { openClient, withClient } from './client.ts'
import { Feeding, type Fed } from './feeding.ts'
import { once, pauseUnless, untilReached } from './lost.ts'
import { checkOutbox, checkTransactions, pageStatement, type OutboxColumns } from './outbox-table.ts'
import type { ReadOptions } from './reading.ts'
import { longFault, recordOf, Rows } from './rows.ts'
import { columnNamed, readColumns, tableOf, type ReadColumn, type Table, type TableColumn } from './table.ts'

export interface OutboxOptions extends ReadOptions {
  readonly columns: OutboxColumns
  /** The database was moved to another server with its transactions (pg_upgrade): the place that is known holds there. */
  readonly moved: boolean
  readonly pageRows?: number
}

/** The last row that was read. Numbers are text, as they may be beyond JavaScript's. */
interface Place {
  /** Of the server and database. */
  readonly origin: string
  readonly xid: string
  readonly id: string
}

const beginning = (origin: string): Place => ({ origin, xid: '0', id: '-9223372036854775808' })

/**
 * Gives the rows of an outbox to a source of a run: until the signal, or without `follow` until there are no more. Resolves when all that was given
 * is durable. Throws `SPILL_INPUT` for a table that is no outbox, `SPILL_SOURCE` as documented there.
 */
export async function readOutbox(run: Fed, source: SourceIR, options: OutboxOptions, signal: AbortSignal): Promise<void> {
  const feeding = new Feeding(run, source.name)
  const told = { ...options, onWarning: once(options.onWarning) }
  await untilReached(
    async reached => {
      // What is on its way is durable before the place is looked up again.
      await feeding.settled()
      await withClient(
        await openClient(options.database),
        sql => follow({ sql, run, source, options: told, signal, feeding, reached }),
        signal,
      )
    },
    { source: source.name, signal, onWarning: options.onWarning },
  )
  await feeding.settled()
}

interface Following {
  readonly sql: Sql
  readonly run: Fed
  readonly source: SourceIR
  readonly options: OutboxOptions
  readonly signal: AbortSignal
  readonly feeding: Feeding
  readonly reached: () => void
}

async function follow({ sql, run, source, options, signal, feeding, reached }: Following): Promise<void> {
  const { columns: named, pageRows = limits.POSTGRES_PAGE_ROWS } = options
  const table = await tableOf(sql, options.table)
  await checkOutbox(sql, table, named)
  const columns = columnsOf(table, source, named, options.onWarning)
  const cursor = outboxCursor(source.name, options.table)
  let place = placeOf(table, run.cursor(cursor), options.moved)
  await checkTransactions(sql, table, named, place.xid)
  reached()
  const statement = pageStatement(table, named, columns)
  while (!signal.aborted) {
    const rows = await sql.unsafe(statement, [place.xid, place.id, String(pageRows)], { prepare: true }).raw()
    if (rows.length > 0) {
      const last = rows.at(-1)!
      place = { origin: table.origin, xid: String(last[0]), id: String(last[1]) }
      const page = rows as unknown as Page
      await feeding.give(batchOf(options.table, page, columns, named.payload !== undefined), [cursor, JSON.stringify(place)])
    }
    if (rows.length === pageRows || bytesOf(rows) >= limits.POSTGRES_PAGE_BYTES) continue
    if (!options.follow) return
    await pauseUnless(signal, limits.POSTGRES_POLL_MS)
  }
}

/** Where an outbox was read up to is kept under its source and its name. */
const outboxCursor = (source: string, table: string): string => `${source}=pg:${table}`

/** Where an outbox will be read from, in words. */
export function outboxPlace(run: Fed, source: string, table: string): string {
  const kept = run.cursor(outboxCursor(source, table))
  if (kept === undefined) return `table ${table} from the beginning`
  const { xid, id } = JSON.parse(kept) as Place
  return `table ${table} behind id ${id} of transaction ${xid}`
}

function columnsOf(
  table: Table,
  source: SourceIR,
  { payload }: OutboxColumns,
  onWarning: (text: string) => void,
): readonly (TableColumn & ReadColumn)[] {
  if (payload !== undefined) return [{ ...columnNamed(table, payload), read: text => text }]
  const { columns, warnings } = readColumns(table, source)
  for (const warning of warnings) onWarning(warning)
  return columns
}

/** Throws `SPILL_SOURCE` if what was read up to was another database. */
function placeOf({ name, origin }: Table, kept: string | undefined, moved: boolean): Place {
  if (kept === undefined) return beginning(origin)
  const place = JSON.parse(kept) as Place
  if (place.origin !== origin && !moved)
    throw new SpillwayError(
      'SPILL_SOURCE',
      `is of another database (${origin}) than the one that was read up to row ${place.id} (${place.origin}): its rows cannot be told from those that were read. ` +
        `Start with an empty data folder, or, if it is the same one after pg_upgrade, go on with ?moved=true`,
      { place: name },
    )
  return place
}

/** Transaction, id, size and columns of each row, as bytes of their texts. */
type Page = readonly (readonly (Buffer | null)[])[]

const bytesOf = (page: Page): number => page.reduce((bytes, row) => bytes + Math.min(Number(String(row[2])), limits.LINE_BYTES_MAX), 0)

function batchOf(table: string, page: Page, columns: readonly ReadColumn[], isPayload: boolean) {
  const rows = new Rows(number => `${table} id ${String(page[number][1])}`, !isPayload)
  for (let number = 0; number < page.length; number++) {
    const [, id, size, ...values] = page[number]
    const bytes = Number(String(size))
    if (bytes > limits.LINE_BYTES_MAX) rows.refuse(number, longFault(bytes), JSON.stringify({ id: String(id) }))
    else if (isPayload) addPayload(rows, number, values[0])
    else addRow(rows, number, columns, values)
  }
  return rows.batch()
}

function addPayload(rows: Rows, number: number, payload: Buffer | null): void {
  if (payload === null) return rows.refuse(number, new Fault('the payload is NULL'), 'null')
  const parsed = parseRecord(payload, 0, payload.length)
  if (parsed instanceof Fault) rows.refuse(number, parsed, String(payload))
  else rows.add(number, parsed.value, () => String(payload), parsed.inexact)
}

function addRow(rows: Rows, number: number, columns: readonly ReadColumn[], values: readonly (Buffer | null)[]): void {
  const texts = values.map(value => (value === null ? null : String(value)))
  const record = recordOf(columns, texts)
  if (record instanceof Fault)
    rows.refuse(number, record, JSON.stringify(Object.fromEntries(columns.map(({ name }, i) => [name, texts[i]]))))
  else rows.add(number, record)
}
