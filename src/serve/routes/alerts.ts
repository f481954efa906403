/**
 * Alerts of the run. `GET /alerts` lists the newest and all that fire, with their cost by week; `GET /alerts/stream` sends changes; `POST /alerts/:id/acknowledge`,
 * `/silence` and `/resolve` change one. A change is durable when it is answered.
 */
import type { FastifyInstance } from 'fastify'
import { wallClock } from '../../base/index.ts'
import { alertEdits } from '../../monitor/alerts/index.ts'
import type { Alert, RunMonitor } from '../../monitor/index.ts'
import { controlRequests, summarizeAlerts } from '../../operate/index.ts'
import type { ServerContext } from '../context/server-context.ts'
import { jsonObject } from '../body/json-body.ts'
import { ServeError } from '../http/serve-error.ts'
import { eventStreamRoute } from './events.ts'
import { addReadRoute, jsonBody, listLimit, makeChange } from './route.ts'

const LISTED_MAX = 1000

export function alertRoutes(app: FastifyInstance, context: ServerContext): void {
  const { folder, monitor, streams, clock = wallClock } = context
  const named = [{ name: 'page' }, { name: 'ticket' }]
  eventStreamRoute(app, '/alerts/stream', { streams, of: 'alerts', kind: 'severity', named })
  addReadRoute(app, '/alerts', ['state', 'limit'], ({ state, limit }) => {
    if (state !== undefined && state !== 'firing' && state !== 'resolved')
      throw new ServeError('SPILL_INPUT', `?state=${state} is firing or resolved`)
    const last = listLimit(limit, LISTED_MAX)
    // The monitor has all alerts in memory; those of the folder are parsed.
    if (!monitor) return folder.alerts.summary({ state, last })
    const { alerts, weeks } = summarizeAlerts(monitor.alerts, { state, last })
    return { alerts: alerts.map(alert => withSummaryNow(alert, monitor)), weeks, receivers: monitor.receivers }
  })
  for (const change of alertEdits)
    app.post<{ Params: { alert: string } }>(`/alerts/:alert/${change}`, { config: { role: 'operate' } }, async (request, _reply) => {
      const { minutes, ...rest } = jsonObject(await jsonBody(context, request))
      // A silence is a number of minutes from now; on a resolved alert minutes are the time that people spent.
      const end = change === 'silence' ? { until: typeof minutes === 'number' ? clock() + minutes * 60_000 : minutes } : { minutes }
      const edit = controlRequests.editAlert({ ...rest, ...(minutes !== undefined && end), id: request.params.alert, change })
      return makeChange(context, request, (control, by) => control.editAlert(edit, by))
    })
}

/** An alert that fires, with the sentence of the last sample: that of its opening is soon too old to act on. */
function withSummaryNow(alert: Alert, monitor: Pick<RunMonitor, 'summaryNow'>): Alert & { readonly now?: string } {
  const now = alert.state === 'firing' ? monitor.summaryNow(alert) : alert.summary
  return { ...alert, ...(now !== alert.summary && { now }) }
}
