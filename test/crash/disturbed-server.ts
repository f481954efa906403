/** Disturbs the readers of a PostgreSQL server: crashes, restarts, or cut connections, between statements and within one. */
import { pause, stopwatch } from '../../src/base/clock.ts'
import type { Cluster } from '../postgres/cluster.ts'
import type { Draw } from '../property/generate/draw.ts'

const DOWN_MS = 250
const CUTS = 4
const WAITING_MS = 1000
const LOOK_MS = 2

/** `table`: a table that is read. */
export async function disturb(server: Cluster, draw: Draw, table: string): Promise<void> {
  if (draw.chance(0.4)) return cutWhileItWaits(server, table)
  if (draw.chance(0.5)) return cutConnections(server, draw)
  // A crash twice as often as an orderly stop, which waits for replication clients.
  await server.end(draw.chance(0.67) ? 'SIGQUIT' : 'SIGINT')
  await pause(draw.between(0, DOWN_MS))
  await server.begin()
}

/** Cuts the connections of the process, not of the writer; several times, since it reconnects at once. */
async function cutConnections(server: Cluster, draw: Draw): Promise<void> {
  await server.withClient(1, async sql => {
    for (let cuts = draw.between(1, CUTS); cuts > 0; cuts--) {
      await sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'spillway'`
      await pause(draw.between(0, DOWN_MS))
    }
  })
}

/**
 * Locks the table, as ALTER does, and ends the waiting statement with its connection. A client replaces a connection by itself if it is cut
 * between statements.
 */
async function cutWhileItWaits(server: Cluster, table: string): Promise<void> {
  await server.withClient(2, sql =>
    sql.begin(async locking => {
      await locking.unsafe(`LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`)
      const since = stopwatch()
      while (stopwatch() - since < WAITING_MS) {
        const cut = await sql`
          SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'spillway' AND wait_event_type = 'Lock'`
        if (cut.length > 0) return
        await pause(LOOK_MS)
      }
    }),
  )
}
