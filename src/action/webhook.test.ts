/** Webhooks to a receiver that answers: what is sent, and what each answer means. */
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { afterEach, test } from 'node:test'
import { delivery } from '../../test/action/receiver.ts'
import { answering, closeWebhooks, closedByTest, opened as openedAnywhere } from '../../test/action/webhooks.ts'
import type { ServerResponse } from 'node:http'

afterEach(closeWebhooks)

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
/** Receivers stand on this machine. */
const opened: typeof openedAnywhere = (settings, ports) => openedAnywhere({ allowPrivate: true, ...settings }, ports)

const ok = (response: ServerResponse) => void response.end('{"received":true}')

test('a delivery is a signed POST of the body as it stands, and is acknowledged', async () => {
  const there = await answering(ok)
  const webhook = await opened(
    { url: `${there.url}?token=t`, secret: `${secret} ${'k'.repeat(24)}`, headers: { Authorization: 'Bearer b' } },
    { clock: () => 1_700_000_000_999 },
  )
  const body = '{"of": "Zoë 🩸",\n"score":0.90}'
  assert.deepEqual(await webhook.deliver(delivery({ id: 'glucose/page/17', body })), { kind: 'acknowledged' })
  const [{ headers, ...request }] = there.received
  assert.deepEqual(request, { path: '/hook?token=t', method: 'POST', body, connection: 0 })
  const sign = (key: Buffer | string) => `v1,${createHmac('sha256', key).update(`glucose/page/17.1700000000.${body}`).digest('base64')}`
  const { 'user-agent': agent, ...others } = headers
  assert.match(agent!, /^spillway\/\d+\.\d+\.\d+/)
  assert.deepEqual(others, {
    host: `127.0.0.1:${there.port}`,
    connection: 'keep-alive',
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    'idempotency-key': 'glucose/page/17',
    'webhook-id': 'glucose/page/17',
    'webhook-timestamp': '1700000000',
    'webhook-signature': `${sign(Buffer.alloc(32, 7))} ${sign('k'.repeat(24))}`,
    authorization: 'Bearer b',
  })
})

test('the key is the same for all tries and the timestamp is each try’s own; no secret, no signature', async () => {
  const there = await answering(ok)
  let now = 1_700_000_000_000
  const webhook = await opened({ url: there.url }, { clock: () => now })
  const one = delivery({ id: 'p1.5\r\nx: 1' })
  await webhook.deliver(one)
  now += 60_000
  await webhook.deliver({ ...one, attempt: 2 })
  const [first, second] = there.received.map(({ headers }) => headers)
  assert.match(first['webhook-id'] as string, /^sha256-[\w-]{43}$/)
  for (const name of ['webhook-id', 'idempotency-key']) assert.equal(second[name], first['webhook-id'])
  assert.deepEqual([first['webhook-timestamp'], second['webhook-timestamp']], ['1700000000', '1700000060'])
  assert.equal(first['webhook-signature'], undefined)
  assert.equal(first['x'], undefined)
})

test('connections are kept, and there are no more than asked for', async () => {
  const waiting: ServerResponse[] = []
  const there = await answering(response => {
    waiting.push(response)
    if (waiting.length === 3) for (const one of waiting.splice(0)) ok(one)
  })
  const webhook = await opened({ url: there.url, concurrency: 3 })
  assert.equal(webhook.concurrency, 3)
  for (let i = 0; i < 4; i++) await Promise.all([1, 2, 3].map(() => webhook.deliver(delivery())))
  assert.deepEqual(new Set(there.received.map(({ connection }) => connection)), new Set([0, 1, 2]))
  assert.equal(there.received.length, 12)
})

test('only a 2xx acknowledges; 410 is final', async () => {
  let status = 200
  const there = await answering(response => void response.writeHead(status).end())
  const webhook = await opened({ url: there.url })
  for (status of [200, 201, 202, 204, 299]) assert.deepEqual(await webhook.deliver(delivery()), { kind: 'acknowledged' }, String(status))
  for (status of [300, 304, 400, 401, 404, 409, 422, 429, 500, 503, 599])
    assert.deepEqual(await webhook.deliver(delivery()), { kind: 'failed', why: `status ${status}` })
  status = 410
  assert.deepEqual(await webhook.deliver(delivery()), { kind: 'failed', why: 'status 410: gone for good', final: true })
})

test('Retry-After is told with what failed', async () => {
  let headers: Record<string, string | string[]> = {}
  const there = await answering(response => void response.writeHead(503, headers).end())
  const webhook = await opened({ url: there.url })
  const deliverWith = async (responseHeaders: typeof headers) => {
    headers = responseHeaders
    return webhook.deliver(delivery())
  }
  const failed = (retryAfterMs: number) => ({ kind: 'failed', why: 'status 503', retryAfterMs })
  assert.deepEqual(await deliverWith({ 'retry-after': '7' }), failed(7000))
  assert.deepEqual(await deliverWith({ 'retry-after': ['7', '9'] }), failed(7000))
  const dates = { date: 'Mon, 07 Nov 1994 08:00:00 GMT', 'retry-after': 'Mon, 07 Nov 1994 08:00:30 GMT' }
  assert.deepEqual(await deliverWith(dates), failed(30_000))
  assert.deepEqual(await deliverWith({ 'retry-after': '86400' }), failed(3_600_000))
  assert.deepEqual(await deliverWith({ 'retry-after': 'later' }), { kind: 'failed', why: 'status 503' })
})

test('a large answer is cut, and its status counts', async () => {
  const cut = Promise.withResolvers<void>()
  const there = await answering((response, { path }) => {
    response.writeHead(path === '/hook' ? 200 : 500)
    response.write(Buffer.alloc(1 << 16))
    if (path === '/hook?whole') return void response.end()
    response.on('close', cut.resolve)
    response.write('.')
  })
  assert.deepEqual(await (await opened({ url: there.url })).deliver(delivery()), { kind: 'acknowledged' })
  await cut.promise
  const whole = await opened({ url: `${there.url}?whole`, concurrency: 1 })
  assert.deepEqual(await whole.deliver(delivery()), { kind: 'failed', why: 'status 500' })
  await whole.deliver(delivery())
  assert.deepEqual(
    there.received.map(({ connection }) => connection),
    [0, 1, 1],
    '64 KiB are read, and their connection kept',
  )
})

test('307 and 308 are followed with the same request; what is the url’s own stays with its origin', async () => {
  const elsewhere = await answering(ok)
  const there = await answering((response, { path }) => {
    const to = path === '/hook' ? '/second?a=b' : `http://localhost:${elsewhere.port}/third`
    response.writeHead(path === '/hook' ? 307 : 308, { location: to }).end('moved')
  })
  const webhook = await opened({ url: there.url, secret, headers: { authorization: 'Bearer b' } })
  assert.deepEqual(await webhook.deliver(delivery({ body: '{"score":1}' })), { kind: 'acknowledged' })
  const [first, second] = there.received
  const [third] = elsewhere.received
  assert.deepEqual([second.path, third.path, second.method, third.method], ['/second?a=b', '/third', 'POST', 'POST'])
  for (const { body, headers } of [second, third]) {
    assert.equal(body, '{"score":1}')
    for (const name of ['idempotency-key', 'webhook-signature']) assert.equal(headers[name], first.headers[name])
  }
  assert.deepEqual([second.headers.authorization, third.headers.authorization], ['Bearer b', undefined])
})

test('of a status behind a redirect it is said whose it is', async () => {
  const there = await answering((response, { path }) =>
    path === '/hook' ? void response.writeHead(307, { location: '/other' }).end() : void response.writeHead(403).end(),
  )
  const why = "status 403 of '127.0.0.1', to which it was redirected"
  assert.deepEqual(await (await opened({ url: there.url })).deliver(delivery()), { kind: 'failed', why })
})

test('redirects in a circle end at the limit', async () => {
  const there = await answering(response => void response.writeHead(307, { location: '/hook?again' }).end())
  const why = "status 307 redirects to '127.0.0.1' after 3 redirects (REDIRECTS_MAX)"
  assert.deepEqual(await (await opened({ url: there.url })).deliver(delivery()), { kind: 'failed', why })
  assert.equal(there.received.length, 4)
})

test('a redirect that would make it a GET, or leads nowhere, says what to do and shows no url', async () => {
  let [status, location] = [302, '/login?token=t' as string | undefined]
  const there = await answering(response => void response.writeHead(status, location === undefined ? {} : { location }).end())
  const webhook = await opened({ url: there.url })
  const why = async (...answer: [number, string | undefined]) => {
    ;[status, location] = answer
    const outcome = await webhook.deliver(delivery())
    assert.ok(outcome.kind === 'failed')
    return outcome.why
  }
  const fix = 'which would make a GET of a POST; give the url that it redirects to, or let it answer 307 or 308'
  for (const code of [301, 302, 303]) assert.equal(await why(code, '/login?token=t'), `status ${code} redirects to '127.0.0.1', ${fix}`)
  assert.equal(await why(302, undefined), `status 302 redirects, ${fix}`)
  assert.equal(await why(307, undefined), 'status 307 without a location that is a URL')
  assert.equal(await why(308, 'http://[oops'), 'status 308 without a location that is a URL')
  assert.equal(await why(307, 'file:///etc/passwd'), "status 307 redirects to 'file:', which is not followed")
})

test('a delivery after close fails and is not sent', async () => {
  const there = await answering(ok)
  const webhook = await opened({ url: there.url })
  await webhook.deliver(delivery())
  await webhook.close()
  assert.deepEqual(await webhook.deliver(delivery()), { kind: 'failed', why: 'the destination was closed (UND_ERR_DESTROYED)' })
  assert.equal(there.received.length, 1)
  closedByTest(webhook)
})
