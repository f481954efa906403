import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { request, type IncomingMessage, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { open, pay, posted, type Open } from '../../../test/serve/shop.ts'
import { sqlite } from '../../log/sqlite/sqlite.ts'
import { defaultResourceLimits } from '../access/resource-limits.ts'
import { parseEventId, formatEventId, type Journal } from '../events/journal.ts'
import { EventStream } from '../events/event-stream.ts'
import { Subscriber } from '../events/subscriber.ts'
import type { StoredToken } from '../access/token-file.ts'
import type { Tokens } from '../access/tokens.ts'

const shop = await listening()
after(() => shop.close())

async function listening(options: Parameters<typeof open>[0] = {}): Promise<Open> {
  const opened = await open(options)
  await opened.app.listen({ host: '127.0.0.1', port: 0 })
  return opened
}

interface Event {
  readonly id: string
  readonly event: string
  readonly data: { readonly id?: string; readonly model: string; readonly entry: number; readonly why?: string }
}

/** One reader: the events that it has, and the condition that it waits for. */
class Reader {
  readonly response: IncomingMessage
  readonly events: Event[] = []
  beats = 0
  #rest = ''

  constructor(response: IncomingMessage) {
    this.response = response
    response.on('error', () => {})
    response.on('data', (chunk: Buffer) => {
      const blocks = (this.#rest + chunk.toString('utf8')).split('\n\n')
      this.#rest = blocks.pop()!
      for (const block of blocks) this.#parse(block)
    })
  }

  #parse(block: string): void {
    if (block === ':') this.beats++
    const fields = block.split('\n').map(line => /^(\w*): ?(.*)$/.exec(line)?.slice(1) ?? ['', ''])
    const { id, event, data } = Object.fromEntries(fields) as Record<string, string>
    if (data !== undefined) this.events.push({ id, event, data: JSON.parse(data) as Event['data'] })
  }

  static async open({ app }: Open, query = '', headers: Readonly<Record<string, string>> = {}): Promise<Reader> {
    const { port } = app.server.address() as { port: number }
    const call = request({ host: '127.0.0.1', port, path: `/events${query}`, headers, agent: false })
    call.on('error', () => {})
    call.end()
    const [response] = (await once(call, 'response')) as [IncomingMessage]
    assert.equal(response.statusCode, 200)
    return new Reader(response)
  }

  /** The ids of decided payments, once there are `count`. */
  async ids(count: number): Promise<(string | undefined)[]> {
    while (this.events.length < count) await once(this.response, 'data')
    return this.events.map(({ data }) => data.id)
  }

  close(): void {
    this.response.destroy()
  }
}

const send = (...ids: number[]) =>
  posted(
    shop.app,
    '/sources/payments/events',
    ids.map(id => pay(id)),
  )

test('decisions are streamed when durable, and a reader resumes after the last one that it saw', async () => {
  const first = await Reader.open(shop)
  assert.equal(first.response.headers['content-type'], 'text/event-stream')
  await send(1, 2, 3)
  await send(4)
  assert.deepEqual(await first.ids(4), ['1', '2', '3', '4'])
  const events = first.events
  first.close()
  await send(5)
  for (const [i, { id }] of events.entries()) {
    const again = await Reader.open(shop, '', { 'last-event-id': id })
    const seen = ['1', '2', '3', '4', '5'].slice(i + 1)
    assert.deepEqual(await again.ids(seen.length), seen, `behind ${id}`)
    again.close()
  }
  const all = await Reader.open(shop, '?after=0')
  assert.deepEqual(await all.ids(5), ['1', '2', '3', '4', '5'])
  await send(6)
  assert.deepEqual(await all.ids(6), ['1', '2', '3', '4', '5', '6'], 'behind what is recorded comes what is new')
  all.close()
})

test('a reader of one model gets no decisions of others', async () => {
  const reader = await Reader.open(shop, '?model=check')
  await send(10)
  await posted(shop.app, '/models/check/decide', { card: 'c', amount: 1 })
  await reader.ids(1)
  assert.deepEqual(
    reader.events.map(({ event, data }) => [event, data.model]),
    [['decision', 'check']],
  )
  reader.close()
})

test('no gap and no duplicate, whenever readers come and go', async () => {
  const from = (await shop.app.inject({ url: '/decisions?model=fraud&limit=1' })).json<{ decisions: { entry: number }[] }>().decisions[0]
    .entry
  const readers: Promise<(string | undefined)[]>[] = []
  const ids = Array.from({ length: 60 }, (_, i) => 100 + i)
  const sending: Promise<unknown>[] = []
  const all = await Reader.open(shop, '?model=fraud')
  for (const id of ids) {
    sending.push(send(id))
    if (id % 7 !== 0) continue
    const reader = await Reader.open(shop, '?after=0&model=fraud')
    readers.push(
      reader.ids(0).then(async () => {
        const last = String(ids.at(-1))
        while (reader.events.at(-1)?.data.id !== last) await new Promise(resolve => setImmediate(resolve))
        reader.close()
        return reader.events.filter(({ data }) => data.entry > from).map(({ data }) => data.id)
      }),
    )
  }
  await Promise.all(sending)
  const expected = ids.map(String)
  assert.deepEqual(await all.ids(expected.length), expected)
  all.close()
  for (const reader of readers) assert.deepEqual(await reader, expected)
})

test('a damaged batch is a gap for its readers, reported once, and they continue after it', async () => {
  const errors: unknown[] = []
  const own = await listening({ onError: error => errors.push(error) })
  for (let i = 0; i < 4; i++) await posted(own.app, '/sources/payments/events', [pay(i)])
  const db = new sqlite.DatabaseSync(join(own.data, 'log.db'))
  db.exec("UPDATE decisions SET bytes = CAST(bytes || x'00' AS BLOB) WHERE first = 1")
  db.close()
  for (const query of ['?after=0', '?after=0&model=fraud', '?after=0']) {
    const reader = await Reader.open(own, query)
    const ids = await reader.ids(4)
    assert.deepEqual(ids, ['0', undefined, '2', '3'])
    const { id, event, data } = reader.events[1]
    assert.deepEqual(
      [event, data],
      [
        'gap',
        { why: "decisions of 'fraud' on entries 1 to 1 are damaged; the stream continues after them", model: 'fraud', entries: [1, 1] },
      ],
    )
    reader.close()
    const back = await Reader.open(own, '?model=fraud', { 'last-event-id': id })
    assert.deepEqual(await back.ids(2), ['2', '3'])
    back.close()
  }
  const other = await Reader.open(own, '?after=0&model=check')
  await posted(own.app, '/models/check/decide', { card: 'c', amount: 1 })
  await other.ids(1)
  assert.equal(other.events[0].event, 'decision')
  other.close()
  assert.equal(errors.length, 1)
  assert.match(String(errors[0]), /decisions of 'fraud' on entries 1 to 1 are damaged, so streams have a gap for them: .*checksum/)
  await own.close()
})

test('a malformed id is 400, an id of another log is a gap and starts with new events', async () => {
  assert.equal((await shop.app.inject({ url: '/events?after=x' })).statusCode, 400)
  assert.equal((await shop.app.inject({ url: '/events?model=fruad' })).statusCode, 404)
  const reader = await Reader.open(shop, '?after=999999.3')
  await reader.ids(1)
  const [{ event, data }] = reader.events
  assert.equal(event, 'gap')
  assert.match(data.why!, /another log/)
  reader.close()
  for (const text of ['0', '12.0', '3.40']) assert.equal(formatEventId(parseEventId(text)!), text)
})

test('readers are limited in number, and a reader that does not read is disconnected', async () => {
  const small = await listening({ bounds: { eventStreams: 2, eventBytes: 1 << 12 } })
  const slow = await Reader.open(small)
  const quick = await Reader.open(small)
  const third = await small.app.inject({ url: '/events' })
  assert.deepEqual([third.statusCode, third.headers['retry-after'], third.json<{ code: string }>().code], [503, '1', 'SPILL_OVERLOAD'])
  slow.response.pause()
  const closed = once(slow.response.socket, 'close')
  const batch = (from: number) => Array.from({ length: 2000 }, (_, i) => pay(from + i))
  let sent = 0
  while (!slow.response.socket.destroyed && sent < 100_000) {
    await posted(small.app, '/sources/payments/events', batch(sent))
    sent += 2000
    await quick.ids(sent)
    // The client notices the disconnect only when it reads.
    if ((await small.app.inject({ url: '/metrics' })).body.includes('spillway_event_streams 1')) break
  }
  assert.ok(sent < 100_000, 'cut off')
  slow.response.resume()
  await closed
  assert.equal(quick.events.length, sent)
  quick.close()
  await small.close()
})

test('a reader that took no bytes between two heartbeats is disconnected', () => {
  const done: string[] = []
  const response = {
    writableNeedDrain: false,
    writableLength: 0,
    write: (text: string) => done.push(text),
    destroy: () => done.push('cut off'),
    end: () => done.push('let go'),
    on: (_: string, drained: () => void) => (drain = drained),
  }
  let drain = (): void => {}
  let may = true
  const options = { filter: undefined, bufferMax: 1, isStillAuthorized: () => may }
  const subscriber = new Subscriber(response as unknown as ServerResponse, { batch: 0, row: Infinity }, options)
  const beat = (bytes: number): void => {
    Object.assign(response, { writableNeedDrain: bytes > 0, writableLength: bytes })
    subscriber.heartbeat()
  }
  for (const bytes of [0, 9, 0, 9, 5]) beat(bytes)
  drain()
  beat(7)
  assert.deepEqual(done.splice(0), [':\n\n', ':\n\n'], 'it took some, and all of it and more came')
  beat(7)
  assert.deepEqual(done.splice(0), ['cut off'])
  may = false
  beat(0)
  assert.deepEqual(done, ['let go'])
})

test('a reader that catches up slowly leaves no listeners', async () => {
  const response = new EventEmitter() as EventEmitter & { destroyed: boolean; write(): boolean }
  Object.assign(response, { destroyed: false, write: () => (setImmediate(() => response.emit('drain')), false) })
  const options = { filter: undefined, bufferMax: 1, isStillAuthorized: () => true }
  const subscriber = new Subscriber(response as unknown as ServerResponse, { batch: 0, row: Infinity }, options)
  const next = (after: number) => (after < 50 ? { number: after + 1, frames: () => Buffer.from('x') } : undefined)
  const before = response.eventNames().map(name => response.listenerCount(name))
  await subscriber.catchUp({ last: () => 50, next }, last => assert.equal(last, 50))
  assert.deepEqual(
    response.eventNames().map(name => response.listenerCount(name)),
    before,
  )
})

test('revoking a token ends its streams', async () => {
  const tokens = { count: 1, areRequired: true, ofRequest: () => token } as unknown as Tokens
  let token: StoredToken | undefined = { name: 'r', roles: ['read'], sha256: '', created: 0 }
  const own = await listening({ tokens, bounds: { heartbeatMs: 100 } })
  const reader = await Reader.open(own, '', { authorization: 'Bearer spw_x' })
  while (reader.beats === 0) await once(reader.response, 'data')
  token = undefined
  await once(reader.response, 'end')
  assert.equal((await own.app.inject({ url: '/events' })).statusCode, 401)
  await own.close()
})

test('HEAD of a stream, which has no end, is 405', async () => {
  const { statusCode, headers } = await shop.app.inject({ method: 'HEAD', url: '/events' })
  assert.deepEqual([statusCode, headers['allow']], [405, 'GET'])
})

test('a stopping server ends its streams', async () => {
  const own = await listening()
  const reader = await Reader.open(own)
  const ended = once(reader.response, 'end')
  await own.close()
  await ended
})

test('heartbeats come when nothing happens', async () => {
  const own = await listening({ bounds: { heartbeatMs: 20 } })
  const reader = await Reader.open(own)
  while (reader.beats < 2) await once(reader.response, 'data')
  reader.close()
  await own.close()
})

test('a reader whose first events cannot be read is disconnected, and not counted', () => {
  const errors: unknown[] = []
  const broken = new Error('no such table')
  const journal: Journal = { last: () => 0, next: () => undefined, oldest: () => assert.fail(), gapAfter: () => assert.fail(broken) }
  const stream = new EventStream(journal, defaultResourceLimits, error => errors.push(error))
  const response = new EventEmitter() as EventEmitter & { destroy(): void }
  Object.assign(response, { writeHead: () => {}, destroy: () => response.emit('close') })
  stream.add(response as unknown as ServerResponse, { position: undefined, filter: undefined })
  assert.deepEqual([errors, stream.readers], [[broken], 0])
  stream.close()
})
