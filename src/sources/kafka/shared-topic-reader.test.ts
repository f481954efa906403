import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changedDriver } from '../../../test/kafka/changed-driver.ts'
import { MemoryCluster } from '../../../test/kafka/memory-cluster.ts'
import { sharedReaderOf } from '../../../test/kafka/shared-reader.ts'
import { numbersSource, rowOf, TopicRun, upTo } from '../../../test/kafka/topic-run.ts'
import { pause } from '../../base/clock.ts'
import { type GroupMember, type KafkaDriver, KafkaError } from '../../kafka/index.ts'
import { testSourceReader } from '../../testing/conformance/source-reader.ts'
import type { SourceReader } from '../reader/source-reader.ts'
import { claimMetadata } from './partition-claim.ts'
import { topicReader } from './topic-reader.ts'

function clusterOf(partitions: number): MemoryCluster {
  const cluster = new MemoryCluster()
  cluster.createTopic('rows', partitions)
  return cluster
}

testSourceReader('a topic of Kafka that a group shares', () => {
  const cluster = clusterOf(2)
  let groups = 0
  return {
    // The suite reads the same records again from any position. In one group they would be recorded already.
    open: () => sharedReaderOf(cluster, { group: `group-${++groups}`, member: `member-${groups}` }),
    append: (written, partition) => written.forEach(n => cluster.append('rows', Number(partition), rowOf(n))),
    numberOf: ({ n }: { n: number }) => n,
    partitions: ['0', '1'],
    recordsTaken: () => cluster.takenRecords,
    revoke: partition => cluster.group(`group-${groups}`).withhold(Number(partition)),
    assign: partition => cluster.group(`group-${groups}`).give(Number(partition)),
    damage: () => cluster.deleteTopic('rows'),
  }
})

const sorted = (...runs: readonly TopicRun[]) => runs.flatMap(run => run.numbers()).toSorted((a, b) => a! - b!)

/** Waits until so many numbers are in the logs of runs. */
async function untilAll(count: number, ...runs: readonly TopicRun[]): Promise<void> {
  while (sorted(...runs).length < count) await pause(1)
}

/** Appends numbers to all partitions in turn. */
function append(cluster: MemoryCluster, partitions: number, first: number, last: number): void {
  for (let n = first; n <= last; n++) cluster.append('rows', n % partitions, rowOf(n))
}

test('two runs share a topic: each record is in the log of one; what the first leaves goes to the second', async () => {
  const cluster = clusterOf(4)
  append(cluster, 4, 1, 100)
  const first = new TopicRun(sharedReaderOf(cluster))
  await untilAll(100, first)
  const second = new TopicRun(sharedReaderOf(cluster))
  while (second.position('rows', 1) === undefined) await pause(1)
  append(cluster, 4, 101, 200)
  await untilAll(200, first, second)
  assert.equal(second.numbers().length, 50, 'two of four partitions')
  await first.stop()
  append(cluster, 4, 201, 300)
  await untilAll(300, first, second)
  assert.deepEqual(sorted(first, second), upTo(300))
  await first.end()
  await second.end()
})

test('a run whose member was expelled joins anew, and records what it had claimed once', async () => {
  const cluster = clusterOf(2)
  const [first, second] = [new TopicRun(sharedReaderOf(cluster)), new TopicRun(sharedReaderOf(cluster))]
  let last = 0
  for (let round = 0; round < 20; round++) {
    append(cluster, 2, last + 1, (last += 30))
    await untilAll(last - 25, first, second)
    cluster.group('shared').expelOwner(round % 2)
  }
  await untilAll(last, first, second)
  assert.deepEqual(sorted(first, second), upTo(last))
  await first.end()
  await second.end()
})

test('a run without partitions whose member was expelled joins anew, and takes over', async () => {
  const cluster = clusterOf(1)
  append(cluster, 1, 1, 10)
  const first = new TopicRun(sharedReaderOf(cluster))
  await untilAll(10, first)
  const opened: KafkaDriver[] = []
  const open = (): KafkaDriver => {
    opened.push(cluster.driver())
    return opened.at(-1)!
  }
  const idle = new TopicRun(sharedReaderOf(cluster, { open }))
  while (cluster.group('shared').size < 2) await pause(1)
  cluster.group('shared').expelIdle()
  while (opened.length < 2 || cluster.group('shared').size < 2) await pause(1)
  await first.stop()
  append(cluster, 1, 11, 20)
  await untilAll(20, first, idle)
  assert.deepEqual(sorted(first, idle), upTo(20))
  await first.end()
  await idle.end()
})

test('a partition that is acquired while its reader gives all up after an error is not assigned to the run any more', async () => {
  const cluster = clusterOf(2)
  cluster.group('shared').withhold(1)
  append(cluster, 2, 1, 20)
  const [reading, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  let opened = 0
  const open = (): KafkaDriver => {
    const driver = cluster.driver()
    if (++opened > 1) return driver
    return withMember(driver, member => ({
      ...member,
      offsets: async partitions => {
        const offsets = await member.offsets(partitions)
        if (partitions.join() === '1') {
          reading.resolve()
          await held.promise
        }
        return offsets
      },
    }))
  }
  const run = new TopicRun(sharedReaderOf(cluster, { open }))
  await run.until(10)
  cluster.group('shared').give(1)
  await reading.promise
  cluster.set({ isLeaderless: true })
  append(cluster, 2, 21, 22)
  await run.untilWarning('Kafka is unreachable')
  held.resolve()
  await pause(20)
  cluster.set({ isLeaderless: false })
  await run.until(22)
  assert.deepEqual(run.numbers(), upTo(22))
  await run.stop()
  await run.end()
})

test('a run without partitions notices that its topic was made again', async () => {
  const cluster = clusterOf(1)
  append(cluster, 1, 1, 10)
  const first = new TopicRun(sharedReaderOf(cluster))
  await untilAll(10, first)
  const idle = new TopicRun(sharedReaderOf(cluster))
  while (cluster.group('shared').size < 2) await pause(1)
  cluster.deleteTopic('rows')
  cluster.createTopic('rows', 1)
  await assert.rejects(first.ended, { code: 'SPILL_SOURCE', message: /was read up to offset 10 in an earlier topic of this name/ })
  cluster.group('shared').offsets.clear()
  append(cluster, 1, 11, 20)
  await idle.until(10)
  const { topic } = JSON.parse(idle.position('rows', 0)!) as { topic: string }
  assert.equal(topic, cluster.topic('rows').id)
  await first.end()
  await idle.end()
})

/** A driver whose members are others. */
function withMember(driver: KafkaDriver, changed: (member: GroupMember) => GroupMember): KafkaDriver {
  const memberOf: KafkaDriver['member'] = options => {
    const member = driver.member(options)
    return changed({
      partitions: () => member.partitions(),
      offsets: partitions => member.offsets(partitions),
      store: offsets => member.store(offsets),
      leave: () => member.leave(),
    })
  }
  return changedDriver(driver, { member: memberOf })
}

/** A driver whose members are expelled before their first claim, `count` times. */
function expellingDriver(cluster: MemoryCluster, expelled: { count: number }): KafkaDriver {
  return withMember(cluster.driver(), member => ({
    ...member,
    store: offsets => (expelled.count-- > 0 ? Promise.reject(new KafkaError('fenced', 'REBALANCE_IN_PROGRESS')) : member.store(offsets)),
  }))
}

test('a run whose member is expelled before its first claim joins anew', async () => {
  const cluster = clusterOf(2)
  append(cluster, 2, 1, 20)
  const expelled = { count: 3 }
  const run = new TopicRun(sharedReaderOf(cluster, { open: () => expellingDriver(cluster, expelled) }))
  await run.until(20)
  assert.deepEqual(run.numbers(), upTo(20))
  await run.end()
})

test('an outage is waited out, and nothing is lost or in both logs', async () => {
  const cluster = clusterOf(2)
  const [first, second] = [new TopicRun(sharedReaderOf(cluster)), new TopicRun(sharedReaderOf(cluster))]
  append(cluster, 2, 1, 40)
  await untilAll(40, first, second)
  cluster.set({ isAway: true })
  append(cluster, 2, 41, 80)
  await pause(300)
  cluster.set({ isAway: false })
  await untilAll(80, first, second)
  assert.deepEqual(sorted(first, second), upTo(80))
  await first.end()
  await second.end()
})

test('the id of a member is durable before it claims anything, and the same after a restart', async () => {
  const cluster = clusterOf(1)
  append(cluster, 1, 1, 10)
  const first = new TopicRun(sharedReaderOf(cluster))
  await untilAll(10, first)
  const { member } = JSON.parse(first.position('rows', 0)!) as { member: string }
  assert.match(cluster.group('shared').offsets.get(0)!.metadata, new RegExp(`"holder":"${member}"`))
  await first.stop()
  assert.doesNotMatch(cluster.group('shared').offsets.get(0)!.metadata, /holder/, 'released')
  const again = new TopicRun(sharedReaderOf(cluster), { opened: first.opened })
  append(cluster, 1, 11, 20)
  await untilAll(20, again)
  assert.equal((JSON.parse(again.position('rows', 0)!) as { member: string }).member, member)
  await again.end()
})

test('a run that was killed behind a claim reads what it has claimed and all that follows, wherever a fetch ends', async () => {
  for (let unclaimed = 5; unclaimed <= 30; unclaimed++) {
    const cluster = clusterOf(1)
    append(cluster, 1, 1, 4)
    const first = new TopicRun(sharedReaderOf(cluster))
    await untilAll(4, first)
    const { member } = JSON.parse(first.position('rows', 0)!) as { member: string }
    await first.stop()
    const place = { offset: unclaimed, epoch: -1 }
    cluster.group('shared').offsets.set(0, { place, metadata: claimMetadata({ unclaimed: place, holder: member, since: 4, owed: {} }) })
    append(cluster, 1, 5, 40)
    const again = new TopicRun(sharedReaderOf(cluster), { opened: first.opened })
    await untilAll(40, again)
    assert.deepEqual(again.numbers(), upTo(40), `claimed up to ${unclaimed}`)
    await again.end()
  }
})

/** Gives no batch of partition 0 that has records before a promise is resolved. */
function heldReader(reader: SourceReader, released: Promise<void>): SourceReader {
  return {
    name: reader.name,
    async *read(context) {
      for await (const batch of reader.read(context)) {
        if (batch.partition === '0' && batch.records !== undefined && !Array.isArray(batch.records)) await released
        yield batch
      }
    },
    close: async () => reader.close?.(),
  }
}

test('a partition that comes back while a batch waits for room is read from its place, also if it has more records by then', async () => {
  const cluster = clusterOf(2)
  const group = cluster.group('shared')
  append(cluster, 2, 1, 4)
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  const run = new TopicRun(heldReader(sharedReaderOf(cluster, { member: 'm' }), released))
  while (cluster.takenRecords < 4) await pause(1)
  group.withhold(1)
  while (group.offsets.get(1)!.metadata.includes('holder')) await pause(1)
  append(cluster, 2, 5, 10)
  group.give(1)
  while (!group.offsets.get(1)!.metadata.includes('holder')) await pause(1)
  release()
  await untilAll(10, run)
  assert.deepEqual(run.numbers(), upTo(10))
  await run.end()
})

test('a folder that was read as a member is not read without a membership', async () => {
  const cluster = clusterOf(1)
  append(cluster, 1, 1, 10)
  const first = new TopicRun(sharedReaderOf(cluster))
  await untilAll(10, first)
  await first.stop()
  const alone = topicReader(numbersSource, { topic: 'rows', open: () => cluster.driver() })
  await assert.rejects(new TopicRun(alone, { opened: first.opened }).ended, {
    code: 'SPILL_SOURCE',
    message: /^kafka:rows was read as a member of its group, so other runs may have records that this one has not\./,
  })
  await first.end()
})
