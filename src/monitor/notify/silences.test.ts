/** The end of a silence: an alert that still fires is heard once, whatever restarts in between. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { alertOf, OPENED, resolvedAfter } from '../../../test/monitor/alerts.ts'
import { memoryReceiver, MemoryStore, notifierOf } from '../../../test/monitor/notifiers.ts'
import type { Alert } from '../alerts/alert.ts'
import { alertmanagerFormat } from './alertmanager-format.ts'
import { pagerDutyFormat } from './pagerduty-format.ts'

const MINUTE = 60_000

const UNTIL = OPENED + 10 * MINUTE
const silenced = alertOf({ silenced: { by: 'ann', at: OPENED, until: UNTIL, severity: 'page' } })

test('an alert that opened under a silence is sent as opened at its end, once', async () => {
  const store = new MemoryStore()
  const receiver = memoryReceiver()
  const first = notifierOf([receiver.opened()], store)
  first.notifier.start([silenced])
  await first.pass(10 * MINUTE)
  assert.deepEqual(receiver.kinds(), [])
  for (let i = 0; i < 3; i++) first.change(silenced, 'opened')
  await first.settle()
  assert.deepEqual(receiver.kinds(), ['opened'])
  await first.notifier.stop()
  const second = notifierOf([receiver.opened()], store, first.time)
  second.notifier.start([silenced])
  await second.settle()
  assert.deepEqual(receiver.kinds(), ['opened'])
  await second.notifier.stop()
})

test('an alert that was sent before its silence is sent again at its end, under an id of its own, also if the silence ends while nothing runs', async () => {
  const store = new MemoryStore()
  const receiver = memoryReceiver()
  const first = notifierOf([receiver.opened()], store)
  first.notifier.start([])
  first.change(alertOf(), 'opened')
  await first.settle()
  await first.notifier.stop()
  await first.pass(11 * MINUTE)
  for (let i = 0; i < 2; i++) {
    const next = notifierOf([receiver.opened()], store, first.time)
    next.notifier.start([silenced])
    await next.pass(MINUTE)
    await next.notifier.stop()
  }
  assert.deepEqual(receiver.kinds(), ['opened', 'opened'])
  assert.deepEqual(
    receiver.deliveries.map(({ id }) => id.replace(/^.*\/opened/, 'opened')),
    ['opened', `opened-${UNTIL}`],
  )
})

test('a crash around the end of a silence repeats the notification under its id', async () => {
  const receiver = memoryReceiver()
  const [store, time] = [new MemoryStore(), notifierOf([], new MemoryStore()).time]
  const before = notifierOf([receiver.opened()], store, time)
  before.notifier.start([])
  before.change(alertOf(), 'opened')
  await before.settle()
  await before.pass(11 * MINUTE)
  store.write = () => new Promise(() => {})
  before.change(silenced, 'opened')
  await before.settle()
  before.crash()
  await before.pass(MINUTE)
  const after = notifierOf([receiver.opened()], store, time)
  after.notifier.start([silenced])
  await after.settle()
  assert.equal(receiver.deliveries.length, 3)
  assert.equal(new Set(receiver.deliveries.map(({ id }) => id)).size, 2)
})

test('the end of a silence is no news of an alert that somebody has acknowledged, or that has ended', async () => {
  const acknowledged: Alert = { ...silenced, acknowledged: { by: 'ann', at: OPENED + MINUTE } }
  const receiver = memoryReceiver()
  const { notifier, change, pass } = notifierOf([receiver.opened()], new MemoryStore())
  notifier.start([])
  for (const alert of [alertOf(), alertOf({ id: 'other' })]) change(alert, 'opened')
  change({ ...acknowledged, silenced: undefined! }, 'acknowledged')
  change(resolvedAfter(alertOf({ id: 'other' }), 5), 'resolved')
  await pass(11 * MINUTE)
  change(acknowledged, 'opened')
  change({ ...silenced, id: 'other' }, 'opened')
  await pass(MINUTE)
  assert.deepEqual(receiver.kinds(), ['opened', 'opened', 'acknowledged', 'resolved'])
  await notifier.stop()
})

/** Alerts that a receiver of Alertmanager's format has been sent, with the last end of each. */
const postedEnds = (bodies: readonly { readonly body: string }[]): Record<string, number> => {
  type Posted = { readonly labels: { readonly alert_id: string }; readonly endsAt: string }
  const posted = bodies.flatMap(({ body }) => JSON.parse(body) as Posted[])
  return Object.fromEntries(posted.map(({ labels, endsAt }) => [labels.alert_id, Date.parse(endsAt)]))
}

test('Alertmanager keeps an alert that is silenced after it was sent, and gets one that opened silenced at the end of the silence', async () => {
  const receiver = memoryReceiver()
  const { notifier, alerts, change, pass, time } = notifierOf([{ ...receiver.opened(), format: alertmanagerFormat }], new MemoryStore())
  notifier.start([])
  change(alertOf(), 'opened')
  alerts.set(silenced.id, silenced)
  const later: Alert = { ...silenced, id: 'lag-payments-4' }
  alerts.set(later.id, later)
  for (let minute = 0; minute < 10; minute++) {
    await pass(MINUTE)
    const ends = postedEnds(receiver.deliveries)
    assert.deepEqual(Object.keys(ends), [silenced.id])
    assert.ok(ends[silenced.id] > time.clock() + 2 * MINUTE, 'it does not resolve by itself')
  }
  for (const alert of [silenced, later]) change(alert, 'opened')
  await pass(MINUTE)
  assert.deepEqual(new Set(Object.keys(postedEnds(receiver.deliveries))), new Set([silenced.id, later.id]))
  change(resolvedAfter(silenced, 12), 'resolved')
  await pass(10 * MINUTE)
  assert.equal(postedEnds(receiver.deliveries)[silenced.id], OPENED + 12 * MINUTE)
  await notifier.stop()
})

test('a restart repeats the alerts of Alertmanager at once, so that none resolves during a minute more', async () => {
  const store = new MemoryStore()
  const receiver = memoryReceiver()
  const opened = { ...receiver.opened(), format: alertmanagerFormat }
  const first = notifierOf([opened], store)
  first.notifier.start([])
  first.change(alertOf(), 'opened')
  await first.settle()
  await first.notifier.stop()
  await first.pass(3.5 * MINUTE)
  const second = notifierOf([opened], store, first.time)
  second.notifier.start([alertOf()])
  await second.settle()
  assert.ok(postedEnds(receiver.deliveries)[silenced.id] > first.time.clock() + 3 * MINUTE)
  await second.notifier.stop()
})

test('PagerDuty gets the reminder of an open alert, and the end of its silence, as further triggers of its incident', async () => {
  const receiver = memoryReceiver()
  const pagerDuty = { ...receiver.opened({ remind: 15 * MINUTE }), format: pagerDutyFormat('k'.repeat(32)) }
  const { notifier, alerts, change, pass } = notifierOf([pagerDuty], new MemoryStore())
  notifier.start([])
  change(alertOf(), 'opened')
  alerts.set(silenced.id, silenced)
  await pass(10 * MINUTE)
  change(silenced, 'opened')
  await pass(16 * MINUTE)
  change(resolvedAfter(silenced, 30), 'resolved')
  await pass(MINUTE)
  const events = receiver.deliveries.map(({ body }) => JSON.parse(body) as { event_action: string; dedup_key: string })
  assert.deepEqual(
    events.map(({ event_action }) => event_action),
    ['trigger', 'trigger', 'trigger', 'resolve'],
  )
  assert.equal(new Set(events.map(({ dedup_key }) => dedup_key)).size, 1)
  assert.equal(new Set(receiver.deliveries.map(({ id }) => id)).size, 4)
  await notifier.stop()
})
