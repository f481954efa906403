/** Clients of a run that request what an open page of the dashboard requests, without drawing it. */
import { request } from 'node:http'
import { callEvery } from '../../src/base/clock.ts'

/** A page that stays open. */
export type ViewedPage = 'overview' | 'decisions'

const STATUS_EVERY_MS = 1000
const SLOW_EVERY_MS = 10_000
const ALERTS_EVERY_MS = 5000
const slowRoutes = ['/objectives', '/runs', '/models', '/reconciliations', '/series?names=freshness_age_ms&since=5m&step=10s']

/** The bytes that a viewer read, and its end. */
export interface OpenViewer {
  close(): { readonly bytes: number }
}

/** Views a page until it is closed: the status each second, and the ledgers of the overview, or all decisions as they become durable. */
export function openViewer(url: string, page: ViewedPage): OpenViewer {
  let bytes = 0
  const get = (route: string): (() => void) => {
    const sent = request(`${url}${route}`, response => response.on('data', (chunk: Buffer) => (bytes += chunk.length)))
    // A viewer that is closed while a request is open.
    sent.on('error', () => {})
    sent.end()
    return () => sent.destroy()
  }
  const read = (routes: readonly string[]) => () => routes.forEach(get)
  const timers = [callEvery(STATUS_EVERY_MS, read(['/status']))]
  if (page === 'overview') timers.push(callEvery(SLOW_EVERY_MS, read(slowRoutes)), callEvery(ALERTS_EVERY_MS, read([ALERTS])))
  const stop = page === 'decisions' ? get('/events?vector=false') : () => {}
  return {
    close: () => {
      for (const timer of timers) timer.stop()
      stop()
      return { bytes }
    },
  }
}

const ALERTS = '/alerts?state=firing&limit=50'
