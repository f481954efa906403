/** Delivery of notifications: at least once, in order, through outages and restarts, with bounded memory. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { virtualTime } from '../../../test/action/virtual-time.ts'
import { alertOf, OPENED, resolvedAfter } from '../../../test/monitor/alerts.ts'
import { memoryReceiver, MemoryStore, notifierOf } from '../../../test/monitor/notifiers.ts'
import { limits } from '../../base/limits.ts'
import type { Alert } from '../alerts/alert.ts'
import { NOTIFICATIONS } from './alert-notifier.ts'

const MINUTE = 60_000
const HOUR = 3_600_000
const DOWN = { kind: 'failed', why: 'status 500' } as const
const UP = { kind: 'acknowledged' } as const

const alert = alertOf()
const ticket = alertOf({ severity: 'ticket' })
const acknowledgedAt = (at: number): Alert => alertOf({ acknowledged: { by: 'ann', at } })

test('a receiver gets one notification of each: an alert opened, was raised, acknowledged and resolved', async () => {
  const receiver = memoryReceiver()
  const { notifier, change, settle } = notifierOf([receiver.opened()], new MemoryStore())
  notifier.start([])
  for (let i = 0; i < 2; i++) {
    change(ticket, 'opened')
    change(alert, 'raised')
    change(acknowledgedAt(OPENED + 1), 'acknowledged')
    await settle()
  }
  change(resolvedAfter(alert, 9), 'resolved')
  change(resolvedAfter(alert, 9), 'resolved')
  change(alert, 'opened')
  await settle()
  assert.deepEqual(receiver.kinds(), ['opened', 'raised', 'acknowledged', 'resolved'])
  assert.equal(new Set(receiver.deliveries.map(({ id }) => id)).size, 4)
  assert.deepEqual(
    new Set(receiver.deliveries.map(({ body }) => (JSON.parse(body) as { data: { dedupKey: string } }).data.dedupKey)),
    new Set(['freshness-card_1h-3/log0']),
  )
  await notifier.stop()
})

test('an operator who cannot be told keeps no alert from a receiver', async () => {
  const time = virtualTime(OPENED)
  const receiver = memoryReceiver(() => (time.clock() < OPENED + MINUTE ? DOWN : UP))
  const { notifier, change, pass, reports } = notifierOf([receiver.opened()], new MemoryStore(), time)
  reports.push = () => {
    throw new Error('the terminal is gone')
  }
  notifier.start([])
  change(alert, 'opened')
  await pass(10 * MINUTE)
  change(resolvedAfter(alert, 9), 'resolved')
  await pass(MINUTE)
  assert.deepEqual(receiver.kinds(), ['opened', 'resolved'])
  await notifier.stop()
})

test('a receiver hears once of each further page that an alert explains', async () => {
  const receiver = memoryReceiver()
  const { notifier, change, settle } = notifierOf([receiver.opened()], new MemoryStore())
  notifier.start([])
  change(alert, 'opened')
  const { cause, subject, severity, summary } = alert
  const extended = alertOf({ inhibited: [{ cause, subject, severity, summary, since: OPENED + 1 }] })
  for (let i = 0; i < 2; i++) change(extended, 'extended')
  await settle()
  assert.deepEqual(receiver.kinds(), ['opened', 'extended'])
  await notifier.stop()
})

test('a receiver of pages hears of a ticket once it is a page, and of no other ticket', async () => {
  const receiver = memoryReceiver()
  const { notifier, change, settle } = notifierOf([receiver.opened({ severity: 'page' })], new MemoryStore())
  notifier.start([])
  change(ticket, 'opened')
  change(alertOf({ id: 'other', severity: 'ticket' }), 'opened')
  change(resolvedAfter(alertOf({ id: 'other', severity: 'ticket' }), 1), 'resolved')
  await settle()
  assert.deepEqual(receiver.kinds(), [])
  change(alert, 'raised')
  change(resolvedAfter(alert, 9), 'resolved')
  await settle()
  assert.deepEqual(receiver.kinds(), ['opened', 'resolved'])
  await notifier.stop()
})

test('a receiver that is down for an hour gets the page and its end in order once it is back, and is reported twice', async () => {
  const { time } = notifierOf([], new MemoryStore())
  const isUp = () => time.clock() >= OPENED + HOUR
  const receiver = memoryReceiver(() => (isUp() ? UP : DOWN))
  const other = memoryReceiver()
  const { notifier, change, pass, reports } = notifierOf([receiver.opened(), other.opened({ name: 'other' })], new MemoryStore(), time)
  notifier.start([])
  change(ticket, 'opened')
  await pass(2 * MINUTE)
  assert.deepEqual(other.kinds(), ['opened'], 'no other receiver waits')
  change(alert, 'raised')
  await pass(28 * MINUTE)
  change(resolvedAfter(alert, 30), 'resolved')
  const [status] = notifier.receivers
  assert.equal(status.waiting, 3)
  assert.deepEqual([status.failing?.since, status.failing?.why], [OPENED, 'status 500'])
  await pass(40 * MINUTE)
  assert.deepEqual(receiver.kinds(), ['raised', 'resolved'], 'the page says all that the opening of its ticket would')
  assert.deepEqual(other.kinds(), ['opened', 'raised', 'resolved'])
  const failures = receiver.attempts.length - receiver.deliveries.length
  assert.ok(failures >= 40 && failures <= 90, `${failures} attempts in an hour`)
  assert.equal(receiver.attempts[0].key, alert.id)
  assert.ok(time.clock() <= OPENED + HOUR + 10 * MINUTE)
  assert.deepEqual(
    reports.map(text => text.replace(/after .*/, 'after …')),
    ["alerts to 'ops' fail, and are retried: status 500", "alerts to 'ops' are delivered again, after …"],
  )
  assert.equal(notifier.receivers[0].failing, undefined)
  assert.equal(notifier.receivers[0].waiting, 0)
  await notifier.stop()
})

test('a receiver that never answers blocks no other receiver', async () => {
  const hanging = memoryReceiver(() => new Promise(() => {}))
  const receiver = memoryReceiver()
  const { notifier, change, settle } = notifierOf([hanging.opened(), receiver.opened({ name: 'other' })], new MemoryStore())
  notifier.start([])
  change(alert, 'opened')
  change(resolvedAfter(alert, 9), 'resolved')
  await settle()
  assert.deepEqual(receiver.kinds(), ['opened', 'resolved'])
  assert.equal(hanging.attempts.length, 1)
})

test('a receiver that demands a longer wait is not tried before', async () => {
  let isUp = false
  const receiver = memoryReceiver(() => (isUp ? UP : { kind: 'failed', why: 'status 429', retryAfterMs: 1.5 * MINUTE }))
  const { notifier, change, pass } = notifierOf([receiver.opened()], new MemoryStore())
  notifier.start([])
  change(alert, 'opened')
  await pass(1.5 * MINUTE - 1)
  assert.equal(receiver.attempts.length, 1)
  isUp = true
  await pass(2 * MINUTE)
  assert.deepEqual(receiver.kinds(), ['opened'])
  await notifier.stop()
})

test('a rejected notification is left out, counted and reported; the next start tells the alert again', async () => {
  const store = new MemoryStore()
  let isRepaired = false
  const receiver = memoryReceiver(() => (isRepaired ? UP : { kind: 'failed', why: 'status 400: invalid routing key', final: true }))
  const first = notifierOf([receiver.opened()], store)
  first.notifier.start([])
  first.change(alert, 'opened')
  await first.settle()
  assert.deepEqual(first.reports, [
    "alerts to 'ops': it rejected the notification that alert 'freshness-card_1h-3' opened, and will not get it: status 400: invalid routing key",
  ])
  const [{ waiting, omitted, failing }] = first.notifier.receivers
  assert.deepEqual([waiting, omitted, failing?.why], [0, 1, 'status 400: invalid routing key'])
  await first.notifier.stop()
  isRepaired = true
  const second = notifierOf([receiver.opened()], store)
  second.notifier.start([alert])
  await second.settle()
  assert.deepEqual(receiver.kinds(), ['opened'])
  await second.notifier.stop()
})

test('the next process sends the notifications that wait, and none that was delivered', async () => {
  const store = new MemoryStore()
  const down = memoryReceiver(() => DOWN)
  const first = notifierOf([down.opened()], store)
  first.notifier.start([])
  first.change(ticket, 'opened')
  first.change(alert, 'raised')
  await first.settle()
  await first.notifier.stop()
  const receiver = memoryReceiver()
  const second = notifierOf([receiver.opened()], store)
  second.notifier.start([alert])
  await second.settle()
  assert.deepEqual(receiver.kinds(), ['opened', 'raised'])
  await second.notifier.stop()
  const third = notifierOf([receiver.opened()], store)
  third.notifier.start([resolvedAfter(alert, 9)])
  await third.settle()
  assert.deepEqual(receiver.kinds(), ['opened', 'raised', 'resolved'])
  await third.notifier.stop()
  const fourth = notifierOf([receiver.opened()], store)
  fourth.notifier.start([resolvedAfter(alert, 9)])
  await fourth.settle()
  assert.equal(receiver.deliveries.length, 3)
  await fourth.notifier.stop()
})

test('a new receiver gets notifications of firing alerts, of no silenced and no past ones', async () => {
  const receiver = memoryReceiver()
  const { notifier, settle } = notifierOf([receiver.opened()], new MemoryStore())
  const silenced = alertOf({ id: 'silenced', silenced: { by: 'ann', at: OPENED, until: OPENED + HOUR } })
  notifier.start([resolvedAfter(alertOf({ id: 'past' }), 1), silenced, alert])
  await settle()
  assert.deepEqual(
    receiver.deliveries.map(({ key }) => key),
    [alert.id],
  )
  await notifier.stop()
})

test('an alert that stays open is reminded of until somebody acknowledges it', async () => {
  const receiver = memoryReceiver()
  const { notifier, change, pass } = notifierOf([receiver.opened({ remind: HOUR })], new MemoryStore())
  notifier.start([])
  change(alert, 'opened')
  await pass(2.5 * HOUR)
  assert.deepEqual(receiver.kinds(), ['opened', 'reminder', 'reminder'])
  change(acknowledgedAt(OPENED + 2.5 * HOUR), 'acknowledged')
  await pass(5 * HOUR)
  assert.deepEqual(receiver.kinds(), ['opened', 'reminder', 'reminder', 'acknowledged'])
  change(resolvedAfter(alert, 600), 'resolved')
  await pass(5 * HOUR)
  assert.deepEqual(receiver.kinds(), ['opened', 'reminder', 'reminder', 'acknowledged', 'resolved'])
  await notifier.stop()
})

test('a silenced alert is not reminded of, and reminders of a receiver that is down do not pile up', async () => {
  let isUp = true
  const receiver = memoryReceiver(() => (isUp ? UP : DOWN))
  const { notifier, change, pass, alerts } = notifierOf([receiver.opened({ remind: HOUR })], new MemoryStore())
  notifier.start([])
  change(alert, 'opened')
  await pass(MINUTE)
  alerts.set(alert.id, alertOf({ silenced: { by: 'ann', at: OPENED, until: OPENED + 3.2 * HOUR } }))
  await pass(3.1 * HOUR)
  assert.deepEqual(receiver.kinds(), ['opened'])
  isUp = false
  await pass(10 * HOUR)
  assert.equal(notifier.receivers[0].waiting, 1)
  isUp = true
  await pass(5 * MINUTE)
  assert.deepEqual(receiver.kinds(), ['opened', 'reminder'])
  await notifier.stop()
})

test('memory is bounded: alerts that ended are left out first, and each omission is counted', async () => {
  const receiver = memoryReceiver(() => DOWN)
  const store = new MemoryStore()
  const { notifier, change, settle } = notifierOf([receiver.opened()], store)
  notifier.start([])
  change(alertOf({ id: 'fires' }), 'opened')
  const ended = limits.NOTIFICATIONS_WAITING_MAX
  for (let i = 0; i < ended; i++) {
    const brief = alertOf({ id: `brief-${i}` })
    change(brief, 'opened')
    change(resolvedAfter(brief, 1), 'resolved')
  }
  change(alertOf({ id: 'fires-too' }), 'opened')
  await settle()
  const [{ waiting, omitted }] = notifier.receivers
  assert.ok(waiting <= limits.NOTIFICATIONS_WAITING_MAX)
  assert.equal(waiting + omitted, 2 + 2 * ended)
  const left = (JSON.parse(store.read(`${NOTIFICATIONS}ops`)!) as { waiting: { kind: string; alert: Alert }[] }).waiting
  assert.equal(left[0].alert.id, 'fires')
  assert.equal(left.at(-1)!.alert.id, 'fires-too')
  const opened = left.filter(({ kind }) => kind === 'opened').map(({ alert: { id } }) => id)
  const resolved = left.filter(({ kind }) => kind === 'resolved').map(({ alert: { id } }) => id)
  assert.deepEqual(resolved, opened.slice(1, -1), 'an ended alert is left out whole')
  await notifier.stop()
})

test('a page is sent though the store cannot write, which is reported once; a stored text that is damaged is too', async () => {
  const store = new MemoryStore()
  store.error = new Error('the disk is full')
  const receiver = memoryReceiver()
  const { notifier, change, settle, reports } = notifierOf([receiver.opened()], store)
  notifier.start([])
  change(alert, 'opened')
  await settle()
  change(resolvedAfter(alert, 9), 'resolved')
  await settle()
  assert.deepEqual(receiver.kinds(), ['opened', 'resolved'])
  assert.deepEqual(reports, ["alerts to 'ops' are sent, but cannot be stored: the disk is full"])
  await notifier.stop()
  store.error = undefined
  store.texts.set(`${NOTIFICATIONS}ops`, '{"waiting":')
  const damaged = notifierOf([receiver.opened()], store)
  damaged.notifier.start([alert])
  await damaged.settle()
  assert.deepEqual(damaged.reports, ["alerts to 'ops': the stored notifications cannot be read; alerts that fire are sent again"])
  assert.equal(receiver.kinds().at(-1), 'opened')
  await damaged.notifier.stop()
})
