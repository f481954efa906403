/**
 * Time series of the run. `GET /series`: events, decisions, ages, effects, load and disk over time, with markers of starts, deployments,
 * swaps, promotions and alerts. `GET /series/stream`: each sample as server-sent events, every 10 s. `GET /capacity`: load, keys, memory and
 * disk as of the last sample.
 */
import type { FastifyInstance } from 'fastify'
import { durationMs, wallClock } from '../../base/index.ts'
import { measures } from '../../monitor/series/index.ts'
import type { ServerContext } from '../context/server-context.ts'
import { timeParameter } from '../http/request.ts'
import { ServeError } from '../http/serve-error.ts'
import { eventStreamRoute } from './events.ts'
import { addReadRoute } from './route.ts'

/** The range without `since`. */
const LAST_HOUR_MS = 3_600_000

export function seriesRoutes(app: FastifyInstance, { folder, streams, monitor, clock = wallClock }: ServerContext): void {
  addReadRoute(app, '/series', ['names', 'since', 'until', 'step'], ({ names, since, until, step }) =>
    folder.series.read(
      {
        names: names === undefined || names === '' ? undefined : names.split(','),
        since: timeOf('since', since, clock()) ?? clock() - LAST_HOUR_MS,
        until: timeOf('until', until, clock()),
        stepMs: step === undefined ? undefined : durationOf('step', step),
      },
      monitor?.alerts,
    ),
  )
  addReadRoute(app, '/capacity', [], () => ({ capacity: folder.series.capacity() }))
  const named = Object.keys(measures).map(name => ({ name }))
  eventStreamRoute(app, '/series/stream', { streams, of: 'samples', kind: 'name', named })
}

/** A time, or a duration before now, such as `6h`. Throws 400. */
function timeOf(name: string, text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined
  return /^\d+[a-z]+$/.test(text) ? now - durationOf(name, text) : timeParameter(name, text, ', or a duration before now, such as 6h')
}

function durationOf(name: string, text: string): number {
  try {
    return durationMs(text as never)
  } catch {
    throw new ServeError('SPILL_INPUT', `?${name}=${text} is not a duration, such as 10s, 1m or 1h`)
  }
}
