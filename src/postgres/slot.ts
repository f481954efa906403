/**
 * A replication slot: the server keeps its log for it, from the place up to which changes are known to be durable with us.
 *
 * A slot belongs to one data folder, and only a slot of its own is ever dropped by it. A slot begins as one that ends with its connection and that
 * nobody else can name; the folder notes where that one begins, and only then it is copied to the slot's name. So whatever breaks off in between, the
 * slot of that name is this folder's exactly if it still stands at the place that was noted: two slots that were made never begin at one place of the
 * log, since the making of each writes to it, and nobody has read from one that stands where it began.
 */
import type { Sql } from 'postgres'
import { SpillwayError } from '../base/errors.ts'
import { HOW_TO_GO_ON } from './going-on.ts'
import { lsnOf, type Lsn } from './lsn.ts'

interface SlotState {
  readonly plugin: string
  readonly database: string | null
  readonly wal: string | null
  readonly confirmed: string | null
}

export async function slotState(sql: Sql, slot: string): Promise<SlotState | undefined> {
  const [found] = await sql<SlotState[]>`
    SELECT plugin, database, wal_status AS wal, confirmed_flush_lsn::text AS confirmed FROM pg_replication_slots WHERE slot_name = ${slot}`
  return found
}

/** Throws `SPILL_INPUT` for a slot that is there and that the folder has not made. */
export async function refuseForeign(sql: Sql, slot: string): Promise<void> {
  if ((await slotState(sql, slot)) === undefined) return
  throw new SpillwayError(
    'SPILL_INPUT',
    `the replication slot '${slot}' is there already and is not this data folder's; name another with ?slot=, or, if nothing reads from it: SELECT pg_drop_replication_slot('${slot}')`,
  )
}

/** Drops the slot if it is the one that begins at a place and was never read. */
export async function dropUnread(sql: Sql, slot: string, lsn: string): Promise<void> {
  await sql`
    SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots
    WHERE slot_name = ${slot} AND database = current_database() AND plugin = 'pgoutput' AND confirmed_flush_lsn = ${lsn}::pg_lsn`
}

/** Where changes begin, and the snapshot that sees everything before; both are there until `replication` is used again, or ends. */
export interface Begun {
  readonly lsn: string
  readonly snapshot: string
  /** The name of the slot for as long. */
  readonly passing: string
}

/** Waits for transactions that are under way. */
export async function beginSlot(replication: Sql): Promise<Begun> {
  // Of all connections that are there, only this one has the number.
  const [{ pid }] = await replication.unsafe<{ pid: number }[]>('SELECT pg_backend_pid() AS pid')
  const passing = `spillway_begins_${pid}`
  const [made] = await replication.unsafe<{ consistent_point: string; snapshot_name: string }[]>(
    `CREATE_REPLICATION_SLOT "${passing}" TEMPORARY LOGICAL pgoutput EXPORT_SNAPSHOT`,
  )
  return { lsn: made.consistent_point, snapshot: made.snapshot_name, passing }
}

/** Makes the slot that stays, where the passing one is. */
export async function keepSlot(sql: Sql, passing: string, slot: string): Promise<void> {
  await whileBegun(sql`SELECT pg_copy_logical_replication_slot(${passing}, ${slot}, false)`)
}

/** A statement with the slot or the snapshot of a beginning. Throws as for a connection that is lost where they went with theirs, of which nobody may have been told yet. */
export async function whileBegun(statement: PromiseLike<unknown>): Promise<void> {
  try {
    await statement
  } catch (error) {
    // There is no such slot (42704), no such snapshot (22023).
    if (!['42704', '22023'].includes(String((error as { code?: unknown }).code))) throw error
    throw Object.assign(new Error('the connection that the slot began on is lost', { cause: error }), { code: 'CONNECTION_CLOSED' })
  }
}

/** Throws `SPILL_SOURCE`, with what was lost and how to go on, where the changes from `read` on are not there any more. */
export async function checkSlot(sql: Sql, slot: string, read: Lsn, readText: string): Promise<void> {
  const found = await slotState(sql, slot)
  const lost = (what: string): never => {
    throw new SpillwayError('SPILL_SOURCE', `${what}: the changes behind ${readText} were not read and cannot be any more${HOW_TO_GO_ON}`)
  }
  if (found === undefined) return lost(`the replication slot '${slot}' is gone`)
  if (found.wal === 'lost')
    return lost(`the server has thrown away the log that the replication slot '${slot}' needs (max_slot_wal_keep_size)`)
  if (found.plugin !== 'pgoutput') return lost(`the replication slot '${slot}' is another one, of the plugin ${found.plugin}`)
  if (found.confirmed !== null && lsnOf(found.confirmed) > read)
    return lost(
      `the replication slot '${slot}' was read by somebody else up to ${found.confirmed}, or this data folder was put back to an earlier time`,
    )
}
