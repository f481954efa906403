import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { test } from 'node:test'
import { FrameSplitter, type KafkaApi, kafkaApis, requestHeadOf } from './frames.ts'
import { KafkaProxy } from './kafka-proxy.ts'

/** A request with a correlation id, and some bytes behind its head. */
function requestOf(api: KafkaApi, id: number, bytes = 0): Buffer {
  const frame = Buffer.alloc(12 + bytes)
  frame.writeInt32BE(8 + bytes, 0)
  frame.writeInt16BE(kafkaApis[api], 4)
  frame.writeInt32BE(id, 8)
  return frame
}

/** Answers each request by its correlation id, and keeps the ids. */
class FakeBroker implements AsyncDisposable {
  readonly received: number[] = []
  readonly #server
  readonly #sockets = new Set<Socket>()

  private constructor(server: ReturnType<typeof createServer>) {
    this.#server = server
    server.on('connection', socket => {
      this.#sockets.add(socket)
      const splitter = new FrameSplitter()
      socket.on('error', () => {})
      socket.on('data', chunk => {
        for (const frame of splitter.add(chunk)) socket.write(this.#answer(frame))
      })
    })
  }

  static async start(): Promise<FakeBroker> {
    const server = createServer()
    await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
    return new FakeBroker(server)
  }

  #answer(frame: Buffer): Buffer {
    const { correlationId } = requestHeadOf(frame)
    this.received.push(correlationId)
    const answer = Buffer.alloc(8)
    answer.writeInt32BE(4, 0)
    answer.writeInt32BE(correlationId, 4)
    return answer
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise(done => this.#server.close(done))
  }
}

class FakeClient implements Disposable {
  readonly answers: number[] = []
  readonly closed: Promise<unknown>
  readonly #socket: Socket
  readonly #answered = new Map<number, () => void>()

  constructor(address: string) {
    const splitter = new FrameSplitter()
    this.#socket = connect({ host: '127.0.0.1', port: Number(address.split(':')[1]) })
    this.#socket.on('error', () => {})
    this.closed = once(this.#socket, 'close')
    this.#socket.on('data', chunk => {
      for (const frame of splitter.add(chunk)) {
        const id = frame.readInt32BE(4)
        this.answers.push(id)
        this.#answered.get(id)?.()
      }
    })
  }

  send(frame: Buffer): void {
    this.#socket.write(frame)
  }

  async call(frame: Buffer): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#answered.set(requestHeadOf(frame).correlationId, resolve)
    this.send(frame)
    await promise
  }

  [Symbol.dispose](): void {
    this.#socket.destroy()
  }
}

async function proxyOf(broker: FakeBroker): Promise<KafkaProxy> {
  const proxy = await KafkaProxy.listen()
  proxy.forwardTo(broker.port)
  return proxy
}

test('frames are found in chunks of any size', () => {
  const frames = [requestOf('Fetch', 1), requestOf('Produce', 2, 1000), requestOf('Fetch', 3, 1)]
  const bytes = Buffer.concat(frames)
  for (const size of [1, 3, 4, 5, 13, 100, bytes.length]) {
    const splitter = new FrameSplitter()
    const found: Buffer[] = []
    for (let at = 0; at < bytes.length; at += size) found.push(...splitter.add(bytes.subarray(at, at + size)))
    assert.deepEqual(found, frames, `chunks of ${size}`)
  }
})

test('requests and answers pass in order, and answers are counted by API', async () => {
  await using broker = await FakeBroker.start()
  await using proxy = await proxyOf(broker)
  using client = new FakeClient(proxy.address)
  client.send(Buffer.concat([requestOf('Fetch', 1), requestOf('Produce', 2, 100_000)]))
  await client.call(requestOf('Fetch', 3))
  assert.deepEqual(client.answers, [1, 2, 3])
  assert.deepEqual([proxy.answered('Fetch'), proxy.answered('Produce'), proxy.answered('EndTxn')], [2, 1, 0])
})

test('a request is lost: the broker does not get it, and the connection is cut', async () => {
  await using broker = await FakeBroker.start()
  await using proxy = await proxyOf(broker)
  using client = new FakeClient(proxy.address)
  const fault = proxy.plan({ api: 'EndTxn', kind: 'lose request', after: 1 })
  await client.call(requestOf('Produce', 1))
  await client.call(requestOf('EndTxn', 2))
  assert.ok(!fault.hasHappened)
  client.send(requestOf('EndTxn', 3))
  await Promise.all([fault.happened, client.closed])
  assert.deepEqual(
    [client.answers, broker.received],
    [
      [1, 2],
      [1, 2],
    ],
  )
  using next = new FakeClient(proxy.address)
  await next.call(requestOf('EndTxn', 4))
  assert.deepEqual(broker.received, [1, 2, 4])
})

test('an answer is lost: the broker has answered, and the client has no answer', async () => {
  await using broker = await FakeBroker.start()
  await using proxy = await proxyOf(broker)
  using client = new FakeClient(proxy.address)
  const fault = proxy.plan({ api: 'Produce', kind: 'lose answer' })
  client.send(requestOf('Produce', 1))
  await Promise.all([fault.happened, client.closed])
  assert.deepEqual([client.answers, broker.received, proxy.answered('Produce')], [[], [1], 1])
})

test('a request is sent on and its connection cut at once', async () => {
  await using broker = await FakeBroker.start()
  await using proxy = await proxyOf(broker)
  using client = new FakeClient(proxy.address)
  const fault = proxy.plan({ api: 'Produce', kind: 'cut' })
  client.send(requestOf('Produce', 1))
  await Promise.all([fault.happened, client.closed])
  assert.deepEqual(client.answers, [])
})

for (const kind of ['hold request', 'hold answer'] as const)
  test(`${kind}: everything behind it on the connection waits, other connections do not`, async () => {
    await using broker = await FakeBroker.start()
    await using proxy = await proxyOf(broker)
    using client = new FakeClient(proxy.address)
    using other = new FakeClient(proxy.address)
    const fault = proxy.plan({ api: 'Produce', kind })
    const before = client.call(requestOf('Fetch', 2))
    const held = client.call(requestOf('Produce', 3))
    const behind = client.call(requestOf('Fetch', 4))
    await Promise.all([before, fault.happened])
    await other.call(requestOf('Produce', 5))
    assert.deepEqual(client.answers, [2])
    assert.equal(broker.received.includes(3), kind === 'hold answer')
    fault.release()
    await Promise.all([held, behind])
    assert.deepEqual(client.answers, [2, 3, 4])
  })

test('a hold with a duration ends by itself', async () => {
  await using broker = await FakeBroker.start()
  await using proxy = await proxyOf(broker)
  using client = new FakeClient(proxy.address)
  proxy.plan({ api: 'Fetch', kind: 'hold request', ms: 1 })
  await client.call(requestOf('Fetch', 1))
  assert.deepEqual(broker.received, [1])
})

test('a late request reaches the broker after its client is gone, and other requests', async () => {
  await using broker = await FakeBroker.start()
  await using proxy = await proxyOf(broker)
  using client = new FakeClient(proxy.address)
  const fault = proxy.plan({ api: 'EndTxn', kind: 'late request' })
  client.send(requestOf('EndTxn', 1))
  await Promise.all([fault.happened, client.closed])
  using next = new FakeClient(proxy.address)
  await next.call(requestOf('Produce', 2))
  assert.deepEqual(broker.received, [2])
  fault.release()
  assert.equal((await fault.answer).readInt32BE(4), 1)
  assert.deepEqual(broker.received, [2, 1])
})

test('clients of a broker that is away are cut, also those of a late request', async () => {
  await using proxy = await KafkaProxy.listen()
  {
    using early = new FakeClient(proxy.address)
    await early.closed
  }
  // Nobody listens there.
  proxy.forwardTo(1)
  using client = new FakeClient(proxy.address)
  await client.closed
  await using broker = await FakeBroker.start()
  proxy.forwardTo(broker.port)
  using late = new FakeClient(proxy.address)
  const fault = proxy.plan({ api: 'EndTxn', kind: 'late request' })
  late.send(requestOf('EndTxn', 1))
  await fault.happened
  proxy.cutAll()
  fault.release()
  await assert.rejects(fault.answer, /the connection to the broker ended/)
  assert.deepEqual(broker.received, [])
})

test('a fault that is withdrawn does not happen', async () => {
  await using broker = await FakeBroker.start()
  await using proxy = await proxyOf(broker)
  using client = new FakeClient(proxy.address)
  const fault = proxy.plan({ api: 'Fetch', kind: 'lose request' })
  proxy.withdraw(fault)
  await client.call(requestOf('Fetch', 1))
  assert.ok(!fault.hasHappened)
})
