/**
 * The contract of a Kafka driver as tests, one for each clause: properties that the port promises, for any cluster and any client. An
 * implementation registers them with a cluster of its own.
 */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after } from 'node:test'
import * as fc from 'fast-check'
import type { NewRecord } from '../../src/kafka/port/driver.ts'
import { javaPartition } from '../../src/kafka/java-partition.ts'
import { openWriter } from '../../src/kafka/port/open-writer.ts'
import { clause, type ContractCluster, type ContractSuite } from './contract-cluster.ts'
import { fetchClauses } from './contract-fetch.ts'
import { memberClauses } from './contract-members.ts'
import { ContractReader, rejectsAs } from './contract-reader.ts'
import { transactionClauses } from './contract-transactions.ts'

/** Registers the clauses for the drivers of a cluster. */
export function driverContract(name: string, cluster: ContractCluster): void {
  const driver = cluster.open()
  after(() => driver.close())
  const suite: ContractSuite = { name, cluster, driver }
  topicClauses(suite)
  offsetClauses(suite)
  sendClauses(suite)
  fetchClauses(suite)
  groupClauses(suite)
  for (const protocol of cluster.protocols) memberClauses(suite, protocol)
  if (cluster.begin) transactionClauses(suite, cluster.begin)
}

function topicClauses(suite: ContractSuite): void {
  const { driver, cluster } = suite
  clause(suite, 'a topic is described with its partitions and an id of its own, the same to each driver', async context => {
    const other = cluster.open()
    context.after(() => other.close())
    const [first, second] = [await cluster.createTopic(3), await cluster.createTopic(1)]
    const described = await driver.describe(first)
    assert.equal(described.partitions, 3)
    assert.deepEqual(await other.describe(first), described)
    const { id, cluster: clusterId, partitions } = await driver.describe(second)
    assert.notEqual(id, described.id)
    assert.deepEqual({ clusterId, partitions }, { clusterId: described.cluster, partitions: 1 })
  })

  clause(suite, 'a topic that does not exist is missing, and its offsets are', async () => {
    await rejectsAs(driver.describe('absent'), 'missing')
    for (const query of ['earliest', 'latest', 'stable', 7] as const) await rejectsAs(driver.offsets('absent', [0], query), 'missing')
  })

  if (cluster.recreateTopic)
    clause(suite, 'a topic that was deleted and made again has another id', async () => {
      const topic = await cluster.createTopic(2)
      await cluster.append(topic, 1, 'a')
      const { id } = await driver.describe(topic)
      await cluster.recreateTopic!(topic, 3)
      const described = await driver.describe(topic)
      assert.notEqual(described.id, id)
      assert.equal(described.partitions, 3)
      assert.deepEqual(await driver.offsets(topic, [1], 'latest'), new Map([[1, 0]]))
    })
}

const queries = ['earliest', 'latest', 'stable'] as const

function offsetClauses(suite: ContractSuite): void {
  const { driver, cluster } = suite
  clause(suite, 'offsets are those of the requested partitions: the first one, and the one behind the last', async () => {
    const topic = await cluster.createTopic(3)
    for (const query of [...queries, 7]) assert.deepEqual(await driver.offsets(topic, [1], query), new Map([[1, 0]]))
    await cluster.append(topic, 0, 'a')
    await cluster.append(topic, 2, 'b')
    await cluster.append(topic, 2, 'c')
    const offsetsOf = async (query: (typeof queries)[number]) =>
      [...(await driver.offsets(topic, [2, 0], query))].toSorted(([a], [b]) => a - b)
    assert.deepEqual(await offsetsOf('earliest'), [
      [0, 0],
      [2, 0],
    ])
    for (const query of ['latest', 'stable'] as const)
      assert.deepEqual(await offsetsOf(query), [
        [0, 1],
        [2, 2],
      ])
  })

  clause(suite, 'no partitions have no offsets', async () => {
    const topic = await cluster.createTopic(1)
    for (const query of [...queries, 7]) assert.deepEqual(await driver.offsets(topic, [], query), new Map())
    assert.deepEqual(await driver.groupOffsets(`group-${randomUUID()}`, topic, []), new Map())
  })

  clause(suite, 'the offset of a time is that of the first record of that time or later, in whatever order times are', async () => {
    const time = fc.integer({ min: 1, max: 9 })
    const samples = fc.sample(fc.array(time, { maxLength: 5 }), 12)
    const topic = await cluster.createTopic(samples.length)
    for (const [partition, times] of samples.entries())
      for (const timestamp of times) await cluster.append(topic, partition, 'v', timestamp)
    const partitions = [...samples.keys()]
    for (let query = 0; query <= 10; query++) {
      const first = samples.map(times => times.findIndex(each => each >= query))
      assert.deepEqual(
        await driver.offsets(topic, partitions, query),
        new Map(partitions.map(partition => [partition, first[partition] < 0 ? samples[partition].length : first[partition]])),
        `at ${query} of ${JSON.stringify(samples)}`,
      )
    }
  })

  clause(suite, 'the offset of a time before 1970 is that of the first record', async () => {
    const topic = await cluster.createTopic(1)
    for (const timestamp of [5, 3, 7]) await cluster.append(topic, 0, 'v', timestamp)
    for (const query of [-1, -2, -3, -4, -1000]) assert.deepEqual(await driver.offsets(topic, [0], query), new Map([[0, 0]]), String(query))
  })

  clause(suite, 'the offset of a partition that does not exist is unavailable', async () => {
    const topic = await cluster.createTopic(1)
    for (const query of [...queries, 7]) await rejectsAs(driver.offsets(topic, [0, 1], query), 'unavailable')
  })
}

/** Names that are no numbers: the order of those in an object is another. */
const headers = fc.dictionary(fc.constantFrom('a', 'b-c', 'ü'), fc.string({ unit: 'grapheme' }), { noNullPrototype: true })
const keys = fc.option(fc.string({ unit: 'grapheme' }), { nil: undefined })

/** Records of a few keys. */
const batch = fc
  .tuple(fc.array(keys, { minLength: 1, maxLength: 4 }), fc.array(fc.tuple(fc.nat(), headers), { minLength: 1, maxLength: 8 }))
  .map(([some, rest]) => rest.map(([n, names]): NewRecord => ({ key: some[n % some.length], value: '', headers: names })))

function sendClauses(suite: ContractSuite): void {
  const { driver, cluster } = suite
  clause(suite, "records are in the partition that Java's client chooses, in the order in which they were sent", async () => {
    const topic = await cluster.createTopic(3)
    const batches = fc.sample(batch, 20).map((records, n) => records.map((record, i) => ({ ...record, value: `${n}/${i}: grün` })))
    for (const records of batches) await driver.send(topic, records)
    const sent = Map.groupBy(batches.flat(), ({ key }) => (key === undefined ? 0 : javaPartition(Buffer.from(key), 3)))
    const reader = new ContractReader(driver, topic).assign(0).assign(1).assign(2)
    const read = Map.groupBy(await reader.read(batches.flat().length), ({ partition }) => partition)
    for (const partition of [0, 1, 2])
      assert.deepEqual(
        (read.get(partition) ?? []).map(({ key, value, headers }) => (cluster.hasKeys ? { key, value, headers } : { value })),
        (sent.get(partition) ?? []).map(({ key, value, headers }) => (cluster.hasKeys ? { key, value, headers } : { value })),
      )
    await reader.close()
  })

  clause(suite, 'records are in their topic once they were sent, with any bytes', async () => {
    const topic = await cluster.createTopic(2)
    const values = [Uint8Array.from({ length: 256 }, (_, i) => i), '', new Uint8Array(0), 'text']
    for (const [i, value] of values.entries()) {
      await driver.send(topic, [{ key: undefined, value, headers: {} }])
      assert.equal((await driver.offsets(topic, [0], 'latest')).get(0), i + 1)
      const fetch = driver.fetch(topic, { isCommittedOnly: false, maxBytes: 1 << 20 })
      fetch.assign(0, { offset: i, epoch: -1 })
      const { bytes, values: ranges } = (await fetch.next())!.records
      assert.deepEqual(bytes.subarray(ranges[0], ranges[1]), Buffer.from(value))
      await fetch.close()
    }
  })

  clause(suite, 'records cannot be sent to a topic that does not exist', async () => {
    await rejectsAs(driver.send('absent', [{ key: 'k', value: 'v', headers: {} }]), 'missing')
  })

  if (cluster.createLimitedTopic)
    clause(suite, 'a batch that is too large for its topic is oversized, and the next one is written', async () => {
      const topic = await cluster.createLimitedTopic!(2000)
      const small = { key: 'k', value: 'small', headers: {} }
      await driver.send(topic, [small])
      await rejectsAs(driver.send(topic, [{ ...small, value: 'x'.repeat(3000) }]), 'oversized')
      await driver.send(topic, [small])
      const reader = new ContractReader(driver, topic).assign(0)
      assert.deepEqual(await reader.values(2), ['small', 'small'])
      await reader.close()
    })

  if (cluster.createCompactedTopic)
    clause(suite, 'a compacted topic rejects a record without a key, and the error names it', async () => {
      const topic = await cluster.createCompactedTopic!()
      const record = { key: undefined, value: 'v', headers: {} }
      const rejection = { kind: 'rejected', message: new RegExp(`^topic '${topic}': INVALID_RECORD`) }
      await assert.rejects(driver.send(topic, [record]), rejection)
      const writer = driver.transactions(`writer-${randomUUID()}`)
      await openWriter(writer)
      await assert.rejects(writer.write([{ ...record, topic, partition: 0, timestamp: 1 }]), rejection)
      await openWriter(writer)
      await writer.write([{ ...record, key: 'k', topic, partition: 0, timestamp: Date.now() }])
      await writer.close()
    })
}

function groupClauses(suite: ContractSuite): void {
  const { driver, cluster } = suite
  clause(suite, 'a group has the offsets that were committed last, for its topic alone', async context => {
    const other = cluster.open()
    context.after(() => other.close())
    const [topic, second] = [await cluster.createTopic(3), await cluster.createTopic(3)]
    const group = `group-${randomUUID()}`
    const stored = (of = topic, name = group) => other.groupOffsets(name, of, [0, 1, 2])
    assert.deepEqual(await stored(), new Map())
    await driver.commitOffsets(
      group,
      topic,
      new Map([
        [0, 5],
        [2, 0],
      ]),
    )
    assert.deepEqual(
      [...(await stored())].toSorted(([a], [b]) => a - b),
      [
        [0, 5],
        [2, 0],
      ],
    )
    assert.deepEqual(await other.groupOffsets(group, topic, [1, 2]), new Map([[2, 0]]))
    await driver.commitOffsets(group, topic, new Map([[0, 3]]))
    assert.equal((await stored()).get(0), 3)
    assert.deepEqual(await stored(second), new Map())
    assert.deepEqual(await stored(topic, `group-${randomUUID()}`), new Map())
    await driver.commitOffsets(group, second, new Map([[0, 8]]))
    assert.equal((await stored()).get(0), 3)
  })
}
