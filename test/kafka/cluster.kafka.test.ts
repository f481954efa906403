/** A cluster of two brokers, of which one is killed: what it led and coordinated goes on at the other, and comes back. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pause, stopwatch } from '../../src/base/clock.ts'
import { kafkaDestination } from '../../src/action/kafka-destination.ts'
import { IDEMPOTENCY_HEADER } from '../../src/action/kafka-records.ts'
import { type GroupProtocol, javaPartition, openKafkaDriver } from '../../src/kafka/index.ts'
import { sharedTopicReader } from '../../src/sources/kafka/shared-topic-reader.ts'
import { topicReader } from '../../src/sources/kafka/topic-reader.ts'
import { delivery } from '../action/receiver.ts'
import { Child } from '../crash/child.ts'
import { Draw } from '../property/generate/draw.ts'
import { brokers, BrokerTopics } from './brokers.ts'
import { OwnCluster } from './own-cluster.ts'
import { TopicContents } from './proof/topic-contents.ts'
import { numbersSource, rowOf, TopicRun, upTo } from './topic-run.ts'

const PARTITIONS = 4
/** While the second broker is away, and after it is back. */
const [AWAY_MS, BACK_MS] = [3000, 5000]
const [AGAIN_MS, PAUSE_MS] = [50, 20]
const BATCH_MAX = 30
const [GATE_MS_MAX, DECIDED_MS_MAX] = [300_000, 200_000]

assert.ok(brokers.size > 0, 'run this file by npm run test:kafka, which starts brokers')
const [version] = brokers.keys()

/** Appends a batch until it is acknowledged: it may be there twice. */
async function append(topics: BrokerTopics, topic: string, partition: number, values: readonly string[]): Promise<void> {
  for (;;)
    try {
      return await topics.append(topic, partition, values)
    } catch {
      await pause(AGAIN_MS)
    }
}

/** Writes numbers to any partition until it is stopped. */
function startWriting(topics: BrokerTopics, topic: string, draw: Draw): { readonly stop: () => Promise<void> } {
  const stopped = new AbortController()
  let last = 0
  const writing = (async () => {
    while (!stopped.signal.aborted) {
      const values = Array.from({ length: draw.between(1, BATCH_MAX) }, () => rowOf(++last))
      await append(topics, topic, draw.between(0, PARTITIONS - 1), values)
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

/** An event of a number, and the partition that its key belongs to. */
function paymentOf(n: number): { readonly partition: number; readonly value: string } {
  const card = `c${n % 50}`
  return {
    partition: javaPartition(Buffer.from(card), PARTITIONS),
    value: JSON.stringify({ id: String(n), card, amount: n, at: 1_767_600_000_000 }),
  }
}

// It passed twice, and stood still once after the broker was back; which of its runs did is not known yet.
const skip = 'one of three times a run recorded nothing any more, for a reason that is not known yet'
test(
  `Kafka ${version}: one of two brokers is killed and comes back; runs record each record of the topic once`,
  { skip },
  async context => {
    const cluster = await OwnCluster.start(version)
    context.after(() => cluster.close())
    const topics = new BrokerTopics(cluster.first.address)
    context.after(() => topics.close())
    const topic = await topics.create(PARTITIONS, { replicas: 2 })
    const open = () => openKafkaDriver({ brokers: cluster.addresses, clientId: 'test' })
    const memberOf = (group: string, protocol: GroupProtocol) =>
      new TopicRun(sharedTopicReader(numbersSource, { topic, group, protocol, open }))
    const alone = new TopicRun(topicReader(numbersSource, { topic, open }))
    // The coordinator of both groups is the broker that is killed.
    const [classic, consumer] = [await topics.groupAt(cluster.secondNode), await topics.groupAt(cluster.secondNode)]
    const sharing = [
      [memberOf(classic, 'classic'), memberOf(classic, 'classic')],
      [memberOf(consumer, 'consumer'), memberOf(consumer, 'consumer')],
    ]
    const writing = startWriting(topics, topic, new Draw(PARTITIONS))
    await alone.until(200)
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
      const recorded = () => runs.flatMap(run => run.numbers()).toSorted((a, b) => a! - b!)
      while (recorded().length < written.length) await pause(AGAIN_MS)
      assert.deepEqual(recorded(), written)
      for (const run of runs) await run.end()
    }
    context.diagnostic(`${written.length} records`)
  },
)

test(`Kafka ${version}: a topic refuses acks while one of its two replicas is away; a delivery fails, and succeeds once it is back`, async context => {
  const cluster = await OwnCluster.start(version)
  context.after(() => cluster.close())
  const topics = new BrokerTopics(cluster.first.address)
  context.after(() => topics.close())
  const topic = await topics.create(1, { replicas: 2, leastReplicas: 2 })
  const open = () => openKafkaDriver({ brokers: cluster.addresses, clientId: 'test' })
  const destination = kafkaDestination(topic, open)
  context.after(() => destination.close())
  const deliver = (id: string) => destination.deliver(delivery({ id, body: '{}' }))
  assert.deepEqual(await deliver('a/1'), { kind: 'acknowledged' })
  await cluster.second.kill()
  let outcome = ''
  while (!outcome.includes('NOT_ENOUGH_REPLICAS')) outcome = JSON.stringify(await deliver('a/2'))
  assert.doesNotMatch(outcome, /"final":true/)
  await cluster.second.restart()
  while ((await deliver('a/2')).kind !== 'acknowledged') await pause(AGAIN_MS)

  const driver = open()
  context.after(() => driver.close())
  const contents = new TopicContents(topic, 1, { isCommittedOnly: true })
  await contents.refresh(driver)
  assert.deepEqual([...new Set(contents.all.map(({ headers }) => headers[IDEMPOTENCY_HEADER]))], ['a/1', 'a/2'])
})

test(`Kafka ${version}: while a replica of its checked topic is away a gate says so; then each raw record is decided once`, async context => {
  const cluster = await OwnCluster.start(version)
  context.after(() => cluster.close())
  const topics = new BrokerTopics(cluster.first.address)
  context.after(() => topics.close())
  const [raw, checked, rejected] = [
    await topics.create(PARTITIONS, { replicas: 2 }),
    await topics.create(PARTITIONS, { replicas: 2, leastReplicas: 2 }),
    await topics.create(PARTITIONS, { replicas: 2 }),
  ]
  process.env['KAFKA_BROKERS'] = cluster.addresses.join(',')
  const args = ['gate', 'test/kafka/proof/pipeline.ts', '--source', 'payments', '--raw', raw, '--checked', checked, '--rejected', rejected]
  const start = (): Child => new Child(['src/cli/bin.ts', ...args], /gate of source/, GATE_MS_MAX)
  let gate = start()
  context.after(() => gate.kill())
  await gate.ready()
  const driver = openKafkaDriver({ brokers: cluster.addresses, clientId: 'test' })
  context.after(() => driver.close())
  const contents = new TopicContents(checked, PARTITIONS, { isCommittedOnly: true })
  const ids = () => contents.all.map(({ value }) => Number((JSON.parse(value) as { readonly id: string }).id)).toSorted((a, b) => a - b)
  let last = 0
  const write = async (count: number): Promise<void> => {
    const payments = upTo(count).map(() => paymentOf(++last))
    for (const [partition, own] of Map.groupBy(payments, ({ partition: of }) => of))
      await append(
        topics,
        raw,
        partition,
        own.map(({ value }) => value),
      )
  }
  const untilDecided = async (): Promise<void> => {
    const deadline = stopwatch() + DECIDED_MS_MAX
    while (contents.all.length < last) {
      assert.ok(stopwatch() < deadline, `${contents.all.length} of ${last} records are decided. The gate said: ${gate.output}`)
      // The coordinator, which was away, may have ended a transaction that was open for too long. A supervisor starts the gate again.
      if (/SPILL_FENCED: .* stood still within a transaction/.test(gate.output)) gate = start()
      await contents.refresh(driver).catch(() => pause(AGAIN_MS))
      await pause(AGAIN_MS)
    }
  }
  await write(100)
  await untilDecided()
  await cluster.second.kill()
  await write(100)
  while (!/begins anew from what the topics say: /.test(gate.output)) await pause(AGAIN_MS)
  await cluster.second.restart()
  await write(100)
  await untilDecided()
  assert.equal(await gate.terminate(), undefined)
  assert.deepEqual(ids(), upTo(last))
})
