/**
 * A monitored run on a clock that its caller moves: `node paging-process.ts FOLDER RECEIVER_URL START [POINT]`. Records arrive at a place
 * whose reader keeps up or stands still. It prints `ready`, then reads commands from standard input, a line of JSON each,
 * `{ "stuck": true, "seconds": 60 }`, and prints the time and the alerts that fire after each.
 *
 * POINT is where the process ends by SIGKILL, such as `commit firing`: before the commit of an alert that fires, after it
 * (`committed firing`), before it is sent (`send firing`), or when the receiver has taken it and the process has not stored that (`sent firing`).
 */
import { createInterface } from 'node:readline'
import { pause } from '../../src/base/clock.ts'
import { limits } from '../../src/base/limits.ts'
import type { Delivery } from '../../src/define/action/destination.ts'
import { env } from '../../src/define/action/setting.ts'
import { alertDestinationsIR, alertWebhook } from '../../src/define/config/alert-destinations.ts'
import { openAlertReceivers } from '../../src/monitor/notify/open-alert-receivers.ts'
import { startMonitoring } from '../../src/monitor/start-monitoring.ts'
import { LiveRun } from '../../src/run/loop/live-run.ts'
import { virtualTime } from '../action/virtual-time.ts'
import { shop } from '../serve/shop.ts'

const [data, url, start, killedAt] = process.argv.slice(2)
const reach = (point: string) => void (point === killedAt && process.kill(process.pid, 'SIGKILL'))
const stateIn = (text: string) => (text.includes('"state":"firing"') ? 'firing' : 'resolved')
const { clock, after, next } = virtualTime(Number(start))
const place = { position: 0, end: 0, isStuck: false }
const measure = async () => {
  place.end += 100
  if (!place.isStuck) place.position = place.end
  const { position, end } = place
  return new Map([['', { position, end, lag: end - position, unit: 'rows' }]])
}
/** Commits and requests in progress, and durable samples. */
const progress = { pending: 0, samples: 0 }
const counted = async <T>(promise: Promise<T>): Promise<T> => {
  progress.pending++
  try {
    return await promise
  } finally {
    progress.pending--
  }
}
const live = await LiveRun.open(shop, data, { clock })
const { commitValues } = live.run
live.run.commitValues = async put => {
  const alert = put.find(([name]) => name.startsWith('alert/'))
  if (alert) reach(`commit ${stateIn(alert[1]!)}`)
  await counted(commitValues(put))
  if (alert) reach(`committed ${stateIn(alert[1]!)}`)
}
const opened = await openAlertReceivers(
  alertDestinationsIR('notify', [alertWebhook(env('URL'), { allowPrivate: true, severity: 'page' })]),
  { URL: url },
)
const alertReceivers = opened.map(receiver => ({
  ...receiver,
  destination: {
    ...receiver.destination,
    deliver: async (delivery: Delivery) => {
      reach(`send ${stateIn(delivery.body)}`)
      const outcome = await counted(receiver.destination.deliver(delivery))
      reach(`sent ${stateIn(delivery.body)}`)
      return outcome
    },
    close: () => receiver.destination.close(),
  },
}))
const lagSources = [{ source: 'payments', reader: 'kafka:payments', isAlive: () => true, measure }]
const onReport = (text: string) => console.error(text)
const monitor = startMonitoring(live, { pipeline: shop, data, clock, after, alertReceivers, lagSources, onReport })
monitor.subscribe(() => progress.samples++)
/** Waits until all samples up to now are durable, and what follows from them is sent: on a busy machine that takes a while. */
const settled = async () => {
  do await pause(2)
  while (progress.pending > 0 || progress.samples < Math.floor((clock() - Number(start)) / limits.SERIES_SAMPLE_MS))
}
console.log('ready')
for await (const line of createInterface({ input: process.stdin })) {
  const { stuck, seconds } = JSON.parse(line) as { readonly stuck: boolean; readonly seconds: number }
  place.isStuck = stuck
  const until = clock() + seconds * 1000
  while (next(until)) {
    let isDue = true
    while (isDue) isDue = next(clock())
    await settled()
  }
  await pause(100)
  console.log(JSON.stringify({ now: clock(), firing: monitor.alerts.filter(({ state }) => state === 'firing').map(({ id }) => id) }))
}
