/** The clauses about fetches of a driver's contract. */
import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import { pause } from '../../src/base/clock.ts'
import { passingKinds } from '../../src/kafka/port/driver.ts'
import { clause, type ContractSuite } from './contract-cluster.ts'
import { ContractReader, rejectsAs } from './contract-reader.ts'

const PARTITIONS = 3
const RECORDS = 12
/** Time in which a call that should wait would have ended, and one in which records arrive ahead of the reader, ms. */
const WAIT_MS = 50
/** Time in which requests that wait for records have ended, ms. */
const REQUEST_MS = 700

/** Is a call pending after a while? */
export const isPending = (call: Promise<unknown>): Promise<boolean> =>
  Promise.race([call.then(() => false), pause(WAIT_MS).then(() => true)])

/** A topic with records in each partition: `0:0`, `0:1` … in the first. */
async function topicWith({ cluster }: ContractSuite, records: number, partitions = 1): Promise<string> {
  const topic = await cluster.createTopic(partitions)
  for (let i = 0; i < records; i++)
    for (let partition = 0; partition < partitions; partition++) await cluster.append(topic, partition, `${partition}:${i}`)
  return topic
}

/** The values of a partition from an offset on, of a topic without markers. */
const valuesFrom = (partition: number, offset: number, end: number): string[] =>
  Array.from({ length: end - offset }, (_, i) => `${partition}:${offset + i}`)

export function fetchClauses(suite: ContractSuite): void {
  orderClauses(suite)
  assignmentClauses(suite)
  endClauses(suite)
  lossClauses(suite)
}

function orderClauses(suite: ContractSuite): void {
  const { driver, cluster } = suite
  clause(suite, 'a fetch reads each partition in order from any place on, and another continues where it ends', async () => {
    const topic = await topicWith(suite, RECORDS, PARTITIONS)
    const places = fc.array(fc.integer({ min: 0, max: RECORDS }), { minLength: PARTITIONS, maxLength: PARTITIONS })
    await fc.assert(
      fc.asyncProperty(places, fc.constantFrom(1, 1 << 20), fc.boolean(), async (offsets, maxBytes, isCommittedOnly) => {
        fc.pre(offsets.some(offset => offset < RECORDS))
        const readers = [0, 1].map(() => new ContractReader(driver, topic, { maxBytes, isCommittedOnly }))
        for (const [partition, offset] of offsets.entries()) readers[0].assign(partition, offset)
        const records = [...(await readers[0].next())!]
        assert.ok(records.length > 0)
        for (const partition of offsets.keys()) {
          const { offset, epoch } = readers[0].place(partition)
          readers[1].assign(partition, offset, epoch)
        }
        const count = offsets.reduce((sum, offset) => sum + RECORDS - offset, 0)
        const isRead = records.length === count
        records.push(...(await readers[1].read(count - records.length)))
        for (const [partition, offset] of offsets.entries())
          assert.deepEqual(
            records.filter(record => record.partition === partition).map(({ value }) => value),
            valuesFrom(partition, offset, RECORDS),
          )
        assert.equal(readers[isRead ? 0 : 1].end, RECORDS)
        await Promise.all(readers.map(reader => reader.close()))
      }),
      { numRuns: 10, includeErrorInReport: true },
    )
  })

  clause(suite, 'a fetch waits for records that are written later, and for a partition that is assigned later', async () => {
    const topic = await cluster.createTopic(2)
    const reader = new ContractReader(driver, topic).assign(0)
    const first = reader.next()
    assert.ok(await isPending(first))
    await cluster.append(topic, 0, 'a')
    assert.deepEqual(
      (await first)!.map(({ partition, offset, value }) => ({ partition, offset, value })),
      [{ partition: 0, offset: 0, value: 'a' }],
    )
    await cluster.append(topic, 1, 'b')
    const second = reader.next()
    assert.ok(await isPending(second))
    reader.assign(1)
    assert.deepEqual(
      (await second)!.map(({ value }) => value),
      ['b'],
    )
    await reader.close()
  })

  clause(suite, 'two fetches of one driver do not share their records', async () => {
    const topic = await topicWith(suite, 3)
    const readers = [0, 2].map(offset => new ContractReader(driver, topic).assign(0, offset))
    assert.deepEqual(await Promise.all([readers[0].values(3), readers[1].values(1)]), [valuesFrom(0, 0, 3), valuesFrom(0, 2, 3)])
    await Promise.all(readers.map(reader => reader.close()))
  })
}

function assignmentClauses(suite: ContractSuite): void {
  const { driver, cluster } = suite
  clause(suite, 'a partition that is assigned again is read from its new place on, under a new number', async () => {
    const topic = await topicWith(suite, 3)
    const reader = new ContractReader(driver, topic).assign(0).assign(0, 1)
    assert.deepEqual(await reader.values(2), valuesFrom(0, 1, 3))
    reader.assign(0)
    assert.deepEqual(await reader.values(3), valuesFrom(0, 0, 3))
    reader.assign(0, 2)
    assert.deepEqual(await reader.values(1), valuesFrom(0, 2, 3))
    await reader.close()
  })

  clause(suite, 'records of a revoked partition are not returned, until it is assigned again', async () => {
    const topic = await topicWith(suite, 3, 2)
    const reader = new ContractReader(driver, topic).assign(0).assign(1)
    const [{ partition }] = (await reader.next())!
    const other = 1 - partition
    // The driver may have fetched its records already.
    await pause(WAIT_MS)
    reader.revoke(other)
    const rest = 3 - reader.place(partition).offset
    await cluster.append(topic, other, `${other}:3`)
    await cluster.append(topic, partition, `${partition}:3`)
    assert.deepEqual((await reader.values(rest + 1)).at(-1), `${partition}:3`)
    reader.assign(other, 1)
    assert.deepEqual(await reader.values(3), valuesFrom(other, 1, 4))
    reader.revoke(partition)
    reader.revoke(other)
    const pending = reader.next()
    await cluster.append(topic, 0, 'behind')
    assert.ok(await isPending(pending), 'no partition is assigned')
    await reader.close()
    assert.equal(await pending, undefined)
  })
}

function endClauses(suite: ContractSuite): void {
  const { driver, cluster } = suite
  clause(suite, 'a fetch returns undefined after it was closed: to a call that waits', async () => {
    const reader = new ContractReader(driver, await cluster.createTopic(1)).assign(0)
    const pending = reader.next()
    assert.ok(await isPending(pending))
    await reader.close()
    assert.equal(await pending, undefined)
    await reader.close()
  })

  clause(suite, 'a fetch returns undefined after it was closed: to later calls', async () => {
    const reader = new ContractReader(driver, await topicWith(suite, 1)).assign(0)
    await reader.read(1)
    await reader.close()
    assert.equal(await reader.next(), undefined)
    // Requests that waited at a broker have ended by then.
    await pause(REQUEST_MS)
    assert.equal(await reader.next(), undefined)
  })

  clause(suite, 'a fetch returns undefined after it was closed: also if records were fetched that nobody has read', async () => {
    const reader = new ContractReader(driver, await topicWith(suite, 3, 2)).assign(0).assign(1)
    await reader.next()
    await pause(WAIT_MS)
    await reader.close()
    for (let i = 0; i < 4; i++) assert.equal(await reader.next(), undefined)
  })

  clause(suite, 'a place behind the last record ends a fetch with the error out-of-range, which names it', async () => {
    const topic = await topicWith(suite, 3, 2)
    const reader = new ContractReader(driver, topic).assign(1, 4)
    for (let i = 0; i < 3; i++) {
      const { place } = await rejectsAs(reader.next(), 'out-of-range')
      assert.deepEqual(place, { partition: 1, offset: 4 })
    }
    // The error has ended it.
    reader.assign(1)
    await rejectsAs(reader.next(), 'out-of-range')
    await reader.close()
    const last = new ContractReader(driver, topic).assign(1, 3)
    const pending = last.next()
    assert.ok(await isPending(pending), 'the place behind the last record is where the next one will be')
    await last.close()
    await pending
  })

  clause(suite, 'a topic and a partition that do not exist end a fetch with an error', async () => {
    const absent = new ContractReader(driver, 'absent').assign(0)
    await rejectsAs(absent.next(), 'missing')
    await absent.close()
    const reader = new ContractReader(driver, await cluster.createTopic(1)).assign(1)
    await rejectsAs(reader.next(), ...passingKinds)
    await reader.close()
  })
}

function lossClauses(suite: ContractSuite): void {
  const { driver, cluster } = suite
  clause(suite, 'a fetch reads the topic of an id, and ends with the error replaced if the topic has another id', async () => {
    const topic = await topicWith(suite, 1)
    const reader = new ContractReader(driver, topic, { topicId: (await driver.describe(topic)).id }).assign(0)
    assert.deepEqual(await reader.values(1), ['0:0'])
    await reader.close()
    const other = new ContractReader(driver, topic, { topicId: 'another' }).assign(0)
    await rejectsAs(other.next(), 'replaced')
    await other.close()
  })

  if (cluster.recreateTopic)
    clause(suite, 'a fetch ends once its topic was deleted and made again, also if the caller names no id', async () => {
      const topic = await topicWith(suite, 2)
      const { id } = await driver.describe(topic)
      const reader = new ContractReader(driver, topic).assign(0)
      await reader.read(2)
      await cluster.recreateTopic!(topic, 1)
      for (let i = 0; i < 3; i++) await cluster.append(topic, 0, 'new')
      // In the time between, the topic is missing.
      await rejectsAs(reader.next(), 'replaced', 'missing')
      await reader.close()
      const old = new ContractReader(driver, topic, { topicId: id }).assign(0)
      await rejectsAs(old.next(), 'replaced')
      await old.close()
    })

  if (cluster.deleteBefore)
    clause(suite, 'a place before the first record is out-of-range, and the first offset is the earliest', async () => {
      const topic = await topicWith(suite, 4)
      await cluster.deleteBefore!(topic, 0, 2)
      assert.deepEqual(await driver.offsets(topic, [0], 'earliest'), new Map([[0, 2]]))
      assert.deepEqual(await driver.offsets(topic, [0], 0), new Map([[0, 2]]))
      const late = new ContractReader(driver, topic).assign(0, 1)
      assert.deepEqual((await rejectsAs(late.next(), 'out-of-range')).place, { partition: 0, offset: 1 })
      const reader = new ContractReader(driver, topic).assign(0, 2)
      assert.deepEqual(await reader.values(2), valuesFrom(0, 2, 4))
      await Promise.all([late.close(), reader.close()])
    })
}
