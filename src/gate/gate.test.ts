/** A gate over all partitions of its topics: errors that end it, and those after which it begins anew. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { appendRaw, clusterWith, gateOf, payments, topics } from '../../test/gate/memory-gate.ts'
import { changedDriver } from '../../test/kafka/changed-driver.ts'
import { TransactionCluster } from '../../test/gate/transaction-cluster.ts'
import { yieldToEventLoop } from '../base/clock.ts'
import { type KafkaDriver, KafkaError } from '../kafka/port/driver.ts'
import { javaPartition } from '../kafka/java-partition.ts'
import { codeError } from '../kafka/platformatic/errors.ts'

const never = new AbortController().signal
const raw = (id: number) => `{"id":"${id}","card":"c","at":1}`

test('a record whose key belongs to another partition is rejected', async () => {
  const cards = Array.from({ length: 20 }, (_, i) => `c${i}`)
  const cluster = clusterWith(cards.map(card => JSON.stringify({ id: '1', card, at: 1 })))
  const gate = gateOf(() => cluster.driver())
  await gate.run(never)
  const { accepted, rejected } = gate.counts
  assert.deepEqual([accepted + rejected, cluster.committed('checked', 0).length], [20, accepted])
  assert.ok(accepted > 0 && rejected > 0)
  for (const { record } of cluster.committed('rejected', 0)) assert.equal(record.headers['spillway-reason'], 'key')
})

test('topics with different numbers of partitions are rejected', async () => {
  const driver = clusterWith([]).driver()
  const describe = async (topic: string) => ({ cluster: 'memory', id: topic, partitions: topic === 'raw' ? 6 : 3 })
  await assert.rejects(gateOf(() => ({ ...driver, describe, close: async () => {} })).run(never), {
    code: 'SPILL_INPUT',
    message: 'the topics of a gate have equal numbers of partitions: raw has 6, checked has 3, rejected has 3',
  })
})

test('a gate ends once a topic has another number of partitions', async () => {
  const cluster = clusterWith(['{"id":"1","card":"c","at":1}'], 1)
  const gate = gateOf(() => cluster.driver(), { once: false, topicCheckMs: 1 })
  const ended = assert.rejects(gate.run(never), {
    code: 'SPILL_INPUT',
    message: /^the topics had 1 partitions each when the gate started: raw has 2, checked has 1, rejected has 1 now\. Keys have other/,
  })
  while (gate.counts.accepted === 0) await yieldToEventLoop()
  cluster.addPartition('raw')
  await ended
  assert.equal(cluster.committed('checked', 0).length, 1)
})

test('topics that had another number of partitions are not gone on with', async () => {
  const cards = Array.from({ length: 20 }, (_, i) => `c${i}`)
  const cluster = clusterWith(
    cards.map(card => JSON.stringify({ id: '1', card, at: 1 })),
    1,
  )
  await gateOf(() => cluster.driver()).run(never)
  assert.equal(cluster.committed('checked', 0).length, 20)
  for (const topic of Object.values(topics)) cluster.addPartition(topic)
  await assert.rejects(gateOf(() => cluster.driver()).run(never), {
    code: 'SPILL_INPUT',
    message:
      /^kafka:checked#0 offset \d+ has a key that belongs to another partition: the topic had another number of partitions .* --checked checked\.v2 --rejected rejected\.v2$/,
  })
})

test('a source with an identity, a missing topic and a cluster that is away at the start end the gate', async () => {
  const revised = { ...payments, identity: ['id'], revisable: 1000 }
  await assert.rejects(gateOf(() => clusterWith([]).driver(), { source: revised }).run(never), { code: 'SPILL_UNSUPPORTED' })
  for (const kind of ['missing', 'unavailable'] as const) {
    const describe = () => Promise.reject(new KafkaError(kind, `the reason is ${kind}`))
    await assert.rejects(gateOf(() => ({ describe, close: async () => {} }) as unknown as KafkaDriver).run(never), {
      code: 'SPILL_SOURCE',
      message: `kafka:raw source 'payments': the reason is ${kind}`,
    })
  }
})

test('once it has worked, a cluster that is away is waited for', async () => {
  const cluster = clusterWith(['{"id":"1","card":"c","at":1}'], 1)
  let requests = 0
  cluster.fateOf = () => (++requests > 4 && requests < 8 ? 'lost' : 'ok')
  const reports: string[] = []
  const gate = gateOf(() => cluster.driver(), { onReport: report => reports.push(report) })
  await gate.run(never)
  assert.equal(cluster.committed('checked', 0).length, 1)
  assert.match(reports[0], /^begins anew from what the topics say: the connection was cut$/)
})

test('a token that its issuer does not give ends a gate that starts; once it has worked, it waits and says so', async () => {
  const absent = new KafkaError('no-credentials', 'broker b:9092: sasl.token was not there within 8 s (KAFKA_TOKEN_MS)')
  const cluster = clusterWith([raw(1)], 1)
  const describe = () => Promise.reject(absent)
  await assert.rejects(gateOf(() => changedDriver(cluster.driver(), { describe })).run(never), {
    code: 'SPILL_SOURCE',
    message: `kafka:raw source 'payments': ${absent.message}`,
  })
  const trouble: { write?: KafkaError } = { write: absent }
  const reports: string[] = []
  let openings = 0
  // A file with a secret that is being replaced has no driver at all.
  const open = (): KafkaDriver => {
    if (++openings === 2) throw absent
    return troubledDriver(cluster, trouble)
  }
  const gate = gateOf(open, { onReport: report => reports.push(report) })
  const ended = gate.run(never)
  while (reports.length < 2) await yieldToEventLoop()
  const report = `begins anew from what the topics say: ${absent.message}`
  assert.deepEqual(reports, [report, report])
  assert.equal(gate.problem, report)
  delete trouble.write
  await ended
  assert.equal(cluster.committed('checked', 0).length, 1)
})

test('a topic that rejects what a gate writes ends it, and the error names the topic', async () => {
  const cluster = clusterWith([raw(1), 'no json'], 1)
  cluster.compacted.add('rejected')
  await assert.rejects(gateOf(() => cluster.driver(), { once: false }).run(never), {
    code: 'SPILL_SOURCE',
    message: "kafka:raw source 'payments': topic 'rejected': INVALID_RECORD",
  })
  cluster.compacted.clear()
  const gate = gateOf(() => cluster.driver())
  await gate.run(never)
  assert.deepEqual([cluster.committed('checked', 0).length, cluster.committed('rejected', 0).length], [1, 1])
})

test('a gate that another one has fenced ends with SPILL_FENCED', async () => {
  const cluster = clusterWith(['{"id":"1","card":"c","at":1}'], 1)
  const first = gateOf(() => cluster.driver(), { once: false })
  const ended = assert.rejects(first.run(never), {
    code: 'SPILL_FENCED',
    message: /another gate writes topic 'checked' now; this one ends/,
  })
  while (first.counts.accepted === 0) await new Promise(resolve => void setImmediate(resolve))
  await gateOf(() => cluster.driver()).run(never)
  appendRaw(cluster, 'no json')
  await ended
  assert.equal(cluster.committed('rejected', 0).length, 0)
  await gateOf(() => cluster.driver()).run(never)
  assert.equal(cluster.committed('rejected', 0).length, 1)
})

test('another gate, or a run, that reads the same raw topic leaves no record of it out', async () => {
  const cluster = new TransactionCluster([...Object.values(topics), 'checked.v2', 'rejected.v2'], 1)
  for (let i = 0; i < 3; i++) appendRaw(cluster, '{"id":"1","card":"c","at":1}')
  // A run stores its offsets in this group unless it is configured otherwise.
  cluster.groupOffsets.set('spillway 0', 3)
  await gateOf(() => cluster.driver()).run(never)
  await gateOf(() => cluster.driver(), { checked: 'checked.v2', rejected: 'rejected.v2' }).run(never)
  assert.deepEqual([...cluster.groupOffsets.keys()].toSorted(), ['spillway 0', 'spillway-gate-checked 0', 'spillway-gate-checked.v2 0'])
  for (const topic of ['checked', 'checked.v2']) assert.equal(cluster.committed(topic, 0).length, 1)
})

/** A driver whose writes of transactions, or fetches of the raw topic, fail while they have an error. */
function troubledDriver(cluster: TransactionCluster, trouble: { write?: KafkaError; fetch?: KafkaError }): KafkaDriver {
  const driver = cluster.driver()
  return changedDriver(driver, {
    transactions(id) {
      const writer = driver.transactions(id)
      return { ...writer, write: records => (trouble.write ? Promise.reject(trouble.write) : writer.write(records)) }
    },
    fetch(topic, options) {
      const fetch = driver.fetch(topic, options)
      const next = fetch.next.bind(fetch)
      if (topic === 'raw') fetch.next = () => (trouble.fetch ? Promise.reject(trouble.fetch) : next())
      return fetch
    },
  })
}

test('while a topic refuses acks the gate says so and writes nothing; then each record is decided once', async () => {
  for (const code of [19, 20]) {
    const cluster = clusterWith([raw(1), raw(2)], 1)
    const trouble: { write?: KafkaError } = { write: codeError(code, 'the broker answers') }
    const reports: string[] = []
    const gate = gateOf(() => troubledDriver(cluster, trouble), { onReport: report => reports.push(report) })
    const ended = gate.run(never)
    while (reports.length < 2) await new Promise(resolve => void setImmediate(resolve))
    assert.match(reports[0], /^begins anew from what the topics say: the broker answers: NOT_ENOUGH_REPLICAS/)
    assert.equal(cluster.committed('checked', 0).length, 0)
    delete trouble.write
    await ended
    assert.deepEqual(
      cluster.committed('checked', 0).map(({ record }) => (JSON.parse(String(record.value)) as { readonly id: string }).id),
      ['1', '2'],
    )
  }
})

/** A driver whose transactions of partition 0 fail, and those of partition 1 have no outcome. */
function stuckDriver(cluster: TransactionCluster): KafkaDriver {
  const driver = cluster.driver()
  const transactions: KafkaDriver['transactions'] = id => {
    const write = (): Promise<void> => (id.endsWith('/0') ? Promise.reject(new KafkaError('unavailable', 'away')) : new Promise(() => {}))
    return { ...driver.transactions(id), write }
  }
  return changedDriver(driver, { transactions })
}

test('a client that is stuck in a transaction holds up neither a gate that begins anew nor one that stops', async () => {
  const cards = Array.from({ length: 20 }, (_, i) => `c${i}`)
  const cluster = clusterWith([], 2)
  for (const card of cards) appendRaw(cluster, JSON.stringify({ id: '1', card, at: 1 }), javaPartition(Buffer.from(card), 2))
  let isStuck = true
  const reports: string[] = []
  const onReport = (report: string): void => {
    isStuck = false
    reports.push(report)
  }
  await gateOf(() => (isStuck ? stuckDriver(cluster) : cluster.driver()), { onReport }).run(never)
  assert.deepEqual(reports, ['begins anew from what the topics say: away'])
  assert.equal(cluster.committed('checked', 0).length + cluster.committed('checked', 1).length, cards.length)

  const other = clusterWith([], 2)
  appendRaw(other, JSON.stringify({ id: '1', card: cards.find(card => javaPartition(Buffer.from(card), 2) === 1), at: 1 }), 1)
  await gateOf(() => stuckDriver(other)).run(AbortSignal.timeout(100))
  assert.equal(other.committed('checked', 1).length, 0)
})

test('a right that is revoked while it works, and raw records that retention deleted, end a gate; a start goes on where it was', async () => {
  const denied = new KafkaError('denied', 'TOPIC_AUTHORIZATION_FAILED')
  const deleted = new KafkaError('out-of-range', 'partition 0 has no offset 2', { place: { partition: 0, offset: 2 } })
  for (const trouble of [{ write: denied }, { fetch: denied }, { fetch: deleted }]) {
    const cluster = clusterWith([raw(1), raw(2)], 1)
    await gateOf(() => cluster.driver()).run(never)
    cluster.append({ topic: 'raw', partition: 0, key: undefined, value: raw(3), headers: {}, timestamp: 0 })
    const [error] = Object.values(trouble)
    await assert.rejects(gateOf(() => troubledDriver(cluster, trouble)).run(never), {
      code: 'SPILL_SOURCE',
      message: `kafka:raw source 'payments': ${error.message}`,
    })
    assert.equal(cluster.committed('checked', 0).length, 2)
    await gateOf(() => cluster.driver()).run(never)
    assert.equal(cluster.committed('checked', 0).length, 3)
  }
})
