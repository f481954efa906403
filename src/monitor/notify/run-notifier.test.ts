/** The notifier of a run: its state is in the run's log, under the name of the log, and it stops with the run. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answering } from '../../../test/action/webhooks.ts'
import { alertOf, resolvedAfter } from '../../../test/monitor/alerts.ts'
import { pause } from '../../base/clock.ts'
import { env } from '../../define/action/setting.ts'
import { alertDestinationsIR, alertWebhook } from '../../define/config/alert-destinations.ts'
import type { NamedWrite } from '../../log/store.ts'
import type { Alert } from '../alert.ts'
import { openRunNotifier } from './run-notifier.ts'

/** A run whose commits are values in memory. */
function memoryRun(values: Map<string, string>) {
  const services: { close(): Promise<void> }[] = []
  const commitValues = async (put: readonly NamedWrite[]) => {
    for (const [name, value] of put) if (value !== null) values.set(name, value)
  }
  return {
    live: { run: { commitValues }, closeWith: (service: { close(): Promise<void> }) => void services.push(service) },
    store: { get: (name: string) => values.get(name) },
    stop: () => Promise.all(services.map(service => service.close())),
  }
}

test('two processes of a run page once and resolve once, under the name of the log', async () => {
  const { url, received } = await answering(response => void response.end())
  const destinations = alertDestinationsIR('notify', [alertWebhook(env('URL'), { allowPrivate: true })])
  const values = new Map<string, string>()
  const alerts: Alert[] = []
  const notifierOf = async () => {
    const run = memoryRun(values)
    const onReport = (text: string) => assert.fail(text)
    const notifier = await openRunNotifier(run.live, { destinations, env: { URL: url }, store: run.store, alerts: () => alerts, onReport })
    return { ...run, notifier }
  }
  const first = await notifierOf()
  values.set('log', 'b2c1')
  first.notifier.start(alerts)
  alerts[0] = alertOf()
  first.notifier.alertChanged(alerts[0], 'opened')
  while (received.length < 1) await pause(1)
  await first.stop()
  const second = await notifierOf()
  second.notifier.start(alerts)
  alerts[0] = resolvedAfter(alerts[0], 9)
  second.notifier.alertChanged(alerts[0], 'resolved')
  while (received.length < 2) await pause(1)
  await second.stop()
  assert.deepEqual(
    received.map(({ headers }) => headers['webhook-id']),
    ['freshness-card_1h-3/b2c1/opened', 'freshness-card_1h-3/b2c1/resolved'],
  )
  assert.deepEqual([...values.keys()], ['log', 'alert-notifications/webhook'])
})

test('a run whose receivers lack a variable does not start', async () => {
  const { live, store } = memoryRun(new Map())
  const destinations = alertDestinationsIR('notify', [alertWebhook(env('URL'))])
  await assert.rejects(openRunNotifier(live, { destinations, env: {}, store, alerts: () => [], onReport: () => {} }), {
    code: 'SPILL_INPUT',
    message: /alerts to 'webhook': the address is env\('URL'\), which is not set/,
  })
})
