import assert from 'node:assert/strict'
import { test } from 'node:test'
import { delivery } from '../../test/action/receiver.ts'
import { MemoryCluster } from '../../test/kafka/memory-cluster.ts'
import { SilentBroker } from '../../test/kafka/silent-broker.ts'
import { limits } from '../base/limits.ts'
import { type KafkaDriver, KafkaError, type NewRecord } from '../kafka/index.ts'
import { openKafkaDriver } from '../kafka/open-driver.ts'
import { codeError } from '../kafka/platformatic/errors.ts'
import { testDestination } from '../testing/conformance/destination.ts'
import { kafkaDestination } from './kafka-destination.ts'
import { IDEMPOTENCY_HEADER } from './kafka-records.ts'

/** A driver that gives each call of `send` to the test, which ends it. */
class HeldSends {
  readonly calls: { readonly records: readonly NewRecord[]; readonly resolve: () => void; readonly reject: (error: unknown) => void }[] = []
  opened = 0
  closed = 0

  readonly open = (): KafkaDriver => {
    this.opened++
    return {
      send: (_topic: string, records: readonly NewRecord[]) =>
        new Promise<void>((resolve, reject) => this.calls.push({ records, resolve, reject })),
      close: async () => void this.closed++,
    } as unknown as KafkaDriver
  }

  /** The ids of the records of a call. */
  ids(call: number): string[] {
    return this.calls[call].records.map(({ headers }) => headers[IDEMPOTENCY_HEADER])
  }
}

const turn = (): Promise<void> => new Promise(resolve => void setImmediate(resolve))
const numbered = (i: number, body = `{"i":${i}}`) => delivery({ id: `a/${i}`, body })

{
  const cluster = new MemoryCluster()
  cluster.createTopic('alerts', 2)
  testDestination('a topic in memory', {
    open: () => kafkaDestination('alerts', () => cluster.driver()),
    received: () =>
      cluster.sent.map(({ headers, value }) => ({ id: headers[IDEMPOTENCY_HEADER], body: JSON.parse(String(value)) as unknown })),
    breakReceiver: () => {
      cluster.isAway = true
      return () => void (cluster.isAway = false)
    },
  })
}

test('deliveries that arrive in one turn share a batch, and those that arrive while it is under way the next one', async () => {
  const held = new HeldSends()
  const topic = kafkaDestination('alerts', held.open)
  const outcomes = [0, 1].map(i => topic.deliver(numbered(i)))
  await turn()
  outcomes.push(...[2, 3].map(i => topic.deliver(numbered(i))))
  await turn()
  assert.deepEqual(held.ids(0), ['a/0', 'a/1'])
  assert.equal(held.calls.length, 1)
  held.calls[0].resolve()
  await turn()
  assert.deepEqual(held.ids(1), ['a/2', 'a/3'])
  held.calls[1].resolve()
  assert.deepEqual(
    await Promise.all(outcomes),
    Array.from({ length: 4 }, () => ({ kind: 'acknowledged' })),
  )
  await topic.close()
  assert.deepEqual([held.opened, held.closed], [1, 1])
})

test('a batch holds no more bytes than a topic takes, but one record at least', async () => {
  const held = new HeldSends()
  const topic = kafkaDestination('alerts', held.open)
  const half = JSON.stringify('x'.repeat(limits.KAFKA_SEND_BYTES / 2 - 100))
  const huge = JSON.stringify('x'.repeat(limits.KAFKA_SEND_BYTES))
  const outcomes = ['1', half, half, half, huge, '2'].map((body, i) => topic.deliver(numbered(i, body)))
  await turn()
  for (let call = 0; call < 3; call++) {
    held.calls[call].resolve()
    await turn()
  }
  assert.deepEqual(
    held.calls.map((_, call) => held.ids(call)),
    [['a/0', 'a/1', 'a/2'], ['a/3'], ['a/4'], ['a/5']],
  )
  held.calls[3].resolve()
  await Promise.all(outcomes)
})

test('of a batch that is too large for the topic each record is sent by itself, and only the one that is too large is dead', async () => {
  const held = new HeldSends()
  const topic = kafkaDestination('alerts', held.open)
  const outcomes = [0, 1, 2].map(i => topic.deliver(numbered(i)))
  const oversized = new KafkaError('oversized', 'the broker answers: MESSAGE_TOO_LARGE')
  await turn()
  held.calls[0].reject(oversized)
  await turn()
  held.calls[1].resolve()
  await turn()
  held.calls[2].reject(oversized)
  await turn()
  held.calls[3].resolve()
  assert.deepEqual(await Promise.all(outcomes), [
    { kind: 'acknowledged' },
    { kind: 'failed', why: "topic 'alerts': the broker answers: MESSAGE_TOO_LARGE", final: true },
    { kind: 'acknowledged' },
  ])
  assert.deepEqual(
    [1, 2, 3].map(call => held.ids(call)),
    [['a/0'], ['a/1'], ['a/2']],
  )
})

test('a client that fails is closed, and the next delivery opens another', async () => {
  const held = new HeldSends()
  const topic = kafkaDestination('alerts', held.open)
  const first = topic.deliver(numbered(0))
  await turn()
  held.calls[0].reject(new KafkaError('unavailable', 'the thread of the client ended'))
  assert.deepEqual(await first, { kind: 'failed', why: "topic 'alerts': the thread of the client ended" })
  const second = topic.deliver(numbered(0))
  await turn()
  held.calls[1].reject(new KafkaError('denied', 'TOPIC_AUTHORIZATION_FAILED'))
  assert.deepEqual(await second, { kind: 'failed', why: "topic 'alerts': TOPIC_AUTHORIZATION_FAILED" })
  const third = topic.deliver(numbered(0))
  await turn()
  held.calls[2].resolve()
  assert.deepEqual(await third, { kind: 'acknowledged' })
  assert.deepEqual([held.opened, held.closed], [2, 1])
})

test('a client that cannot be opened fails the delivery', async () => {
  const topic = kafkaDestination('alerts', () => {
    throw new Error('Kafka needs the package @platformatic/kafka: npm install @platformatic/kafka')
  })
  const expected = { kind: 'failed', why: "topic 'alerts': Kafka needs the package @platformatic/kafka: npm install @platformatic/kafka" }
  assert.deepEqual(await topic.deliver(numbered(0)), expected)
  assert.deepEqual(await topic.deliver(numbered(1)), expected)
  await topic.close()
})

test('a delivery whose deadline has passed while it waited is not sent', async () => {
  const held = new HeldSends()
  const topic = kafkaDestination('alerts', held.open)
  const first = topic.deliver(numbered(0))
  await turn()
  const aborter = new AbortController()
  const second = topic.deliver({ ...numbered(1), signal: aborter.signal })
  aborter.abort()
  held.calls[0].resolve()
  assert.deepEqual(await Promise.all([first, second]), [
    { kind: 'acknowledged' },
    { kind: 'failed', why: 'its deadline had passed before it was sent' },
  ])
  assert.equal(held.calls.length, 1)
})

test('a record has the key as other producers write it, and headers with the idempotency key, the action and the trace', async () => {
  const held = new HeldSends()
  const topic = kafkaDestination('alerts', held.open)
  const trace = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', tracestate: 'vendor=1' }
  void topic.deliver({ ...delivery({ id: 'a/1', key: '"card 7"', body: '{"score":0.9}' }), trace })
  await turn()
  held.calls[0].resolve()
  await turn()
  void topic.deliver({ id: 'd/1', key: '{"a":1}', body: '{}', attempt: 2 })
  await turn()
  held.calls[1].resolve()
  const headers = { [IDEMPOTENCY_HEADER]: 'a/1', 'spillway-action': 'page', ...trace }
  assert.deepEqual(
    held.calls.flatMap(({ records }) => records),
    [
      { key: 'card 7', value: '{"score":0.9}', headers },
      { key: '{"a":1}', value: '{}', headers: { [IDEMPOTENCY_HEADER]: 'd/1' } },
    ],
  )
})

test('acks that a topic refuses, and a right that is revoked, fail the delivery, which may be tried again', async () => {
  const held = new HeldSends()
  const topic = kafkaDestination('alerts', held.open)
  // NOT_ENOUGH_REPLICAS, the same after the append, INVALID_REQUIRED_ACKS, TOPIC_AUTHORIZATION_FAILED.
  for (const [call, [code, id]] of (
    [
      [19, 'NOT_ENOUGH_REPLICAS'],
      [20, 'NOT_ENOUGH_REPLICAS_AFTER_APPEND'],
      [21, 'INVALID_REQUIRED_ACKS'],
      [29, 'TOPIC_AUTHORIZATION_FAILED'],
    ] as const
  ).entries()) {
    const outcome = topic.deliver(numbered(1))
    await turn()
    held.calls[call].reject(codeError(code, 'the broker answers'))
    const { kind, why, final } = (await outcome) as { readonly kind: string; readonly why: string; readonly final?: boolean }
    assert.deepEqual([kind, final], ['failed', undefined])
    assert.match(why, new RegExp(`^topic 'alerts': the broker answers: ${id}: `))
    assert.deepEqual(held.ids(call), ['a/1'])
  }
  const last = topic.deliver(numbered(1))
  await turn()
  held.calls[4].resolve()
  assert.deepEqual(await last, { kind: 'acknowledged' })
  await topic.close()
})

test('a broker that never answers, or sends a byte now and then, fails the delivery', async () => {
  const isFailed = async (everyMs: number | undefined, reason: RegExp): Promise<void> => {
    await using broker = await SilentBroker.start(everyMs)
    const topic = kafkaDestination('alerts', () => openKafkaDriver({ brokers: [broker.address], clientId: 'test', requestMs: 100 }))
    const outcome = (await topic.deliver(numbered(1))) as { readonly kind: string; readonly why: string; readonly final?: boolean }
    assert.deepEqual([outcome.kind, outcome.final], ['failed', undefined])
    assert.match(outcome.why, reason)
    await topic.close()
  }
  await Promise.all([
    isFailed(undefined, /^topic 'alerts': the records were not acknowledged within 200 ms$/),
    isFailed(20, /^topic 'alerts': /),
  ])
})
