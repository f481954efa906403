/** Receivers of alerts over real sockets on loopback: answers of all kinds, outages, keys that are revoked. */
import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { afterEach, test } from 'node:test'
import { handTimers } from '../../../test/action/receiver.ts'
import { answering, closeWebhooks } from '../../../test/action/webhooks.ts'
import { alertOf, OPENED, resolvedAfter } from '../../../test/monitor/alerts.ts'
import { MemoryStore, notifierOf } from '../../../test/monitor/notifiers.ts'
import { virtualTime } from '../../../test/action/virtual-time.ts'
import { pause } from '../../base/clock.ts'
import type { WebhookPorts } from '../../action/webhook.ts'
import { webhookSigner } from '../../action/signature.ts'
import { env } from '../../define/action/setting.ts'
import {
  alertDestinationsIR,
  alertmanager,
  alertWebhook,
  pagerDuty,
  slack,
  type AlertDestination,
} from '../../define/config/alert-destinations.ts'
import { openAlertReceivers, type OpenedAlertReceiver } from './open-alert-receivers.ts'

afterEach(closeWebhooks)

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const KEY = 'e93facc04764012d7bfb002500d5d1a6'
const SECRET = 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY='

const alert = alertOf()

const open: OpenedAlertReceiver[] = []
afterEach(async () => {
  for (const { destination } of open.splice(0)) await destination.close()
})

/** The receivers; the test closes those that no notifier closes. */
async function opened(destinations: AlertDestination[], environment: Record<string, string> = {}, ports: Partial<WebhookPorts> = {}) {
  return openAlertReceivers(alertDestinationsIR('notify', destinations), environment, ports)
}

async function deliverOnce(destination: AlertDestination, environment: Record<string, string> = {}, ports: Partial<WebhookPorts> = {}) {
  const [receiver] = await opened([destination], environment, ports)
  open.push(receiver)
  const outcome = await receiver.destination.deliver({ id: 'a/opened', key: 'a', body: '{}', attempt: 1 })
  return { outcome, answer: receiver.lastAnswer() }
}

const replying = (status: number, text = '', headers: Record<string, string> = {}) =>
  answering((response: ServerResponse) => void response.writeHead(status, headers).end(text))

test('the answer of a receiver decides: delivered, rejected for good, or retried', async () => {
  const cases = [
    [200, 'ok', { kind: 'acknowledged' }],
    [202, '{"status":"success"}', { kind: 'acknowledged' }],
    [400, 'invalid_blocks', { kind: 'failed', why: 'status 400: invalid_blocks', final: true }],
    [422, '', { kind: 'failed', why: 'status 422', final: true }],
    [403, 'invalid_token', { kind: 'failed', why: 'status 403: invalid_token' }],
    [404, 'no_service', { kind: 'failed', why: 'status 404: no_service' }],
    [410, 'channel_is_archived', { kind: 'failed', why: 'status 410: channel_is_archived' }],
    [500, '<html>\n  <b>oops</b>', { kind: 'failed', why: 'status 500: <html> <b>oops</b>' }],
  ] as const
  for (const [status, text, expected] of cases) {
    const { url } = await replying(status, text)
    const { outcome, answer } = await deliverOnce(slack(env('SLACK'), { allowPrivate: true }), { SLACK: url })
    assert.deepEqual(outcome, expected)
    assert.equal(answer, text === '' ? `status ${status}` : `status ${status}: ${text.replaceAll(/\s+/g, ' ')}`)
  }
})

test('a receiver that asks for patience is given it', async () => {
  const { url } = await replying(429, 'rate_limited', { 'retry-after': '30' })
  const { outcome } = await deliverOnce(slack(env('SLACK'), { allowPrivate: true }), { SLACK: url })
  assert.deepEqual(outcome, { kind: 'failed', why: 'status 429: rate_limited', retryAfterMs: 30_000 })
})

test('an answer that repeats the key does not show it', async () => {
  const { url } = await replying(400, `the key ${KEY} is unknown`)
  const { outcome, answer } = await deliverOnce(pagerDuty(env('KEY'), { url, allowPrivate: true }), { KEY })
  assert.deepEqual(outcome, { kind: 'failed', why: 'status 400: the key *** is unknown', final: true })
  assert.equal(answer, 'status 400: the key *** is unknown')
})

test('a redirect is followed for a webhook of one’s own, and never with a key in the body', async () => {
  const target = await replying(204)
  const { url } = await replying(307, '', { location: target.url })
  const { outcome } = await deliverOnce(alertWebhook(url, { allowPrivate: true }))
  assert.deepEqual(outcome, { kind: 'acknowledged' })
  assert.equal(target.received.length, 1)
  const toPagerDuty = await deliverOnce(pagerDuty(env('KEY'), { url, allowPrivate: true }), { KEY })
  assert.deepEqual(toPagerDuty.outcome, {
    kind: 'failed',
    why: 'status 307 redirects, which is not followed; give the address that it redirects to',
  })
  assert.equal(target.received.length, 1)
})

test('a private address is refused, unless it is allowed', async () => {
  const { url, received } = await replying(204)
  const { outcome } = await deliverOnce(alertWebhook(url))
  assert.deepEqual(outcome, { kind: 'failed', why: "'127.0.0.1' is a private address; allow it with allowPrivate" })
  assert.equal(received.length, 0)
})

test('a receiver that hangs fails after its timeout, and one that is slow is waited for', async () => {
  const timers = handTimers()
  const hanging = await answering(() => {})
  const [receiver] = await opened([alertWebhook(hanging.url, { allowPrivate: true, timeout: '3s' })], {}, { after: timers.after })
  open.push(receiver)
  const outcome = receiver.destination.deliver({ id: 'a/opened', key: 'a', body: '{}', attempt: 1 })
  await hanging.first(1)
  timers.fire()
  assert.deepEqual(await outcome, { kind: 'failed', why: "no answer of '127.0.0.1' within 3s" })
  const slow = await answering(async response => {
    await pause(50)
    response.writeHead(202)
    await pause(50)
    response.end('accepted')
  })
  assert.deepEqual(await deliverOnce(alertWebhook(slow.url, { allowPrivate: true })), {
    outcome: { kind: 'acknowledged' },
    answer: 'status 202: accepted',
  })
})

test('a webhook of one’s own is signed, and every attempt has the id of the notification', async () => {
  const there = await replying(204)
  const [receiver] = await opened([alertWebhook(there.url, { secret: env('SECRET'), headers: { 'x-team': 'risk' }, allowPrivate: true })], {
    SECRET,
  })
  const { notifier, change } = notifierOf([receiver], new MemoryStore())
  notifier.start([])
  change(alert, 'opened')
  const [{ headers, body }] = await there.first(1)
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = headers
  assert.equal(headers['idempotency-key'], 'freshness-card_1h-3/log0/opened')
  assert.equal(signature, webhookSigner(SECRET)(String(id), Number(timestamp), body))
  assert.equal(headers['x-team'], 'risk')
  await notifier.stop()
})

test('PagerDuty down for an hour, then with a revoked key, gets one incident: triggered, then resolved', async () => {
  const time = virtualTime(OPENED)
  let isRevoked = true
  const { url, received } = await answering(response => {
    const status = time.clock() < OPENED + HOUR ? 503 : isRevoked ? 403 : 202
    response.writeHead(status).end(status === 403 ? '{"message":"invalid key"}' : '')
  })
  const receivers = await opened([pagerDuty(env('KEY'), { url, allowPrivate: true })], { KEY })
  const store = new MemoryStore()
  const { notifier, change, pass, settle, reports } = notifierOf(receivers, store, time)
  notifier.start([])
  change(alert, 'opened')
  await pass(HOUR)
  assert.equal(notifier.receivers[0].failing?.why, 'status 503')
  await pass(10 * MINUTE)
  assert.equal(notifier.receivers[0].failing?.why, 'status 403: {"message":"invalid key"}')
  change(resolvedAfter(alert, 70), 'resolved')
  await settle()
  isRevoked = false
  await pass(2 * MINUTE)
  assert.deepEqual([notifier.receivers[0].waiting, notifier.receivers[0].failing], [0, undefined])
  const events = received.map(({ body }) => JSON.parse(body) as { event_action: string; dedup_key: string; routing_key: string })
  assert.deepEqual(
    events.slice(-2).map(({ event_action }) => event_action),
    ['trigger', 'resolve'],
  )
  assert.ok(
    events.slice(0, -1).every(({ event_action }) => event_action === 'trigger'),
    'the end waits for the beginning',
  )
  assert.deepEqual([...new Set(events.map(({ dedup_key }) => dedup_key))], ['freshness-card_1h-3/log0'])
  assert.deepEqual(reports, [
    "alerts to 'pagerduty' fail, and are retried: status 503",
    "alerts to 'pagerduty' are delivered again, after 70.1 min",
  ])
  await notifier.stop()
})

test('Alertmanager gets an open alert every minute until it is resolved, at the path of its API', async () => {
  const { url, received } = await replying(200)
  const [receiver] = await opened([alertmanager(new URL('/prefix/', url).href, { allowPrivate: true })])
  const { notifier, change, pass } = notifierOf([receiver], new MemoryStore())
  notifier.start([])
  await pass(3 * MINUTE)
  assert.equal(received.length, 0, 'nothing fires')
  change(alert, 'opened')
  await pass(5 * MINUTE)
  change(resolvedAfter(alert, 8), 'resolved')
  await pass(5 * MINUTE)
  assert.deepEqual(
    received.map(({ path, body }) => [path, (JSON.parse(body) as { endsAt: string }[])[0].endsAt]),
    ['03:19', '03:20', '03:21', '03:22', '03:23', '03:24', '03:20'].map(minute => [
      '/prefix/api/v2/alerts',
      `2026-03-01T${minute}:00.000Z`,
    ]),
  )
  await notifier.stop()
})

test('a missing variable is an error that names the receiver', async () => {
  await assert.rejects(opened([slack(env('SLACK'))]), {
    code: 'SPILL_INPUT',
    message: "alerts to 'slack': the address is env('SLACK'), which is not set; export it first",
  })
  await assert.rejects(opened([slack(env('SLACK'))], { SLACK: 'hooks.slack.com/x' }), { code: 'SPILL_DEFINITION' })
})
