/**
 * Replication slots: for a slot the server keeps its log from the position up to which changes are durable with us.
 *
 * A slot belongs to one data folder, which drops only its own slots. A new slot is first temporary: it ends with its connection, and no one
 * else can know its name. The folder records its start position, and then the slot is copied to its permanent name. So after an
 * interruption at any point, a slot of that name is this folder's if and only if it is still at the recorded position. Two slots never
 * start at the same position, since creating a slot writes to the log, and a slot at its start was never read.
 */
import type { Sql } from 'postgres'
import { SpillwayError } from '../../base/index.ts'
import { HOW_TO_CONTINUE } from './read-table.ts'
import { parseLsn } from './pgoutput.ts'
import { connectionLost } from './retry.ts'

interface SlotState {
  readonly plugin: string
  readonly database: string | null
  readonly wal: string | null
  readonly confirmed: string | null
}

async function slotState(sql: Sql, slot: string): Promise<SlotState | undefined> {
  const [state] = await sql<SlotState[]>`
    SELECT plugin, database, wal_status AS wal, confirmed_flush_lsn::text AS confirmed FROM pg_replication_slots WHERE slot_name = ${slot}`
  return state
}

/**
 * @throws `SPILL_INPUT` for an existing slot that this folder has not created.
 */
export async function rejectForeign(sql: Sql, slot: string): Promise<void> {
  if ((await slotState(sql, slot)) === undefined) return
  throw new SpillwayError(
    'SPILL_INPUT',
    `the replication slot '${slot}' is there already and is not this data folder's; name another with ?slot=, or, if nothing reads from it: SELECT pg_drop_replication_slot('${slot}')`,
  )
}

/** Drops the slot if it starts at this position and was never read. */
export async function dropUnreadSlot(sql: Sql, slot: string, lsn: string): Promise<void> {
  await sql`
    SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots
    WHERE slot_name = ${slot} AND database = current_database() AND plugin = 'pgoutput' AND confirmed_flush_lsn = ${lsn}::pg_lsn`
}

/** A new slot: its start, and a snapshot of everything before. Both exist until `replication` is used again, or ends. */
export interface TemporarySlot {
  readonly lsn: string
  readonly snapshot: string
  /** Name of the temporary slot. */
  readonly temporaryName: string
}

/** Creates a temporary slot; waits for running transactions. */
export async function createTemporarySlot(replication: Sql): Promise<TemporarySlot> {
  // Among open connections the process id is unique.
  const [{ pid }] = await replication.unsafe<{ pid: number }[]>('SELECT pg_backend_pid() AS pid')
  const temporaryName = `spillway_begins_${pid}`
  const [created] = await replication.unsafe<{ consistent_point: string; snapshot_name: string }[]>(
    `CREATE_REPLICATION_SLOT "${temporaryName}" TEMPORARY LOGICAL pgoutput EXPORT_SNAPSHOT`,
  )
  return { lsn: created.consistent_point, snapshot: created.snapshot_name, temporaryName }
}

/** Copies the temporary slot to its permanent name. */
export async function makeSlotPermanent(sql: Sql, temporaryName: string, slot: string): Promise<void> {
  await withTemporarySlot(sql`SELECT pg_copy_logical_replication_slot(${temporaryName}, ${slot}, false)`)
}

/**
 * Runs a statement that needs the temporary slot or its snapshot. If they are gone, so is their connection, though its loss may not be
 * reported yet: then throws as for a lost connection.
 */
export async function withTemporarySlot(statement: PromiseLike<unknown>): Promise<void> {
  try {
    await statement
  } catch (error) {
    // Undefined slot (42704), undefined snapshot (22023).
    if (!['42704', '22023'].includes(String((error as { code?: unknown }).code))) throw error
    throw connectionLost('the connection that the slot began on is lost', error)
  }
}

/**
 * @throws `SPILL_SOURCE`, with the loss and the fix, if the changes after the log sequence number `readUpTo` are no longer available, or
 * cannot be told from those before it, since the server has not reached `readUpTo`.
 */
export async function checkSlot(sql: Sql, slot: string, readUpTo: string): Promise<void> {
  const state = await slotState(sql, slot)
  const throwLost = (problem: string): never => {
    throw new SpillwayError('SPILL_SOURCE', `${problem}: the changes after ${readUpTo} were not read and are lost${HOW_TO_CONTINUE}`)
  }
  if (state === undefined) return throwLost(`the replication slot '${slot}' is gone`)
  if (state.wal === 'lost')
    return throwLost(`the server has thrown away the log that the replication slot '${slot}' needs (max_slot_wal_keep_size)`)
  if (state.plugin !== 'pgoutput') return throwLost(`the replication slot '${slot}' uses the plugin ${state.plugin} instead of pgoutput`)
  if (state.confirmed !== null && parseLsn(state.confirmed) > parseLsn(readUpTo))
    return throwLost(
      `the replication slot '${slot}' was read by another client up to ${state.confirmed}, or this data folder was set back to an earlier time`,
    )
  const end = await logEnd(sql)
  if (end !== undefined && parseLsn(end) < parseLsn(readUpTo))
    throw new SpillwayError(
      'SPILL_SOURCE',
      `the server's log ends at ${end}, before ${readUpTo}, up to which its changes were read: the server was set back to an earlier time, ` +
        `or failed over to one that was behind, and changes that are written again before ${readUpTo} would be missed${HOW_TO_CONTINUE}`,
    )
}

/** The end of the server's log; undefined for a standby, which replays a part of its log again after a restart. */
async function logEnd(sql: Sql): Promise<string | undefined> {
  const [{ lsn }] = await sql<{ lsn: string | null }[]>`
    SELECT CASE WHEN NOT pg_is_in_recovery() THEN pg_current_wal_lsn()::text END AS lsn`
  return lsn ?? undefined
}
