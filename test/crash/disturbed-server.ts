/** What a PostgreSQL server does to those who read from it: it crashes, restarts, or cuts their connections. */
import { pause } from '../../src/base/clock.ts'
import type { Cluster } from '../postgres/cluster.ts'
import type { Draw } from '../property/generate/draw.ts'

const DOWN_MS = 250
const CUTS = 3

export async function disturb(server: Cluster, draw: Draw): Promise<void> {
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
