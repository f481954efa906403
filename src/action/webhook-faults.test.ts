/** Webhooks to receivers that do not answer, or not as they should. Timers pass when the test says so. */
import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { afterEach, test } from 'node:test'
import { buildConnector } from 'undici'
import { delivery, handTimers, plainReceiver, receiver } from '../../test/action/receiver.ts'
import { pause } from '../base/clock.ts'
import type { Destination } from '../define/action/destination.ts'
import type { MakeConnector } from './public-address-connector.ts'
import { openWebhook, type WebhookPorts } from './webhook.ts'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close()
})

const timers = handTimers()

async function opened(url: string, ports: Partial<WebhookPorts> = {}): Promise<Destination> {
  const webhook = await openWebhook({ url, allowPrivate: true, concurrency: 2 }, { after: timers.after, ...ports })
  open.push(webhook)
  return webhook
}

async function talking(talk: (socket: Socket) => void): Promise<Destination> {
  const there = await plainReceiver(talk)
  open.push(there)
  return opened(there.url)
}

const nextTurn = () => new Promise(setImmediate)
const failed = (why: string) => ({ kind: 'failed', why })
const broke = (code: string) => failed(`'127.0.0.1' closed the connection before its answer was complete (${code})`)

test('a receiver that hangs has failed when the time is over, and what it answers later counts for nothing', async () => {
  const responses: ServerResponse[] = []
  const { promise: isAsked, resolve: tell } = Promise.withResolvers<void>()
  const closed = Promise.withResolvers<void>()
  const there = await receiver(response => {
    responses.push(response)
    if (responses.length > 1) return void response.end()
    response.on('close', closed.resolve)
    tell()
  })
  open.push(there)
  const webhook = await opened(there.url)
  const outcome = webhook.deliver(delivery())
  await isAsked
  timers.fire()
  assert.deepEqual(await outcome, failed("no answer of '127.0.0.1' within 5s"))
  responses[0].end('{"late":true}')
  await closed.promise
  assert.deepEqual(await webhook.deliver(delivery()), { kind: 'acknowledged' })
  assert.deepEqual(
    there.received.map(({ connection }) => connection),
    [0, 1],
    'the connection is not used again, for its next answer would be the late one',
  )
  assert.equal(timers.running.size, 0, 'no timer is left')
})

test('a receiver that is slow, with the head of its answer and with the body, is waited for', async () => {
  const there = await receiver(async response => {
    await pause(30)
    response.write('{')
    await pause(30)
    response.end('}')
  })
  open.push(there)
  assert.deepEqual(await (await opened(there.url)).deliver(delivery()), { kind: 'acknowledged' })
})

test('an answer that dribbles has failed when the time is over', async () => {
  const there = await plainReceiver(socket => void socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n.'))
  open.push(there)
  const { promise: isConnected, resolve: connected } = Promise.withResolvers<Socket>()
  const connector: MakeConnector = options => {
    const connect = buildConnector(options)
    return (to, done) =>
      connect(to, (...result) => {
        if (result[1]) connected(result[1])
        done(...result)
      })
  }
  const outcome = (await opened(there.url, { connector })).deliver(delivery())
  const socket = await isConnected
  while (socket.bytesRead === 0) await nextTurn()
  await nextTurn()
  timers.fire()
  assert.deepEqual(await outcome, failed("no complete answer of '127.0.0.1' within 5s"))
})

test('a connection that does not come about in time has failed, and nothing is sent once it does', async () => {
  const there = await receiver(response => void response.end())
  open.push(there)
  const dials: (() => void)[] = []
  const connector: MakeConnector = options => (to, done) => void dials.push(() => buildConnector(options)(to, done))
  const webhook = await opened(there.url, { connector })
  const outcome = webhook.deliver(delivery({ id: 'late' }))
  timers.fire()
  assert.deepEqual(await outcome, failed("no connection to '127.0.0.1' within 5s"))
  const next = webhook.deliver(delivery({ id: 'next' }))
  while (dials.length < 2) await nextTurn()
  for (const dial of dials) dial()
  assert.deepEqual(await next, { kind: 'acknowledged' })
  assert.deepEqual(
    there.received.map(({ headers }) => headers['webhook-id']),
    ['next'],
  )
})

test('a connection that is closed before an answer, in its head or in its body has failed', async () => {
  const say = (text: string) => talking(socket => socket.end(text))
  assert.deepEqual(await (await say('')).deliver(delivery()), broke('UND_ERR_SOCKET'))
  assert.deepEqual(await (await say('HTTP/1.1 200 OK\r\ncontent-le')).deliver(delivery()), broke('UND_ERR_SOCKET'))
  assert.deepEqual(await (await say('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf')).deliver(delivery()), broke('UND_ERR_SOCKET'))
  const chunked = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n'
  assert.deepEqual(await (await say(chunked)).deliver(delivery()), broke('UND_ERR_SOCKET'))
  const reset = await talking(socket => socket.resetAndDestroy())
  assert.deepEqual(await reset.deliver(delivery()), broke('ECONNRESET'))
})

test('a connection that its receiver half closes after an answer is not used again', async () => {
  let count = 0
  const webhook = await talking(socket => {
    count++
    socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')
  })
  for (let i = 0; i < 3; i++) {
    assert.deepEqual(await webhook.deliver(delivery()), { kind: 'acknowledged' })
    await nextTurn()
  }
  assert.equal(count, 3)
})

test('an answer that is not HTTP, has endless heads, or comes twice harms no other delivery', async () => {
  const notHttp = "'127.0.0.1' answered with something else than HTTP"
  const say = (text: string) => talking(socket => void socket.write(text))
  assert.deepEqual(await (await say('220 mail.example ESMTP\r\n')).deliver(delivery()), failed(`${notHttp} (HTTPParserError)`))
  const heads = `HTTP/1.1 200 OK\r\n${`x: ${'y'.repeat(1000)}\r\n`.repeat(100)}\r\n`
  assert.deepEqual(await (await say(heads)).deliver(delivery()), failed(`${notHttp} (UND_ERR_HEADERS_OVERFLOW)`))
  const ok = 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'
  const twice = await say(`${ok}HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n`)
  for (let i = 0; i < 3; i++) assert.deepEqual(await twice.deliver(delivery()), { kind: 'acknowledged' })
  const informed = await say(`HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${ok}`)
  assert.deepEqual(await informed.deliver(delivery()), { kind: 'acknowledged' })
})

test('a port at which nothing listens, and a name without an address, have failed', async () => {
  const there = await receiver(() => {})
  await there.close()
  assert.deepEqual(await (await opened(there.url)).deliver(delivery()), failed("nothing listens at '127.0.0.1' (ECONNREFUSED)"))
  const resolve: WebhookPorts['resolve'] = (_, done) => done(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }), [])
  const nowhere = await opened('http://nowhere.test/', { resolve })
  assert.deepEqual(await nowhere.deliver(delivery()), failed("'nowhere.test' has no address (ENOTFOUND)"))
  assert.equal(timers.running.size, 0)
})

test('a receiver that comes back is delivered to', async () => {
  let talk = (socket: Socket): unknown => socket.resetAndDestroy()
  const webhook = await talking(socket => void talk(socket))
  for (let i = 0; i < 5; i++) assert.deepEqual(await webhook.deliver(delivery()), broke('ECONNRESET'))
  talk = socket => socket.write('HTTP/1.1 204 No Content\r\n\r\n')
  for (let i = 0; i < 5; i++) assert.deepEqual(await webhook.deliver(delivery()), { kind: 'acknowledged' })
})
