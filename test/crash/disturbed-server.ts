/** What a PostgreSQL server does to those who read from it: it crashes, restarts, or cuts their connections, between statements and in the middle of one. */
import { pause, stopwatch } from '../../src/base/clock.ts'
import type { Cluster } from '../postgres/cluster.ts'
import type { Draw } from '../property/generate/draw.ts'

const DOWN_MS = 250
const CUTS = 4
const WAITING_MS = 1000
const LOOK_MS = 2

/** `table`: one that is read. */
export async function disturb(server: Cluster, draw: Draw, table: string): Promise<void> {
  if (draw.chance(0.4)) return cutWhileItWaits(server, table)
  if (draw.chance(0.5)) return cutConnections(server, draw)
  // As a crash, twice as often as in order: then it waits for who follows it.
  await server.end(draw.chance(0.67) ? 'SIGQUIT' : 'SIGINT')
  await pause(draw.between(0, DOWN_MS))
  await server.begin()
}

/** Those of the process, not of who writes; some times, since it comes back at once. */
async function cutConnections(server: Cluster, draw: Draw): Promise<void> {
  await server.withClient(1, async sql => {
    for (let cuts = draw.between(1, CUTS); cuts > 0; cuts--) {
      await sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'spillway'`
      await pause(draw.between(0, DOWN_MS))
    }
  })
}

/** The table is locked, as by who alters it, and the statement that waits for it is ended with its connection. A client makes a connection that is cut between statements anew by itself. */
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
