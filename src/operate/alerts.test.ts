import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '../base/limits.ts'
import { presetPeople, pageHours, withCountedPages } from '../audit/cost/people.ts'
import type { Alert } from '../monitor/alerts/alert.ts'
import { putAlert } from '../monitor/alerts/alert-store.ts'
import { FolderAlerts } from './alerts.ts'

const DAY = 86_400_000
const start = Date.parse('2026-01-05T00:00Z')

type Stored = Pick<Alert, 'severity'> & Partial<Pick<Alert, 'outcome' | 'state'>>

/** Alerts that opened a day apart, in a log whose last event came after `days`. */
function alertsOf(days: number, stored: readonly Stored[], since: number | undefined = start): FolderAlerts {
  const values = stored.flatMap((alert, i) =>
    putAlert({ number: i + 1, alert: { id: `a-${i + 1}`, opened: start + i * DAY, ...alert } as Alert }).filter(
      (write): write is [string, string] => write[1] !== null,
    ),
  )
  return new FolderAlerts({
    named: prefix => values.filter(([name]) => name.startsWith(prefix)),
    get: name => (name === 'alerts/since' && since !== undefined ? String(since) : undefined),
    lastSegment: () => ({ first: 0, entries: 1, arrival: start + days * DAY, bytes: new Uint8Array() }),
  })
}

const outcome = (kind: 'acted' | 'noise', minutes?: number) => ({ kind, by: 'ann', at: start, ...(minutes !== undefined && { minutes }) })
const acted: Stored = { severity: 'page', outcome: outcome('acted', 90) }
const noise: Stored = { severity: 'page', outcome: outcome('noise', 6) }
const open: Stored = { severity: 'page' }
const ticket: Stored = { severity: 'ticket', outcome: outcome('acted', 600) }

test('pages are counted since alerts are judged: noise apart, a page without an outcome as an incident, tickets not at all', () => {
  assert.deepEqual(alertsOf(92, [acted, noise, ticket, acted]).pages(), { days: 92, incidents: 2, noise: 1, hours: 3.1 })
  assert.deepEqual(alertsOf(92, [acted, noise, open]).pages(), { days: 92, incidents: 2, noise: 1 })
  assert.deepEqual(alertsOf(92, [acted, { severity: 'page', outcome: outcome('acted') }]).pages(), { days: 92, incidents: 2, noise: 0 })
  assert.deepEqual(alertsOf(365, []).pages(), { days: 365, incidents: 0, noise: 0, hours: 0 })
})

test('an old page that still fires is listed, however many alerts are newer', () => {
  const resolved: Stored = { severity: 'ticket', state: 'resolved' }
  const alerts = alertsOf(92, [{ severity: 'page', state: 'firing' }, ...Array.from({ length: 9 }, () => resolved)])
  const idsOf = (listed: readonly Alert[]) => listed.map(({ id }) => id)
  assert.deepEqual(idsOf(alerts.list({ last: 2 })), ['a-1', 'a-9', 'a-10'])
  assert.deepEqual(idsOf(alerts.list({ last: 2, state: 'resolved' })), ['a-9', 'a-10'])
  const { alerts: listed, weeks } = alerts.summary({ last: 2 })
  assert.deepEqual([listed, weeks], [alerts.list({ last: 2 }), alerts.weeks()])
})

test('a short period, and a folder whose alerts were never judged, have no count', () => {
  assert.equal(alertsOf(27.9, [acted]).pages(), undefined)
  assert.equal(alertsOf(28, [acted]).pages()?.days, 28)
  assert.equal(alertsOf(92, [], NaN).pages(), undefined)
})

test('if older alerts are no longer kept, the period begins with the oldest that is', () => {
  const kept = Array.from({ length: limits.ALERTS_KEPT }, () => noise)
  assert.equal(alertsOf(1500, kept, start - 700 * DAY).pages()?.days, 1500)
  assert.equal(alertsOf(1500, kept.slice(1), start - 700 * DAY).pages()?.days, 2200)
})

test('an audit takes the counts of the run in place of presets, and stated counts in place of those', () => {
  const counts = alertsOf(73, [acted, noise, acted]).pages()!
  const people = withCountedPages(presetPeople, 'streaming', counts)
  const { steadyYear, basis, arithmetic } = pageHours(people, 2, true)
  assert.ok(Math.abs(steadyYear.base - (3.1 * 365) / 73) < 1e-9)
  assert.equal(basis, 'measured')
  assert.equal(arithmetic, '2 incidents and 1 false pages in 73 days, 3.1 h, × 365 / 73')
  assert.equal(people.name, 'presets, and the pages of the run')
  assert.equal(pageHours(people, 0, false).basis, 'modelled')
  assert.equal(withCountedPages(people, 'streaming', { days: 1, incidents: 9, noise: 9 }), people)
})
