/** The clauses about transactions of a driver's contract. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import * as fc from 'fast-check'
import type { PlacedRecord } from '../../src/kafka/port/driver.ts'
import { openWriter } from '../../src/kafka/port/open-writer.ts'
import { clause, type ContractCluster, type ContractSuite } from './contract-cluster.ts'
import { isPending } from './contract-fetch.ts'
import { ContractReader, rejectsAs } from './contract-reader.ts'

const recordOf = (topic: string, partition: number, value: string): PlacedRecord => ({
  topic,
  partition,
  key: undefined,
  value,
  headers: {},
  timestamp: 1,
})

const newId = (): string => `writer-${randomUUID()}`

export function transactionClauses(suite: ContractSuite, begin: NonNullable<ContractCluster['begin']>): void {
  writeClauses(suite)
  isolationClauses(suite, begin)
  fenceClauses(suite, begin)
}

const texts = fc.string({ unit: 'grapheme' })
const write = fc.record(
  {
    partition: fc.integer({ min: 0, max: 1 }),
    key: fc.option(texts, { nil: undefined }),
    value: texts,
    headers: fc.dictionary(fc.constantFrom('a', 'b-c', 'ü'), texts, { noNullPrototype: true }),
    timestamp: fc.integer({ min: 0, max: 1_000_000 }),
  },
  { noNullPrototype: true },
)

function writeClauses(suite: ContractSuite): void {
  const { driver, cluster } = suite
  clause(suite, 'a writer appends records to their partitions in order, with their times, and with keys and headers', async () => {
    const [topic, writer] = [await cluster.createTopic(2), driver.transactions(newId())]
    await openWriter(writer)
    const transactions = fc.sample(fc.array(write, { minLength: 1, maxLength: 6 }), 12)
    for (const records of transactions) await writer.write(records.map(record => ({ ...record, topic })))
    const reader = new ContractReader(driver, topic).assign(0).assign(1)
    const read = await reader.read(transactions.flat().length)
    for (const partition of [0, 1])
      assert.deepEqual(
        read
          .filter(record => record.partition === partition)
          .map(({ partition, key, value, headers, timestamp }) => ({ partition, key, value, headers, timestamp })),
        transactions.flat().filter(record => record.partition === partition),
      )
    await Promise.all([reader.close(), writer.close()])
  })

  clause(suite, 'writers of different ids write at the same time, and one transaction spans topics', async () => {
    const topics = [await cluster.createTopic(1), await cluster.createTopic(1)]
    const writers = [0, 1].map(() => driver.transactions(newId()))
    await Promise.all(writers.map(writer => openWriter(writer)))
    await Promise.all(writers.map((writer, i) => writer.write(topics.map(topic => recordOf(topic, 0, `of ${i}`)))))
    for (const topic of topics) {
      const reader = new ContractReader(driver, topic).assign(0)
      assert.deepEqual(new Set(await reader.values(2)), new Set(['of 0', 'of 1']))
      await reader.close()
    }
    await Promise.all(writers.map(writer => writer.close()))
  })
}

function isolationClauses(suite: ContractSuite, begin: NonNullable<ContractCluster['begin']>): void {
  const { driver, cluster } = suite
  const ends = async (topic: string) => [
    (await driver.offsets(topic, [0], 'stable')).get(0),
    (await driver.offsets(topic, [0], 'latest')).get(0),
  ]

  clause(suite, 'records of an open transaction, and those behind them, are visible together once it is committed', async () => {
    const topic = await cluster.createTopic(2)
    await cluster.append(topic, 0, 'before')
    const transaction = await begin(newId(), [recordOf(topic, 0, 'a'), recordOf(topic, 1, 'b'), recordOf(topic, 0, 'c')])
    await cluster.append(topic, 0, 'behind')
    assert.deepEqual(await ends(topic), [1, 4])
    const reader = new ContractReader(driver, topic).assign(0).assign(1)
    assert.deepEqual(await reader.values(1), ['before'])
    assert.equal(reader.end, 1)
    const all = new ContractReader(driver, topic, { isCommittedOnly: false }).assign(0)
    assert.deepEqual(await all.values(4), ['before', 'a', 'c', 'behind'])
    assert.equal(all.end, 4)
    const next = reader.next()
    assert.ok(await isPending(next))
    await transaction.end('commit')
    const records = [...(await next)!]
    records.push(...(await reader.read(4 - records.length)))
    assert.deepEqual(
      [0, 1].map(partition => records.filter(record => record.partition === partition).map(({ value }) => value)),
      [['a', 'c', 'behind'], ['b']],
    )
    await Promise.all([reader.close(), all.close()])
  })

  clause(suite, 'records of an aborted transaction are visible to readers of all records alone', async () => {
    const topic = await cluster.createTopic(1)
    for (const [i, outcome] of (['abort', 'commit', 'abort'] as const).entries()) {
      const transaction = await begin(newId(), [recordOf(topic, 0, `${outcome} ${i}`)])
      await cluster.append(topic, 0, `beside ${i}`)
      await transaction.end(outcome)
    }
    await cluster.append(topic, 0, 'last')
    const reader = new ContractReader(driver, topic).assign(0)
    const all = new ContractReader(driver, topic, { isCommittedOnly: false }).assign(0)
    assert.deepEqual(await reader.values(5), ['beside 0', 'commit 1', 'beside 1', 'beside 2', 'last'])
    assert.deepEqual(await all.values(7), ['abort 0', 'beside 0', 'commit 1', 'beside 1', 'abort 2', 'beside 2', 'last'])
    await Promise.all([reader.close(), all.close()])
  })

  clause(suite, 'a reader of committed records passes an aborted transaction at the end', async () => {
    const topic = await cluster.createTopic(1)
    const transaction = await begin(newId(), [recordOf(topic, 0, 'lost')])
    await transaction.end('abort')
    // The marker is written after the answer, and is an offset of its own.
    let [stable, latest] = await ends(topic)
    while (stable! < latest!) [stable, latest] = await ends(topic)
    const reader = new ContractReader(driver, topic).assign(0)
    while (reader.place(0).offset < latest!) assert.deepEqual(await reader.next(), [])
    assert.equal(reader.place(0).offset, latest)
    await reader.close()
  })
}

function fenceClauses(suite: ContractSuite, begin: NonNullable<ContractCluster['begin']>): void {
  const { driver, cluster } = suite
  clause(suite, 'a newer writer of an id fences the earlier one, of which nothing is written', async context => {
    const other = cluster.open()
    context.after(() => other.close())
    const [topic, id] = [await cluster.createTopic(1), newId()]
    const [first, second] = [driver.transactions(id), other.transactions(id)]
    await openWriter(first)
    await first.write([recordOf(topic, 0, 'a')])
    await openWriter(second)
    await rejectsAs(first.write([recordOf(topic, 0, 'lost')]), 'fenced')
    await second.write([recordOf(topic, 0, 'b')])
    const reader = new ContractReader(driver, topic).assign(0)
    assert.deepEqual(await reader.values(2), ['a', 'b'])
    await Promise.all([reader.close(), first.close(), second.close()])
  })

  clause(suite, 'a writer that was fenced is fenced with each write', async () => {
    const [topic, id] = [await cluster.createTopic(1), newId()]
    const [first, second] = [driver.transactions(id), driver.transactions(id)]
    await openWriter(first)
    await openWriter(second)
    for (let i = 0; i < 3; i++) await rejectsAs(first.write([recordOf(topic, 0, 'lost')]), 'fenced')
    await openWriter(first)
    await first.write([recordOf(topic, 0, 'a')])
    await rejectsAs(second.write([recordOf(topic, 0, 'lost')]), 'fenced')
    const reader = new ContractReader(driver, topic).assign(0)
    assert.deepEqual(await reader.values(1), ['a'])
    await Promise.all([reader.close(), first.close(), second.close()])
  })

  clause(suite, 'a writer continues as an earlier one, until another writer was opened since', async () => {
    const [topic, id] = [await cluster.createTopic(1), newId()]
    const writers = Array.from({ length: 5 }, () => driver.transactions(id))
    const first = await openWriter(writers[0])
    const second = await openWriter(writers[1], first)
    assert.equal(second.producerId, first.producerId)
    assert.ok(second.epoch > first.epoch)
    await rejectsAs(writers[0].write([recordOf(topic, 0, 'lost')]), 'fenced')
    await writers[1].write([recordOf(topic, 0, 'a')])
    const third = await openWriter(writers[2])
    await rejectsAs(openWriter(writers[3], second), 'fenced')
    await writers[2].write([recordOf(topic, 0, 'b')])
    await openWriter(writers[4], third)
    await writers[4].write([recordOf(topic, 0, 'c')])
    const reader = new ContractReader(driver, topic).assign(0)
    assert.deepEqual(await reader.values(3), ['a', 'b', 'c'])
    await Promise.all([reader.close(), ...writers.map(writer => writer.close())])
  })

  clause(suite, 'a writer that is open has ended the transaction that an earlier one has left', async () => {
    const [topic, id] = [await cluster.createTopic(1), newId()]
    const transaction = await begin(id, [recordOf(topic, 0, 'lost')])
    assert.deepEqual(await driver.offsets(topic, [0], 'stable'), new Map([[0, 0]]))
    const writer = driver.transactions(id)
    await openWriter(writer)
    assert.deepEqual(await driver.offsets(topic, [0], 'stable'), await driver.offsets(topic, [0], 'latest'))
    await assert.rejects(transaction.end('commit'))
    await writer.write([recordOf(topic, 0, 'b')])
    const reader = new ContractReader(driver, topic).assign(0)
    assert.deepEqual(await reader.values(1), ['b'])
    await Promise.all([reader.close(), writer.close()])
  })
}
