/** Runs that read from a cluster of two brokers, of which one is killed: what it led and coordinated goes on at the other. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { pause, stopwatch } from '../../src/base/clock.ts'
import type { GroupProtocol } from '../../src/kafka/index.ts'
import { openKafkaDriver } from '../../src/kafka/open-driver.ts'
import { sharedTopicReader } from '../../src/sources/kafka/shared-topic-reader.ts'
import type { SourceReader } from '../../src/sources/reader/source-reader.ts'
import { topicReader } from '../../src/sources/kafka/topic-reader.ts'
import { Draw } from '../property/generate/draw.ts'
import { brokers, BrokerTopics, protocolsOf } from './brokers.ts'
import { OwnCluster } from './own-cluster.ts'
import { TopicContents } from './proof/topic-contents.ts'
import { numbersSource, rowOf, TopicRun, upTo } from './topic-run.ts'

const PARTITIONS = 4
/** While the second broker is away, and after it is back. */
const [AWAY_MS, BACK_MS] = [3000, 5000]
const [AGAIN_MS, PAUSE_MS] = [50, 20]
const BATCH_MAX = 30
/** Records that nobody has recorded after it are not read any more. A member that does not leave is expelled in less. */
const RECORDED_MS_MAX = 240_000

assert.ok(brokers.size > 0, 'run this file by npm run test:kafka, which starts brokers')
const [version] = brokers.keys()

/** Writes numbers to any partition until it is stopped. */
function startWriting(topics: BrokerTopics, topic: string, draw: Draw): { readonly stop: () => Promise<void> } {
  const stopped = new AbortController()
  let last = 0
  const writing = (async () => {
    while (!stopped.signal.aborted) {
      const values = Array.from({ length: draw.between(1, BATCH_MAX) }, () => rowOf(++last))
      await topics.appendAgain(topic, draw.between(0, PARTITIONS - 1), values)
      await pause(PAUSE_MS)
    }
  })()
  return {
    stop: async () => {
      stopped.abort()
      await writing
    },
  }
}

/** A run that ends with its test. */
function started(context: TestContext, reader: SourceReader): TopicRun {
  const run = new TopicRun(reader)
  context.after(() => run.end())
  return run
}

/** The numbers that runs have recorded, in order of size. */
const recordedBy = (runs: readonly TopicRun[]) => runs.flatMap(run => run.numbers()).toSorted((a, b) => a! - b!)

/** Waits until runs have recorded so many records. */
async function untilRecorded(count: number, runs: readonly TopicRun[]): Promise<void> {
  for (const began = stopwatch(); recordedBy(runs).length < count; await pause(AGAIN_MS)) {
    if (stopwatch() - began < RECORDED_MS_MAX) continue
    const states = runs.map(run => `a run has ${run.numbers().length}: ${run.warnings.join('; ')}`)
    assert.fail([`${recordedBy(runs).length} of ${count} records are recorded`, ...states].join('\n'))
  }
}

test(`Kafka ${version}: one of two brokers is killed and comes back; runs record each record of the topic once`, async context => {
  const cluster = await OwnCluster.start(version)
  context.after(() => cluster.close())
  const topics = new BrokerTopics(cluster.first.address)
  context.after(() => topics.close())
  const topic = await topics.create(PARTITIONS, { replicas: 2 })
  const open = () => openKafkaDriver({ brokers: cluster.addresses, clientId: 'test' })
  const membersOf = (group: string, protocol: GroupProtocol) =>
    Array.from({ length: 2 }, () => started(context, sharedTopicReader(numbersSource, { topic, group, protocol, open })))
  const alone = started(context, topicReader(numbersSource, { topic, open }))
  const sharing: TopicRun[][] = []
  // The coordinator of each group is the broker that is killed.
  for (const protocol of protocolsOf(version)) sharing.push(membersOf(await topics.groupAt(cluster.secondNode), protocol))
  const writing = startWriting(topics, topic, new Draw(PARTITIONS))
  // A run whose first attempt finds the cluster away ends.
  for (const run of [alone, ...sharing.flat()]) await run.until(1)
  await cluster.second.kill()
  await pause(AWAY_MS)
  await cluster.second.restart()
  await pause(BACK_MS)
  await writing.stop()

  const driver = open()
  context.after(() => driver.close())
  const contents = new TopicContents(topic, PARTITIONS, { isCommittedOnly: true })
  await contents.refresh(driver)
  const written = contents.all.map(({ value }) => (JSON.parse(value) as { readonly n: number }).n).toSorted((a, b) => a - b)
  for (const runs of [[alone], ...sharing]) {
    await untilRecorded(written.length, runs)
    assert.deepEqual(recordedBy(runs), written)
  }
  context.diagnostic(`${written.length} records`)
})

test(`Kafka ${version}: the coordinator of a group is killed and stays away; a run without partitions takes over from another`, async context => {
  const cluster = await OwnCluster.start(version)
  context.after(() => cluster.close())
  const topics = new BrokerTopics(cluster.first.address)
  context.after(() => topics.close())
  const topic = await topics.create(1, { replicas: 2 })
  const pairs: { readonly first: TopicRun; readonly idle: TopicRun }[] = []
  for (const protocol of protocolsOf(version)) {
    const group = await topics.groupAt(cluster.secondNode)
    const runOf = (clientId: string) => {
      const open = () => openKafkaDriver({ brokers: cluster.addresses, clientId })
      return started(context, sharedTopicReader(numbersSource, { topic, group, protocol, open }))
    }
    const first = runOf('first')
    await topics.appendAgain(topic, 0, [rowOf(pairs.length + 1)])
    await first.until(pairs.length + 1)
    pairs.push({ first, idle: runOf('idle') })
    while (!(await topics.members(group, protocol)).has('idle')) await pause(AGAIN_MS)
  }
  const before = pairs.length
  for (const { first } of pairs) await untilRecorded(before, [first])
  // A run that has no assignment yet ends with the cluster, as at any start.
  await pause(BACK_MS)
  await cluster.second.kill()
  for (const { first } of pairs) await first.stop()
  await topics.appendAgain(topic, 0, [rowOf(before + 1)])
  for (const { first, idle } of pairs) {
    await untilRecorded(before + 1, [first, idle])
    assert.deepEqual(recordedBy([first, idle]), upTo(before + 1))
    assert.ok(idle.numbers().includes(before + 1))
  }
})
