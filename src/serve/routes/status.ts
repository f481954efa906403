/**
 * `GET /status`: the counts of the run at one time, for a page that is read every second. Rates are differences of two answers with the
 * same `started`.
 */
import type { FastifyInstance } from 'fastify'
import { limits, stopwatch, sumBy, wallClock } from '../../base/index.ts'
import type { ServerContext } from '../context/server-context.ts'
import { readinessProblem } from './health.ts'
import { addReadRoute } from './route.ts'

export function statusRoutes(app: FastifyInstance, context: ServerContext): void {
  const { ir, run, folder, state } = context
  const { counts } = run
  const started = wallClock()
  const read = () => {
    const problem = readinessProblem(context)
    const arrivals = new Map(run.freshness?.ingestion.map(({ source, arrival }) => [source, arrival]))
    return {
      at: wallClock(),
      started,
      state: state.ended ?? (problem === undefined ? 'running' : 'held'),
      ...(problem !== undefined && { problem }),
      sequence: run.end,
      waiting: run.waiting,
      memoryBytes: process.memoryUsage.rss(),
      sources: ir.sources.map(({ name }) => {
        const { accepted, duplicates } = counts.bySource.get(name) ?? { accepted: 0, duplicates: 0 }
        const rejected = sumBy(counts.deadLetters.get(name)?.values() ?? [], count => count)
        const lastArrival = arrivals.get(name)
        const late = counts.lateEvents.get(name) ?? 0
        return { source: name, accepted, duplicates, rejected, late, ...(lastArrival !== undefined && { lastArrival }) }
      }),
      models: ir.models.map(({ name }) => ({ model: name, decisions: counts.byModel.get(name) ?? 0 })),
      effects: folder.effects.counts(),
      deadLetters: folder.deadLetters.counts(),
    }
  }
  // Many pages that are open at once cost one answer in each interval.
  let text = ''
  let readAt = -Infinity
  addReadRoute(app, '/status', [], () => {
    const now = stopwatch()
    if (now - readAt >= limits.STATUS_MS_MIN) {
      text = JSON.stringify(read())
      readAt = now
    }
    return text
  })
}
