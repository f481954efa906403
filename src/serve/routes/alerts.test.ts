/** Alerts over HTTP: a receiver that is down is one page, which a person acknowledges, silences and resolves. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { action, pipeline } from '../../index.ts'
import { scratchFolder } from '../../../test/scratch.ts'
import { fraud, pay, payments, posted, start } from '../../../test/serve/shop.ts'
import { recordBatchOf } from '../../intake/record-batch.ts'
import { openActionDestinations } from '../../action/open-destinations.ts'
import { limits } from '../../base/limits.ts'
import type { Alert } from '../../monitor/alerts/alert.ts'
import { AlertChanges } from '../../monitor/alerts/alert-changes.ts'
import type { ObjectiveRates } from '../../monitor/alerts/objective-rates.ts'
import { RunMonitor } from '../../monitor/run-monitor.ts'
import { serveRunControl } from '../../operate/control/serve-control.ts'
import { LiveRun } from '../../run/loop/live-run.ts'
import { SqliteReader } from '../../log/sqlite/reader.ts'
import { withFolder } from '../../operate/folder.ts'
import { CommitFeed } from '../events/journal.ts'
import { serve } from '../server.ts'

const block = action('block', {
  when: fraud.score.gte(0.5),
  do: () => {
    throw new Error('the receiver is down')
  },
})
const telling = pipeline('telling', [block])
const data = scratchFolder('alerts-http')
let now = start
const clock = () => now
const live = await LiveRun.open(telling, data, { clock, sendings: await openActionDestinations(telling, {}) })
const changes: string[] = []
const slack = { name: 'slack', kind: 'slack', waiting: 2, omitted: 1, failing: { since: start, attempts: 3, why: 'status 503' } }
const noReport = (report: string) => assert.fail(report)
const monitor = RunMonitor.start(live, {
  pipeline: telling,
  data,
  clock,
  after: () => ({ stop: () => {} }),
  receivers: [{ alertChanged: ({ id }, change) => void changes.push(`${change} ${id}`), receivers: [slack] }],
  onReport: noReport,
})
const control = await serveRunControl(live, { pipeline: telling, data, editAlert: monitor.editAlert, onReport: noReport })
const app = serve({ run: live.run, pipeline: telling, data, feed: new CommitFeed(), monitor, control, clock })
await app.ready()
after(async () => {
  await app.close()
  await live.stop()
})

const sample = async (times: number) => {
  for (let i = 0; i < times; i++) {
    now += 10_000
    await monitor.sample()
  }
}
const burnRatesNow = async () => (await app.inject({ url: '/objectives' })).json<{ burnRates: ObjectiveRates[] }>().burnRates
const alerts = async () => (await app.inject({ url: '/alerts' })).json<{ alerts: Alert[]; weeks: object[]; receivers: object[] }>()

test('an outage of a receiver is one page, and what people do about it is durable', async () => {
  await live.run.submit(payments.name, recordBatchOf(Array.from({ length: 12 }, (_, i) => pay(i, `c${i}`, '200'))))
  await live.whenIdle()
  await sample(10)
  assert.deepEqual(changes, ['opened effects-block-1'])
  const { alerts: listed } = await alerts()
  assert.match(listed[0].summary, /^the receiver of action 'block' has taken none of \d+ attempts in \d+ s$/)
  assert.deepEqual(
    [listed[0].severity, listed[0].affected.actions, listed[0].command],
    ['page', ['block'], `spillway effects --action block --data ${data}`],
  )
  assert.deepEqual(
    (await burnRatesNow()).map(({ alert }) => alert),
    ['page', undefined, undefined],
    'of effects, records and errors',
  )
  const [later] = (await alerts()).alerts as (Alert & { now?: string })[]
  assert.match(later.now!, /attempts in 100 s$/, 'the sentence of the last sample')
  const metrics = (await app.inject({ url: '/metrics' })).body
  assert.match(metrics, /spillway_alert_firing\{cause="effects",subject="block",kind="action",severity="page"\} 1/)
  for (const [name, value] of Object.entries({ failing: 1, waiting: 2, omitted: 1 }))
    assert.match(metrics, new RegExp(`spillway_alert_receiver_${name}\\{receiver="slack"\\} ${value}`))
  const post = async (change: string, body: object) => {
    const { statusCode, body: text } = await posted(app, `/alerts/effects-block-1/${change}`, body)
    return [statusCode, JSON.parse(text)] as [number, Alert & { message?: string }]
  }
  assert.equal((await post('acknowledge', { note: 'looking' }))[1].acknowledged?.by, 'http')
  const [, silenced] = await post('silence', { minutes: 60 })
  assert.equal(silenced.silenced?.until, now + 3_600_000)
  for (const body of [{}, { minutes: 'long' }, { minutes: -5 }, { minutes: 10 ** 9 }]) assert.equal((await post('silence', body))[0], 400)
  assert.equal((await post('resolve', { outcome: 'fine' }))[0], 400)
  const [status, resolved] = await post('resolve', { outcome: 'acted', minutes: 12 })
  assert.deepEqual([status, resolved.state, resolved.outcome?.minutes], [200, 'resolved', 12])
  assert.deepEqual(await post('acknowledge', {}).then(([code]) => code), 409)
  assert.equal((await posted(app, '/alerts/nothing-1/resolve', {})).statusCode, 404)
  assert.deepEqual(changes, ['opened effects-block-1', 'acknowledged effects-block-1', 'resolved effects-block-1'])
  const { markers } = (await app.inject({ url: '/series?names=events&since=1h' })).json<{ markers: { kind: string; name?: string }[] }>()
  assert.deepEqual(markers.at(-1)?.name, 'effects-block-1')
  const { weeks } = await alerts()
  assert.deepEqual(weeks, [{ week: start - 3 * 86_400_000, pages: 1, tickets: 0, acted: 1, noise: 0, hours: 0.2 }])
  assert.equal((await app.inject({ url: '/alerts?state=open' })).statusCode, 400)
})

test('objectives are listed with the burn rates of the last sample', async () => {
  const { objectives, burnRates } = (await app.inject({ url: '/objectives' })).json<{ objectives: []; burnRates: ObjectiveRates[] }>()
  assert.deepEqual(objectives, [])
  assert.deepEqual(
    burnRates.map(({ cause, subject, target }) => `${cause} ${subject.name} ${target}`),
    ['effects block 0.9', 'dead-letters payments 0.995', 'errors telling 0.999'],
  )
  const [effects, records] = burnRates
  assert.equal(effects.rules.map(({ severity, short }) => `${severity} ${short.burn.toFixed(3)}`).join(), 'ticket 10.000')
  assert.deepEqual(
    records.rules.map(({ long: { total, bad, burn } }) => `${bad} of ${total}: ${burn}`),
    Array(3).fill('0 of 12: 0'),
  )
})

test('alerts and their markers are read from the memory of the monitor, as the folder has them', async t => {
  const named = t.mock.method(SqliteReader.prototype, 'named')
  const { receivers, ...listed } = await alerts()
  assert.deepEqual(receivers, [slack])
  const { markers } = (await app.inject({ url: '/series?names=events&since=1h' })).json<{ markers: { name?: string }[] }>()
  assert.equal(markers.at(-1)?.name, 'effects-block-1')
  assert.equal(named.mock.calls.filter(({ arguments: [prefix] }) => prefix.startsWith('alert')).length, 0)
  assert.deepEqual(listed, await withFolder(data, folder => folder.alerts.summary({})))
  assert.equal(listed.alerts.length, 1)
})

test('changes of alerts are streamed as they become durable, from an id on, and by severity', async () => {
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as { port: number }
  const read = async (query: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`http://127.0.0.1:${port}/alerts/stream${query}`, { headers })
    assert.equal(response.status, 200)
    const reader = response.body!.getReader()
    let text = ''
    const until = async (pattern: RegExp) => {
      while (!pattern.test(text)) text += new TextDecoder().decode((await reader.read()).value)
      return text
    }
    return { until, cancel: () => reader.cancel() }
  }
  const all = await read('')
  const pages = await read('?severity=page')
  await all.until(/^id: \d+$/m)
  await pages.until(/^id: \d+$/m)
  const { changes } = monitor
  const before = changes.last
  const [alert] = monitor.alerts
  const ticket: Alert = { ...alert, id: 'drift-fraud-9', severity: 'ticket' }
  changes.add([{ alert: ticket, notice: 'opened' }], now)
  await monitor.editAlert({ id: alert.id, change: 'resolve', outcome: 'noise' }, 'ann')
  const text = await all.until(/"kind":"noise"/)
  assert.match(text, /event: alert\ndata: \{"change":"opened","alert":\{"id":"drift-fraud-9"/)
  assert.match(text, new RegExp(`event: alert\\ndata: \\{"alert":\\{"id":"${alert.id}"`))
  assert.doesNotMatch(await pages.until(/"kind":"noise"/), /drift-fraud-9/)
  const resumed = await read('', { 'last-event-id': String(before) })
  assert.match(await resumed.until(/"kind":"noise"/), /drift-fraud-9/)
  const old = await read('', { 'last-event-id': '5' })
  await old.until(/event: gap\ndata: .*GET \/alerts has the alerts/)
  for (const reader of [all, pages, resumed, old]) await reader.cancel()
  assert.equal((await app.inject('/alerts/stream?severity=pages')).statusCode, 404)
})

test('the newest changes are kept, with rising numbers', () => {
  const kept = new AlertChanges(start)
  const [alert] = monitor.alerts
  for (let i = 0; i < limits.ALERT_CHANGES_KEPT + 3; i++) kept.add([{ alert, notice: 'opened' }], start)
  assert.equal(kept.last, start + limits.ALERT_CHANGES_KEPT + 3)
  assert.equal(kept.after(kept.oldest)!.number, kept.oldest + 1)
  assert.equal(kept.oldest, start + 3)
  assert.equal(kept.after(0, 'ticket'), undefined)
})
