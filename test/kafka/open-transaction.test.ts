/** The records of a topic that wait for an open transaction, as a run measures them. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { yieldToEventLoop } from '../../src/base/index.ts'
import type { OffsetQuery } from '../../src/kafka/port/driver.ts'
import { topicReader } from '../../src/sources/kafka/topic-reader.ts'
import { TransactionCluster } from '../gate/transaction-cluster.ts'
import { changedDriver } from './changed-driver.ts'
import { LaggingRun } from './lagging-run.ts'
import { numbersSource, rowOf } from './topic-run.ts'

const WRITER = 'a gate'

const recordOf = (n: number, partition = 0) => ({
  topic: 'rows',
  partition,
  key: undefined,
  value: rowOf(n),
  headers: {},
  timestamp: 0,
})

/** A run that reads a topic of two partitions with a committed record. */
async function readFirst(t: TestContext) {
  const cluster = new TransactionCluster(['rows'], 2)
  cluster.append(recordOf(1))
  const queries: OffsetQuery[] = []
  const hooks = { onStable: () => {} }
  const driver = cluster.driver()
  const open = () =>
    changedDriver(driver, {
      offsets: (topic, partitions, query) => {
        queries.push(query)
        if (query === 'stable') hooks.onStable()
        return driver.offsets(topic, partitions, query)
      },
    })
  const run = new LaggingRun(topicReader(numbersSource, { topic: 'rows', open }))
  t.after(() => run.end())
  await run.until(1)
  const epoch = cluster.init(WRITER)
  const totals = async () => {
    await run.sampler.sample()
    const [{ records, inTransaction }] = run.sampler.lags()
    return { records, inTransaction }
  }
  /** Samples until nothing is left to read: the reader commits its position behind a marker by itself. */
  const untilRead = async () => {
    while ((await totals()).records !== 0) await yieldToEventLoop()
    return totals()
  }
  return { cluster, run, epoch, queries, hooks, totals, untilRead }
}

for (const state of ['committed', 'aborted'] as const)
  test(`records from the first one of an open transaction on are counted apart, in each partition, until it is ${state}`, async t => {
    const { cluster, run, epoch, totals, untilRead } = await readFirst(t)
    assert.deepEqual(await totals(), { records: 0, inTransaction: 0 })
    cluster.add(WRITER, epoch, [recordOf(2), recordOf(3)])
    cluster.append(recordOf(4))
    cluster.append(recordOf(5, 1))
    await run.until(2)
    assert.deepEqual(await totals(), { records: 3, inTransaction: 3 }, 'the other partition has no transaction')
    cluster.add(WRITER, epoch, [recordOf(6, 1)])
    assert.deepEqual(await totals(), { records: 4, inTransaction: 4 })
    run.allow(0)
    cluster.end(WRITER, epoch, state)
    const { inTransaction } = await totals()
    assert.equal(inTransaction, 0, 'its records can be read, though they are not')
    run.allow(Infinity)
    await run.until(state === 'committed' ? 6 : 3)
    assert.deepEqual(await untilRead(), { records: 0, inTransaction: 0 })
  })

test('unread records before an open transaction are part of the lag alone', async t => {
  const { cluster, run, epoch, totals } = await readFirst(t)
  run.allow(0)
  cluster.append(recordOf(2))
  cluster.add(WRITER, epoch, [recordOf(3)])
  assert.deepEqual(await totals(), { records: 2, inTransaction: 1 })
})

test('a measurement asks for three ends, and a transaction that is committed while it asks does not count', async t => {
  const { cluster, run, epoch, queries, hooks, totals } = await readFirst(t)
  run.allow(0)
  cluster.add(WRITER, epoch, [recordOf(2)])
  queries.length = 0
  hooks.onStable = () => cluster.end(WRITER, epoch, 'committed')
  const { inTransaction } = await totals()
  assert.equal(inTransaction, 0)
  assert.deepEqual(queries, ['earliest', 'latest', 'stable'])
})
