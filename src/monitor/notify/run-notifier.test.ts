/** The notifier of a run: its state is in the run's log, under the name of the log, and it stops with the run. */
import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { answering, closeWebhooks } from '../../../test/action/webhooks.ts'
import { alertOf, resolvedAfter } from '../../../test/monitor/alerts.ts'
import { scratchFolder } from '../../../test/scratch.ts'
import { pause } from '../../base/clock.ts'
import { env } from '../../define/action/setting.ts'
import { alertDestinationsIR, alertWebhook } from '../../define/config/alert-destinations.ts'
import { closeDataFolder, openDataFolder } from '../../log/sqlite/data-folder.ts'
import type { NamedWrite } from '../../log/store.ts'
import type { Alert } from '../alerts/alert.ts'
import { openAlertReceivers } from './open-alert-receivers.ts'
import { runNotifier } from './run-notifier.ts'

afterEach(closeWebhooks)

test('two processes of a run page once and resolve once, under the name of the log', async () => {
  const { url, received } = await answering(response => void response.end())
  const destinations = alertDestinationsIR('notify', [alertWebhook(env('URL'), { allowPrivate: true })])
  const data = scratchFolder('run-notifier')
  const alerts: Alert[] = []
  /** A process with the data folder. */
  const processOf = async () => {
    const folder = await openDataFolder(data)
    const services: { close(): Promise<void> }[] = []
    const commitValues = (put: readonly NamedWrite[]) => folder.store.commit({ put })
    const live = {
      logName: 'b2c1',
      run: { commitValues, ended: new Promise<void>(() => {}) },
      closeWith: (service: { close(): Promise<void> }) => void services.push(service),
    }
    const onReport = (text: string) => assert.fail(text)
    const receivers = await openAlertReceivers(destinations, { URL: url })
    const notifier = runNotifier(live, receivers, { data, alerts: () => alerts, onReport })
    notifier.start(alerts)
    const stop = async () => {
      for (const service of services) await service.close()
      await closeDataFolder(folder)
    }
    return { notifier, stop }
  }
  const first = await processOf()
  alerts[0] = alertOf()
  first.notifier.alertChanged(alerts[0], 'opened')
  while (received.length < 1) await pause(1)
  await first.stop()
  const second = await processOf()
  alerts[0] = resolvedAfter(alerts[0], 9)
  second.notifier.alertChanged(alerts[0], 'resolved')
  while (received.length < 2) await pause(1)
  await second.stop()
  assert.deepEqual(
    received.map(({ headers }) => headers['webhook-id']),
    ['freshness-card_1h-3/b2c1/opened', 'freshness-card_1h-3/b2c1/resolved'],
  )
})
