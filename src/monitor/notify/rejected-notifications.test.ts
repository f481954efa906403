/** Notifications that a receiver rejects, and a clock that is set while it fails. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { virtualTime } from '../../../test/action/virtual-time.ts'
import { alertOf, OPENED, resolvedAfter } from '../../../test/monitor/alerts.ts'
import { memoryReceiver, MemoryStore, notifierOf } from '../../../test/monitor/notifiers.ts'

const [MINUTE, HOUR] = [60_000, 3_600_000]
const UP = { kind: 'acknowledged' } as const
const REJECTED = { kind: 'failed', why: 'status 400: too long', final: true } as const

const alert = alertOf()
const ticket = alertOf({ severity: 'ticket' })
const acknowledged = alertOf({ acknowledged: { by: 'ann', at: OPENED + 1 } })

/** A receiver that rejects the notifications of some kinds, and a notifier that sends to it. */
function rejecting(...kinds: readonly string[]) {
  const receiver = memoryReceiver(({ body }) => (kinds.some(kind => body.includes(`"alert.${kind}"`)) ? REJECTED : UP))
  const store = new MemoryStore()
  const process = notifierOf([receiver.opened({ remind: HOUR })], store)
  process.notifier.start([])
  return { receiver, store, ...process }
}

test('a receiver that rejects a later message gets the end of its alert', async () => {
  const { receiver, notifier, change, settle } = rejecting('acknowledged')
  change(alert, 'opened')
  await settle()
  change(acknowledged, 'acknowledged')
  await settle()
  change(resolvedAfter(acknowledged, 9), 'resolved')
  await settle()
  assert.deepEqual(receiver.kinds(), ['opened', 'resolved'])
  await notifier.stop()
})

test('a page that was rejected though its ticket was delivered is sent by the next start', async () => {
  const store = new MemoryStore()
  let isRepaired = false
  const receiver = memoryReceiver(({ body }) => (body.includes('"alert.raised"') && !isRepaired ? REJECTED : UP))
  const first = notifierOf([receiver.opened()], store)
  first.notifier.start([])
  first.change(ticket, 'opened')
  await first.settle()
  first.change(alert, 'raised')
  await first.settle()
  await first.notifier.stop()
  isRepaired = true
  const second = notifierOf([receiver.opened()], store, first.time)
  second.notifier.start([alert])
  await second.settle()
  assert.deepEqual(receiver.kinds(), ['opened', 'raised'])
  await second.notifier.stop()
})

test('a start sends no change of conditions that an alert explains by lineage', async () => {
  const { receiver, notifier, change, settle, store, time } = rejecting()
  change(alert, 'opened')
  await settle()
  await notifier.stop()
  const { cause, severity, summary } = alert
  const folded = { cause, subject: { kind: 'action', name: 'block' }, severity, summary, since: OPENED + 1 } as const
  const next = notifierOf([receiver.opened()], store, time)
  next.notifier.start([alertOf({ inhibited: [folded] })])
  await next.settle()
  assert.deepEqual(receiver.kinds(), ['opened'])
  await next.notifier.stop()
})

test('a receiver that rejects reminders gets one for each interval, and the end', async () => {
  const { receiver, notifier, change, pass } = rejecting('reminder')
  change(alert, 'opened')
  await pass(2.5 * HOUR)
  assert.equal(receiver.attempts.length, 3)
  change(resolvedAfter(alert, 150), 'resolved')
  await pass(HOUR)
  assert.deepEqual(receiver.kinds(), ['opened', 'resolved'])
  await notifier.stop()
})

test('a clock that is set back while a receiver fails withholds no notification', async () => {
  const { clock, after, next } = virtualTime(OPENED)
  let [offset, isUp] = [0, false]
  const receiver = memoryReceiver(() => (isUp ? UP : { kind: 'failed', why: 'status 500', retryAfterMs: 1000 }))
  const { notifier, change, settle } = notifierOf([receiver.opened()], new MemoryStore(), { clock: () => clock() + offset, after, next })
  const pass = async (ms: number) => {
    const until = clock() + ms
    await settle()
    while (next(until)) await settle()
  }
  notifier.start([])
  change(ticket, 'opened')
  await pass(500)
  assert.equal(receiver.attempts.length, 1)
  offset = -2 * HOUR
  isUp = true
  change(alertOf({ id: 'other' }), 'opened')
  await pass(MINUTE)
  assert.deepEqual(receiver.deliveries.map(({ key }) => key).toSorted(), [ticket.id, 'other'])
  await notifier.stop()
})
