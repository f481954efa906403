/** A cluster of two brokers, of which one is away: topics refuse acks, and take them once it is back. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pause, stopwatch } from '../../src/base/clock.ts'
import { kafkaDestination } from '../../src/action/kafka-destination.ts'
import { IDEMPOTENCY_HEADER } from '../../src/action/kafka-records.ts'
import { javaPartition } from '../../src/kafka/index.ts'
import { openKafkaDriver } from '../../src/kafka/open-driver.ts'
import { delivery } from '../action/receiver.ts'
import { Child } from '../crash/child.ts'
import { brokers, BrokerTopics } from './brokers.ts'
import { OwnCluster } from './own-cluster.ts'
import { TopicContents, TopicObserver } from './proof/topic-contents.ts'
import { upTo } from './topic-run.ts'

const PARTITIONS = 4
const AGAIN_MS = 50
const [GATE_MS_MAX, DECIDED_MS_MAX] = [300_000, 200_000]

assert.ok(brokers.size > 0, 'run this file by npm run test:kafka, which starts brokers')
const [version] = brokers.keys()

/** An event of a number, and the partition that its key belongs to. */
function paymentOf(n: number): { readonly partition: number; readonly value: string } {
  const card = `c${n % 50}`
  return {
    partition: javaPartition(Buffer.from(card), PARTITIONS),
    value: JSON.stringify({ id: String(n), card, amount: n, at: 1_767_600_000_000 }),
  }
}

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

  const observer = new TopicObserver(cluster.first.address)
  context.after(() => observer.close())
  const contents = new TopicContents(topic, 1, { isCommittedOnly: true })
  // A leader that was just elected does not know the end of its log yet.
  while (!(await observer.tryTo(driver => contents.refresh(driver)))) await pause(AGAIN_MS)
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
  const gate = start()
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
      await topics.appendAgain(
        raw,
        partition,
        own.map(({ value }) => value),
      )
  }
  const untilDecided = async (): Promise<void> => {
    const deadline = stopwatch() + DECIDED_MS_MAX
    while (contents.all.length < last) {
      assert.ok(stopwatch() < deadline, `${contents.all.length} of ${last} records are decided. The gate said: ${gate.output}`)
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
