/** A message that a receiver will not take holds back no other alert, and a receiver that is down is not hammered. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { virtualTime } from '../../../test/action/virtual-time.ts'
import { alertOf, OPENED, resolvedAfter } from '../../../test/monitor/alerts.ts'
import { memoryReceiver, MemoryStore, notifierOf } from '../../../test/monitor/notifiers.ts'
import { limits } from '../../base/limits.ts'

const MINUTE = 60_000
const HOUR = 3_600_000
const UP = { kind: 'acknowledged' } as const

const poisoned = alertOf({ id: 'drift-fraud-1', severity: 'ticket' })
const page = alertOf()

for (const why of ['status 404: channel_is_archived', 'status 500: internal error'])
  test(`a page gets past a ticket that is answered by ${why}, at once, and so do later tickets`, async () => {
    const receiver = memoryReceiver(({ key }) => (key === poisoned.id ? { kind: 'failed', why } : UP))
    const { notifier, change, pass, settle, reports, time } = notifierOf([receiver.opened()], new MemoryStore())
    notifier.start([])
    change(poisoned, 'opened')
    await pass(30 * MINUTE)
    const before = receiver.attempts.length
    change(page, 'opened')
    await settle()
    assert.deepEqual(receiver.kinds(), ['opened'], 'no time has passed')
    assert.equal(receiver.deliveries[0].key, page.id)
    for (let i = 0; i < 5; i++) change(alertOf({ id: `report-${i}`, severity: 'ticket' }), 'opened')
    await pass(2 * MINUTE)
    change(resolvedAfter(page, 40), 'resolved')
    await pass(HOUR)
    assert.equal(receiver.deliveries.length, 7)
    assert.equal(receiver.deliveries.at(-1)!.key, page.id)
    const attempts = receiver.attempts.length - before
    assert.ok(attempts < 120, `${attempts} attempts in ${(time.clock() - OPENED) / HOUR} h`)
    const [{ waiting, failing }] = notifier.receivers
    assert.deepEqual([waiting, failing?.why], [1, why])
    assert.deepEqual(reports, [`alerts to 'ops' fail, and are retried: ${why}`], 'not reported at each success beside it')
    await notifier.stop()
  })

test('a ticket that the receiver will not take does not hold back its own page', async () => {
  const store = new MemoryStore()
  const receiver = memoryReceiver(({ body }) => (body.includes('alert.opened') ? { kind: 'failed', why: 'status 500' } : UP))
  const { notifier, change, pass } = notifierOf([receiver.opened()], store)
  notifier.start([])
  change(alertOf({ severity: 'ticket' }), 'opened')
  await pass(10 * MINUTE)
  change(page, 'raised')
  await pass(2 * MINUTE)
  assert.deepEqual(receiver.kinds(), ['raised'])
  change(resolvedAfter(page, 30), 'resolved')
  await pass(MINUTE)
  assert.deepEqual(receiver.kinds(), ['raised', 'resolved'])
  const [{ waiting, omitted, failing }] = notifier.receivers
  assert.deepEqual([waiting, omitted, failing], [0, 1, undefined], 'the opening of the ticket is left out, and counted')
  await notifier.stop()
})

test('a receiver that is down gets one attempt for each wait, each alert has its turn, and pages are first once it is back', async () => {
  const time = virtualTime(OPENED)
  const receiver = memoryReceiver(() => (time.clock() < OPENED + HOUR ? { kind: 'failed', why: 'status 503' } : UP))
  const { notifier, change, pass } = notifierOf([receiver.opened()], new MemoryStore(), time)
  notifier.start([])
  for (let i = 0; i < 20; i++) change(alertOf({ id: `ticket-${i}`, severity: 'ticket' }), 'opened')
  change(page, 'opened')
  await pass(59 * MINUTE)
  assert.ok(receiver.attempts.length >= 40 && receiver.attempts.length <= 90, `${receiver.attempts.length} attempts in an hour`)
  assert.equal(new Set(receiver.attempts.map(({ key }) => key)).size, 21)
  await pass(3 * MINUTE)
  const delivered = receiver.deliveries.map(({ key }) => key)
  assert.equal(delivered.length, 21, 'all go out within three minutes')
  assert.ok(delivered.indexOf(page.id) <= 1, 'the page is the first or second')
  await notifier.stop()
})

test('a receiver may demand a wait of two minutes at most', async () => {
  const receiver = memoryReceiver(() => ({ kind: 'failed', why: 'status 429', retryAfterMs: HOUR }))
  const { notifier, change, pass } = notifierOf([receiver.opened()], new MemoryStore())
  notifier.start([])
  change(page, 'opened')
  await pass(limits.NOTIFICATION_RETRY_AFTER_MS_MAX - 1)
  change(alertOf({ id: 'other' }), 'opened')
  await pass(0)
  assert.equal(receiver.attempts.length, 1, 'the demand is for all alerts')
  await pass(1)
  assert.equal(receiver.attempts.length, 2)
  await notifier.stop()
})

test('a notification that was tried is not left out of a full queue while others were not', async () => {
  const receiver = memoryReceiver(() => ({ kind: 'failed', why: 'status 500' }))
  const store = new MemoryStore()
  const { notifier, change, pass, settle } = notifierOf([receiver.opened()], store)
  notifier.start([])
  const tried = [alertOf({ id: 'a', severity: 'ticket' }), alertOf({ id: 'b', severity: 'ticket' })]
  for (const alert of tried) change(alert, 'opened')
  await pass(10 * MINUTE)
  for (const alert of tried) change(resolvedAfter(alert, 11), 'resolved')
  for (let i = 0; i < limits.NOTIFICATIONS_WAITING_MAX; i++) change(alertOf({ id: `later-${i}`, severity: 'ticket' }), 'opened')
  await settle()
  const { waiting } = JSON.parse(store.read('alert-notifications/ops')!) as { waiting: { kind: string; alert: { id: string } }[] }
  const kept = waiting.filter(({ alert: { id } }) => id === 'a' || id === 'b').map(({ kind, alert: { id } }) => `${id} ${kind}`)
  assert.deepEqual(kept, ['a opened', 'b opened', 'a resolved', 'b resolved'])
  await notifier.stop()
})
