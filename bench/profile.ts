/** CPU profile of a run: samples, summed by room of the library. */
import { Session } from 'node:inspector/promises'

/** Share of the time by room, largest first, without shares below 1 %. `idle` is waiting, mostly for the engine that decodes files. */
export async function timeByRoom(run: () => unknown): Promise<Record<string, number>> {
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.start')
  await run()
  const { profile } = await session.post('Profiler.stop')
  session.disconnect()
  const rooms = new Map(profile.nodes.map(node => [node.id, roomOf(node.callFrame)]))
  const micros = new Map<string, number>()
  for (const [i, id] of profile.samples!.entries()) {
    const room = rooms.get(id)!
    micros.set(room, (micros.get(room) ?? 0) + profile.timeDeltas![i])
  }
  const total = [...micros.values()].reduce((sum, time) => sum + time, 0)
  const parts = [...micros].map(([room, time]) => [room, Math.round((time / total) * 100) / 100] as const)
  return Object.fromEntries(parts.filter(([, part]) => part >= 0.01).sort((a, b) => b[1] - a[1]))
}

export function roomOf({ functionName, url }: { readonly functionName: string; readonly url: string }): string {
  if (functionName === '(garbage collector)') return 'garbage collection'
  if (functionName === '(idle)') return 'idle'
  const [, room] = /\/src\/([a-z]+)\//.exec(url) ?? []
  if (url.includes('/node_modules/@duckdb/')) return 'duckdb'
  if (url.includes('/examples/')) return 'map'
  return room ?? 'node'
}
