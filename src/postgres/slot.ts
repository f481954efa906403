/**
 * A replication slot: the server keeps its log for it, from the place up to which changes are known to be durable with us.
 *
 * A slot belongs to one data folder. It is made after the folder has noted that it will be, so that one that is there without the note is somebody
 * else's.
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

/** Throws `SPILL_INPUT` for a slot that is there before its folder has asked for it. */
export async function refuseForeign(sql: Sql, slot: string): Promise<void> {
  if ((await slotState(sql, slot)) === undefined) return
  throw new SpillwayError(
    'SPILL_INPUT',
    `the replication slot '${slot}' is there already and is not this data folder's; name another with ?slot=, or, if nothing reads from it: SELECT pg_drop_replication_slot('${slot}')`,
  )
}

/** Drops the slot if it is there. */
export async function dropSlot(sql: Sql, slot: string): Promise<void> {
  await sql`SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = ${slot}`
}

/** Where changes begin, and the snapshot that sees everything before: it is there until `replication` is used again. */
export interface Begun {
  readonly lsn: string
  readonly snapshot: string
}

/** Waits for transactions that are under way. */
export async function createSlot(replication: Sql, slot: string): Promise<Begun> {
  const [made] = await replication.unsafe<{ consistent_point: string; snapshot_name: string }[]>(
    `CREATE_REPLICATION_SLOT "${slot}" LOGICAL pgoutput EXPORT_SNAPSHOT`,
  )
  return { lsn: made.consistent_point, snapshot: made.snapshot_name }
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
