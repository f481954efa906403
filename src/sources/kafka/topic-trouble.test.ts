import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryCluster } from '../../../test/kafka/memory-cluster.ts'
import { numbersSource, rowOf, TopicRun, upTo } from '../../../test/kafka/topic-run.ts'
import { limits, pause, yieldToEventLoop } from '../../base/index.ts'
import { topicReader } from './topic-reader.ts'

const HOUR_MS = 3_600_000
/** Turns of the event loop in which a reader makes an attempt. */
const TURNS = 5

function clusterOf(partitions: number, records = 0): MemoryCluster {
  const cluster = new MemoryCluster()
  cluster.createTopic('rows', partitions)
  for (const n of upTo(records)) cluster.append('rows', n % partitions, rowOf(n))
  return cluster
}

const readerOf = (cluster: MemoryCluster) =>
  topicReader(numbersSource, { topic: 'rows', group: 'tools', checkMs: 10, missingMs: 500, open: () => cluster.driver() })

const reading = (cluster: MemoryCluster, before?: TopicRun) => new TopicRun(readerOf(cluster), before && { opened: before.opened })
const readOnce = (cluster: MemoryCluster, before?: TopicRun) =>
  new TopicRun(readerOf(cluster), { follow: false, ...(before && { opened: before.opened }) })

/** A run that has read a topic of one partition with three records. */
async function afterThree() {
  const cluster = clusterOf(1, 3)
  const run = readOnce(cluster)
  await run.ended
  return { cluster, run }
}

/** Reads on, and expects an error; nothing was read. */
async function rejectsWith(cluster: MemoryCluster, run: TopicRun, message: RegExp): Promise<void> {
  const [before, position] = [run.numbers(), run.position('rows', 0)]
  await assert.rejects(readOnce(cluster, run).ended, { code: 'SPILL_SOURCE', message })
  assert.deepEqual([run.numbers(), run.position('rows', 0)], [before, position])
  await run.end()
}

test('an outage is waited out, and nothing is lost or read twice', async () => {
  const cluster = clusterOf(2, 20)
  const run = reading(cluster)
  await run.until(20)
  cluster.set({ isAway: true })
  await run.untilWarning('Kafka is unreachable')
  for (let n = 21; n <= 40; n++) cluster.append('rows', n % 2, rowOf(n))
  await pause(300)
  cluster.set({ isAway: false })
  await run.until(40)
  await run.stop()
  assert.deepEqual(run.numbers(), upTo(40))
  assert.deepEqual(run.warnings, [
    "source 'rows': Kafka is unreachable; retrying: connect ECONNREFUSED",
    "source 'rows': Kafka is reachable again",
  ])
  await run.end()
})

test('a cluster that is away for an hour is tried again every few seconds, and reading goes on where it was', async ({ mock }) => {
  const cluster = clusterOf(1, 3)
  let attempts = 0
  const open = () => {
    attempts++
    return cluster.driver()
  }
  const run = new TopicRun(topicReader(numbersSource, { topic: 'rows', checkMs: 100, open }))
  await run.until(3)
  mock.timers.enable({ apis: ['setTimeout'] })
  cluster.set({ isAway: true })
  for (let ms = 0; ms < HOUR_MS; ms += limits.KAFKA_RETRY_MS_MAX) {
    mock.timers.tick(limits.KAFKA_RETRY_MS_MAX)
    for (let turn = 0; turn < TURNS; turn++) await yieldToEventLoop()
  }
  const during = attempts
  cluster.append('rows', 0, rowOf(4))
  cluster.set({ isAway: false })
  mock.timers.tick(limits.KAFKA_RETRY_MS_MAX)
  mock.timers.reset()
  await run.until(4)
  await run.stop()
  assert.ok(during > HOUR_MS / limits.KAFKA_RETRY_MS_MAX / 2, `${during} attempts`)
  assert.equal(attempts, during + 1)
  assert.deepEqual(run.numbers(), upTo(4))
  assert.equal(run.warnings.filter(warning => warning.includes('Kafka is unreachable')).length, 1, run.warnings.join('\n'))
  await run.end()
})

test('a broker that starts and does not know the topic yet is waited for; a topic that stays away ends its source', async () => {
  const cluster = clusterOf(2, 20)
  const run = reading(cluster)
  await run.until(20)
  cluster.set({ isForgetful: true })
  await run.untilWarning("topic 'rows' does not exist; looking for it again")
  cluster.set({ isForgetful: false })
  for (let n = 21; n <= 40; n++) cluster.append('rows', n % 2, rowOf(n))
  await run.until(40)
  assert.deepEqual(run.numbers(), upTo(40))
  cluster.deleteTopic('rows')
  await assert.rejects(run.ended, { code: 'SPILL_SOURCE', message: /topic 'rows' does not exist$/ })
  await run.end()
})

test('a cluster whose description comes and whose records do not is one outage, not many', async () => {
  const cluster = clusterOf(1, 3)
  const run = reading(cluster)
  await run.until(3)
  cluster.set({ isLeaderless: true })
  cluster.append('rows', 0, rowOf(4))
  await run.untilWarning('Kafka is unreachable')
  await pause(1000)
  assert.equal(run.warnings.length, 1)
  cluster.set({ isLeaderless: false })
  await run.until(4)
  await run.untilWarning('Kafka is reachable again')
  await run.end()
})

test('a cluster that was never reached, and a topic that does not exist, are errors that name them', async () => {
  const away = new MemoryCluster()
  away.set({ isAway: true })
  await assert.rejects(reading(away).ended, {
    code: 'SPILL_SOURCE',
    message: "kafka:rows source 'rows': Kafka cannot be reached: connect ECONNREFUSED",
  })
  await assert.rejects(reading(new MemoryCluster()).ended, { code: 'SPILL_SOURCE', message: /topic 'rows' does not exist/ })
})

test('a cluster that never answers: reading ends with the signal, and goes on once it answers', async () => {
  const cluster = clusterOf(1, 3)
  cluster.set({ isSilent: true })
  const unanswered = reading(cluster)
  await pause(20)
  await unanswered.stop()
  cluster.set({ isSilent: false })
  const run = reading(cluster, unanswered)
  await run.until(3)
  cluster.set({ isSilent: true })
  cluster.append('rows', 0, rowOf(4))
  await pause(50)
  assert.deepEqual(run.numbers(), upTo(3))
  cluster.set({ isSilent: false })
  await run.until(4)
  cluster.set({ isSilent: true })
  await run.stop()
  assert.deepEqual(run.numbers(), upTo(4))
  await run.end()
})

test('an authorization that is revoked is waited for while a run reads, and is an error at a start', async () => {
  const { cluster, run } = await afterThree()
  const denied = reading(cluster, run)
  cluster.append('rows', 0, rowOf(4))
  await denied.until(4)
  cluster.set({ isDenied: true })
  await denied.untilWarning('Kafka denies access; waiting until it is granted again: TOPIC_AUTHORIZATION_FAILED')
  cluster.append('rows', 0, rowOf(5))
  cluster.set({ isDenied: false })
  await denied.until(5)
  await denied.untilWarning('Kafka grants access again')
  await denied.stop()
  cluster.set({ isDenied: true })
  await assert.rejects(readOnce(cluster, run).ended, {
    code: 'SPILL_SOURCE',
    message: /Kafka rejects this client: TOPIC_AUTHORIZATION_FAILED\. Allow it to read and describe the topic$/,
  })
  assert.deepEqual(run.numbers(), upTo(5))
  await run.end()
})

test('a topic that was made again is not taken for the one that was read', async () => {
  const { cluster, run } = await afterThree()
  cluster.deleteTopic('rows')
  cluster.createTopic('rows', 1)
  for (let n = 5; n < 9; n++) cluster.append('rows', 0, rowOf(n))
  await rejectsWith(
    cluster,
    run,
    /^kafka:rows was read up to offset 3 in an earlier topic of this name \(topic-1-rows\), and this is topic /,
  )
})

test('records that retention deleted before they were read end the source', async () => {
  const { cluster, run } = await afterThree()
  for (let n = 4; n <= 9; n++) cluster.append('rows', 0, rowOf(n))
  cluster.deleteBefore('rows', 0, 6)
  await rejectsWith(
    cluster,
    run,
    /partition 0 has the offsets 6 to 8, and the next to read is 3: the records of partition 0 after the committed position are gone: the topic's retention deleted them/,
  )
})

test('an offset behind the end of the log ends the source', async () => {
  const { cluster, run } = await afterThree()
  const log = cluster.partition('rows', 0)
  log.end = 2
  log.records.pop()
  await rejectsWith(cluster, run, /no longer (in the topic|has the records)/)
})

test('a log that was cut and has grown past the position ends the source: other records have taken the offsets', async () => {
  const { cluster, run } = await afterThree()
  cluster.electUnclean('rows', 0, 1)
  for (let n = 10; n < 20; n++) cluster.append('rows', 0, rowOf(n))
  await rejectsWith(cluster, run, /partition 0 was cut at 1: records that were read are no longer in the topic, since a leader was elected/)
})

test('an election that loses nothing is not noticed', async () => {
  const { cluster, run } = await afterThree()
  cluster.electUnclean('rows', 0, 3)
  cluster.append('rows', 0, rowOf(4))
  await readOnce(cluster, run).ended
  cluster.electUnclean('rows', 0, 4)
  cluster.append('rows', 0, rowOf(5))
  await readOnce(cluster, run).ended
  assert.deepEqual(run.numbers(), upTo(5))
  assert.match(run.position('rows', 0)!, /"offset":"5","epoch":2/)
  await run.end()
})

test('a corrupt batch ends the source before it; once it is whole, reading goes on with it', async () => {
  const { cluster, run } = await afterThree()
  for (let n = 4; n <= 6; n++) cluster.append('rows', 0, rowOf(n))
  const log = cluster.partition('rows', 0)
  log.corruptAt = 4
  await assert.rejects(readOnce(cluster, run).ended, {
    code: 'SPILL_SOURCE',
    message: /the batch at offset 4 is corrupt\. Nothing was skipped: a start goes on there\. Restore the partition from another replica$/,
  })
  assert.deepEqual(run.numbers(), upTo(4))
  assert.match(run.position('rows', 0)!, /"offset":"4"/)
  log.corruptAt = undefined
  await readOnce(cluster, run).ended
  assert.deepEqual(run.numbers(), upTo(6))
  await run.end()
})

test('a partition that the topic gets while a run reads it is read from its first record, and the run says so', async () => {
  const cluster = clusterOf(2, 4)
  const run = reading(cluster)
  await run.until(4)
  cluster.addPartition('rows')
  cluster.append('rows', 2, rowOf(5))
  await run.until(5)
  await run.stop()
  assert.deepEqual(run.numbers(), upTo(5))
  assert.deepEqual(run.warnings.length, 1)
  assert.match(run.warnings[0], /^source 'rows': topic rows has 3 partitions, and had 2: the new ones are read from their first record\. /)
  await run.end()
})

test('a partition that the topic gets while no run reads it is read from its first record, whatever the start', async () => {
  const cluster = clusterOf(2, 4)
  const run = readOnce(cluster)
  await run.ended
  cluster.addPartition('rows')
  cluster.append('rows', 2, rowOf(5))
  const reader = topicReader(numbersSource, { topic: 'rows', from: 'latest', open: () => cluster.driver() })
  const second = new TopicRun(reader, { opened: run.opened, follow: false })
  await second.ended
  assert.deepEqual(second.numbers(), upTo(5))
  assert.match(second.warnings[0], /has 3 partitions, and had 2/)
  await second.end()
})
