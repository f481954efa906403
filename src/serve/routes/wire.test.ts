/** Tests that need real sockets: bodies that are too large, too slow, cut off, or compressed to burst. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { METHODS } from 'node:http'
import { connect, type Socket } from 'node:net'
import { after, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { open, pay, posted, shop as pipeline } from '../../../test/serve/shop.ts'
import { serve } from '../server.ts'

const shop = await open({ bounds: { jsonBytes: 1 << 16, streamBytes: 1 << 20 } })
await shop.app.listen({ host: '127.0.0.1', port: 0 })
after(() => shop.close())
const { port } = shop.app.server.address() as { port: number }
const url = `http://127.0.0.1:${port}/sources/payments/events`

const post = async (body: string | Buffer | ReadableStream, headers: Readonly<Record<string, string>> = {}) => {
  const response = await fetch(url, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/x-ndjson', ...headers },
    duplex: 'half',
  })
  return {
    status: response.status,
    ...((await response.json()) as { code?: string; message?: string; accepted?: number; rejected?: number }),
  }
}

async function opened(to = port): Promise<Socket> {
  const socket = connect(to, '127.0.0.1')
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

/** All bytes until the other side closes the connection. */
async function readToEnd(socket: Socket): Promise<string> {
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  await once(socket, 'close')
  return Buffer.concat(chunks).toString('utf8')
}

const connections = () =>
  new Promise<number>((resolve, reject) => shop.app.server.getConnections((error, count) => (error ? reject(error) : resolve(count))))

/** Resolves when the run has appended that many entries. */
async function entries(count: number): Promise<void> {
  while (shop.run.end < count) await new Promise(resolve => setImmediate(resolve))
}

const line = (id: string) => `${JSON.stringify(pay(id))}\n`

test('a body of 100 MB is rejected at once, and the process accepts the next', async () => {
  const large = Buffer.alloc(100 << 20, 0x20)
  for (const type of ['application/json', 'application/x-ndjson']) {
    const answer = await post(large, { 'content-type': type })
    assert.deepEqual([answer.status, answer.code], [413, 'SPILL_LIMIT'])
    assert.match(answer.message!, /^the body has 104857600 bytes, more than \d+ \(HTTP_(JSON|STREAM)_BYTES_MAX\); send it in parts/)
    assert.doesNotMatch(answer.message!, /what stood before/, 'nothing did')
  }
  assert.equal((await post(line('after'))).accepted, 1)
})

test('a body of unknown length is cut off at the limit, with the result before it', async () => {
  const endless = new ReadableStream({
    start(controller) {
      controller.enqueue(Buffer.from(line('head')))
    },
    pull(controller) {
      controller.enqueue(Buffer.alloc(1 << 16, 0x20))
    },
  })
  const answer = await post(endless)
  assert.deepEqual([answer.status, answer.code, answer.accepted], [413, 'SPILL_LIMIT', 1])
  assert.match(answer.message!, /^the body has more than \d+ bytes \(HTTP_STREAM_BYTES_MAX\); .* the records before this were accepted$/)
})

test('a small gzip that expands to a large body is cut off', async () => {
  const bomb = gzipSync(Buffer.alloc(64 << 20, 0x0a))
  assert.ok(bomb.length < 1 << 16)
  for (const type of ['application/json', 'application/x-ndjson']) {
    const answer = await post(bomb, { 'content-encoding': 'gzip', 'content-type': type })
    assert.deepEqual([answer.status, answer.code], [413, 'SPILL_LIMIT'])
  }
})

test('a damaged or truncated gzip is 400', async () => {
  const packed = gzipSync(line('z').repeat(100))
  for (const type of ['application/json', 'application/x-ndjson']) {
    const headers = { 'content-encoding': 'gzip', 'content-type': type }
    const malformed = await post('no gzip', headers)
    assert.deepEqual([malformed.status, malformed.code], [400, 'SPILL_TRUNCATED'])
    const cut = await post(packed.subarray(0, packed.length - 12), headers)
    assert.deepEqual([cut.status, cut.code], [400, 'SPILL_TRUNCATED'])
    assert.match(cut.message!, /cut off/)
  }
})

test('a client that is slow with its head or its body is disconnected', async () => {
  const connectionLimits = { headMs: 100, requestMs: 200, lookMs: 50 }
  const hasty = serve({ run: shop.run, pipeline, data: shop.data, connectionLimits })
  await hasty.listen({ host: '127.0.0.1', port: 0 })
  const starts = [
    'GET /healthz HTTP/1.1\r\nhost:',
    'POST /sources/payments/events HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n[',
  ]
  for (const start of starts) {
    const socket = await opened((hasty.server.address() as { port: number }).port)
    socket.write(start)
    assert.match(await readToEnd(socket), /^HTTP\/1\.1 408[^]*{"code":"SPILL_INPUT","message":/)
  }
  await hasty.close()
})

test('a slow body is cut off: none of a JSON body is accepted, but the lines before it are', async () => {
  const bounds = { bodyBytesPerS: 1 << 20, bodyGraceMs: 50, bodyLookMs: 10 }
  const hasty = serve({ run: shop.run, pipeline, data: shop.data, bounds })
  await hasty.listen({ host: '127.0.0.1', port: 0 })
  const { port } = hasty.server.address() as { port: number }
  const begun = async (type: string, text: string | Buffer, more = '') => {
    const socket = await opened(port)
    socket.write(`POST /sources/payments/events HTTP/1.1\r\nhost: a\r\ncontent-type: ${type}\r\n${more}content-length: 1000\r\n\r\n`)
    socket.write(text)
    return readToEnd(socket)
  }
  const before = shop.run.end
  const [json, lines, packed] = await Promise.all([
    begun('application/json', JSON.stringify(pay('slow'))),
    begun('application/x-ndjson', line('first')),
    begun('application/json', Buffer.from([0x1f, 0x8b]), 'content-encoding: gzip\r\n'),
  ])
  for (const answer of [json, lines, packed]) assert.match(answer, /^HTTP\/1\.1 408[^]*the body came too slowly.*HTTP_BODY_BYTES_PER_S_MIN/)
  assert.match(lines, /the records before this were accepted","accepted":1,/)
  assert.equal(shop.run.end, before + 1)
  await hasty.close()
})

test('a client that disconnects loses its unfinished record, and nothing leaks', async () => {
  const before = shop.run.end
  const socket = await opened()
  socket.write(
    'POST /sources/payments/events HTTP/1.1\r\nhost: a\r\ncontent-type: application/x-ndjson\r\ntransfer-encoding: chunked\r\n\r\n',
  )
  const text = `${line('kept')}${line('cut').slice(0, 20)}`
  socket.write(`${text.length.toString(16)}\r\n${text}\r\n`)
  await entries(before + 1)
  socket.destroy()
  await once(socket, 'close')
  assert.equal((await posted(shop.app, '/sources/payments/events', pay('kept'))).json<{ duplicates: number }>().duplicates, 1)
  assert.equal(shop.run.end, before + 1)
})

test('a client that closes its half of the connection is released, and its events are accepted', async () => {
  const before = shop.run.end
  const socket = await opened()
  const body = JSON.stringify(pay('half'))
  const head = `content-type: application/json\r\ncontent-length: ${body.length}`
  socket.end(`POST /sources/payments/events HTTP/1.1\r\nhost: a\r\n${head}\r\n\r\n${body}`)
  await Promise.all([readToEnd(socket), entries(before + 1)])
  assert.equal((await posted(shop.app, '/sources/payments/events', pay('half'))).json<{ duplicates: number }>().duplicates, 1)
  const idle = await opened()
  idle.end()
  assert.equal(await readToEnd(idle), '')
})

test('every method that Node parses is 405 at a path without it, whatever the content type', async () => {
  const methods = METHODS.filter(method => !['GET', 'HEAD', 'CONNECT'].includes(method))
  assert.ok(methods.includes('QUERY'), 'the method that Fastify has an opinion about')
  for (const method of methods)
    for (const type of ['', 'content-type: application/json\r\n', 'content-type: none at all\r\n']) {
      const socket = await opened()
      socket.write(`${method} /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n${type}\r\n`)
      assert.match(await readToEnd(socket), /^HTTP\/1\.1 405 [^]*\r\nallow: GET, HEAD\r\n/, `${method} ${type}`)
    }
})

test('a request with two Host headers is 400', async () => {
  for (const second of ['host: b', 'HOST: a']) {
    const socket = await opened()
    socket.write(`GET /healthz HTTP/1.1\r\nhost: a\r\n${second}\r\nconnection: close\r\n\r\n`)
    assert.match(await readToEnd(socket), /^HTTP\/1\.1 400 [^]*the request has 2 Host headers; send one/)
  }
})

test('bytes that are no HTTP get an error', async () => {
  const socket = await opened()
  socket.write('\x16\x03\x01 hello\r\n\r\n')
  const text = await readToEnd(socket)
  assert.match(text, /^HTTP\/1\.1 400[^]*{"code":"SPILL_INPUT","message":/)
  assert.ok((await connections()) < 5)
})

test('connections without a request, or with half of one, do not delay the shutdown', async () => {
  const own = await open()
  await own.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = own.app.server.address() as { port: number }
  const [silent, half] = [await opened(port), await opened(port)]
  half.write('GET /healthz HTTP/1.1\r\nhost:')
  const connection = await opened(port)
  connection.write('GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n')
  await once(connection, 'data')
  const ended = Promise.all([silent, half, connection].map(readToEnd))
  await own.close()
  await ended
})
