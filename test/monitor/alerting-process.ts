/**
 * A process that notifies from a data folder: `node alerting-process.ts FOLDER RECEIVER_URL`. It prints `ready`, and then reads the changes of
 * an alert from standard input, a line of JSON each: `{ "alert": …, "change": "opened" }`. Alerts are named values, as those of a run.
 */
import { createInterface } from 'node:readline'
import { callAfter, wallClock } from '../../src/base/clock.ts'
import { random } from '../../src/base/random.ts'
import { env } from '../../src/define/action/setting.ts'
import { alertDestinationsIR, pagerDuty } from '../../src/define/config/alert-destinations.ts'
import { openDataFolder } from '../../src/log/sqlite/data-folder.ts'
import type { Alert, AlertChange } from '../../src/monitor/alerts/alert.ts'
import { AlertNotifier } from '../../src/monitor/notify/alert-notifier.ts'
import { openAlertReceivers } from '../../src/monitor/notify/open-alert-receivers.ts'

const [folder, url] = process.argv.slice(2)
const { store } = await openDataFolder(folder)
const destinations = alertDestinationsIR('notify', [pagerDuty(env('KEY'), { url, allowPrivate: true })])
const receivers = await openAlertReceivers(destinations, { KEY: 'k'.repeat(32) })
const alerts = () => store.named('alert/').map(([, text]) => JSON.parse(text) as Alert)
const notifier = new AlertNotifier(
  receivers,
  { read: name => store.get(name), write: (name, text) => store.commit({ put: [[name, text]] }) },
  {
    log: 'folder0',
    clock: wallClock,
    random: random(1),
    after: callAfter,
    alertOf: id => alerts().find(alert => alert.id === id),
    onReport: text => console.error(text),
  },
)
notifier.start(alerts())
console.log('ready')
for await (const line of createInterface({ input: process.stdin })) {
  const { alert, change } = JSON.parse(line) as { readonly alert: Alert; readonly change: AlertChange }
  await store.commit({ put: [[`alert/${alert.id}`, JSON.stringify(alert)]] })
  notifier.alertChanged(alert, change)
}
