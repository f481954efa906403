/** A gate whose raw topic is deleted and made again: its offsets begin at 0 again, and no record is left out silently. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { appendRaw, clusterWith, gateOf } from '../../test/gate/memory-gate.ts'
import type { TransactionCluster } from '../../test/gate/transaction-cluster.ts'
import { changedDriver } from '../../test/kafka/changed-driver.ts'
import { yieldToEventLoop } from '../base/clock.ts'
import type { KafkaDriver } from '../kafka/port/driver.ts'

const never = new AbortController().signal
const event = (id: string): string => `{"id":"${id}","card":"c","at":1}`

/** Deletes the raw topic and makes it again, with new events. */
function recreateRaw(cluster: TransactionCluster, ids: readonly string[]): void {
  cluster.deleteTopic('raw')
  cluster.createTopic('raw', 1)
  for (const id of ids) appendRaw(cluster, event(id))
}

const idsIn = (cluster: TransactionCluster, topic: string): string[] =>
  cluster.committed(topic, 0).map(({ record }) => (JSON.parse(String(record.value)) as { readonly id: string }).id)

const headersIn = (cluster: TransactionCluster, topic: string) => cluster.committed(topic, 0).map(({ record }) => record.headers)

const ID = '[\\w-]{22}'
const newTopics = String.raw`it was deleted and made again, so its offsets began at 0 again\. A gate that went on would leave records of it out, so it needs new topics: --checked checked\.v2 --rejected rejected\.v2$`

test('a gate that was stopped while its raw topic was deleted and made again ends with SPILL_INPUT, and new topics have all records', async () => {
  for (const [topic, value, offset] of [
    ['checked', event('a'), 0],
    ['rejected', 'no json', 0],
  ] as const) {
    const cluster = clusterWith([value], 1)
    await gateOf(() => cluster.driver()).run(never)
    const [headers] = headersIn(cluster, topic)
    assert.match(headers['spillway-raw-topic'], new RegExp(`^${ID}$`))
    // Fewer records than before, as many, and more.
    for (const ids of [[], ['n1'], ['n1', 'n2', 'n3']]) {
      recreateRaw(cluster, ids)
      await assert.rejects(gateOf(() => cluster.driver()).run(never), {
        code: 'SPILL_INPUT',
        message: new RegExp(
          String.raw`^kafka:${topic}#0 offset ${offset} is of the raw topic with id ${headers['spillway-raw-topic']}, and topic 'raw' has id ${ID}: ${newTopics}`,
        ),
      })
      assert.equal(cluster.committed(topic, 0).length, 1)
    }
    for (const name of ['checked.v2', 'rejected.v2']) cluster.createTopic(name, 1)
    await gateOf(() => cluster.driver(), { checked: 'checked.v2', rejected: 'rejected.v2' }).run(never)
    assert.deepEqual(idsIn(cluster, 'checked.v2'), ['n1', 'n2', 'n3'])
  }
})

test('without ids of topics, and behind records that name none, a gate goes on', async () => {
  const cluster = clusterWith([event('a')], 1)
  const idless = (): KafkaDriver => {
    const driver = cluster.driver()
    const describe: KafkaDriver['describe'] = async topic => ({
      ...(await driver.describe(topic)),
      id: '00000000-0000-0000-0000-000000000000',
    })
    const fetch: KafkaDriver['fetch'] = (topic, { isCommittedOnly, maxBytes }) => driver.fetch(topic, { isCommittedOnly, maxBytes })
    return changedDriver(driver, { describe, fetch })
  }
  await gateOf(idless).run(never)
  assert.deepEqual(Object.keys(headersIn(cluster, 'checked')[0]), ['spillway-raw-offset', 'spillway-raw-row', 'spillway-ingested'])
  appendRaw(cluster, event('b'))
  await gateOf(() => cluster.driver()).run(never)
  appendRaw(cluster, event('c'))
  await gateOf(idless).run(never)
  assert.deepEqual(idsIn(cluster, 'checked'), ['a', 'b', 'c'])
})

test('an offset of the group behind the end of the raw topic ends a gate with SPILL_INPUT', async () => {
  const cluster = clusterWith([event('a'), event('b')], 1)
  const { groupOffsets } = cluster.topic('raw')
  groupOffsets.set('spillway-gate-checked 0', 3)
  await assert.rejects(gateOf(() => cluster.driver()).run(never), {
    code: 'SPILL_INPUT',
    message:
      /^kafka:raw#0 offset 3 is where the gate goes on, and the partition ends at offset 2: the raw topic was deleted and made again, or lost its last records\. A gate that went on .* --checked checked\.v2 --rejected rejected\.v2$/,
  })
  groupOffsets.set('spillway-gate-checked 0', 2)
  await gateOf(() => cluster.driver()).run(never)
  assert.equal(cluster.committed('checked', 0).length, 0)
})

/** A driver that reads the raw topic by its name, as brokers before Kafka 3.1 do: a fetch at an offset that the new topic has not waits for it. */
function namedDriver(cluster: TransactionCluster): KafkaDriver {
  const driver = cluster.driver()
  const fetch: KafkaDriver['fetch'] = (topic, options) => {
    const fetched = driver.fetch(topic, options)
    if (topic !== 'raw') return fetched
    let reads = 0
    const next = (): ReturnType<typeof fetched.next> => (reads++ === 0 ? fetched.next() : new Promise(() => {}))
    return { next, assign: fetched.assign.bind(fetched), revoke: () => {}, close: () => fetched.close() }
  }
  return changedDriver(driver, { fetch })
}

test('a gate under which the raw topic is deleted and made again ends with SPILL_INPUT, also where brokers read a topic by its name', async () => {
  for (const driverOf of [(cluster: TransactionCluster) => cluster.driver(), namedDriver]) {
    const cluster = clusterWith([event('a'), event('a')], 1)
    const reports: string[] = []
    const gate = gateOf(() => driverOf(cluster), { once: false, topicCheckMs: 1, onReport: report => reports.push(report) })
    const ended = assert.rejects(gate.run(never), {
      code: 'SPILL_INPUT',
      message: new RegExp(String.raw`^kafka:raw#0 offset 2 is of the raw topic with id ${ID}, and topic 'raw' has id ${ID}: ${newTopics}`),
    })
    while (gate.counts.duplicates === 0 || cluster.topic('raw').groupOffsets.size === 0) await yieldToEventLoop()
    recreateRaw(cluster, ['n1', 'n2', 'n3'])
    await ended
    assert.deepEqual(reports, ["begins anew from what the topics say: topic 'raw' was deleted and made again"])
    assert.deepEqual(idsIn(cluster, 'checked'), ['a'])
  }
})

test('a gate that has decided nothing goes on with a raw topic that is made again under it', async () => {
  const cluster = clusterWith([], 1)
  const stop = new AbortController()
  const gate = gateOf(() => cluster.driver(), { once: false })
  const ended = gate.run(stop.signal)
  while (gate.problem !== undefined) await yieldToEventLoop()
  recreateRaw(cluster, ['n1', 'n2'])
  while (gate.counts.accepted < 2) await yieldToEventLoop()
  stop.abort()
  await ended
  assert.deepEqual(idsIn(cluster, 'checked'), ['n1', 'n2'])
})
