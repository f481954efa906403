/** Runs that share a topic as members of a group of a real broker, killed at any moment and started again: each record is in one data folder. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { pause, stopwatch } from '../../src/base/clock.ts'
import type { GroupProtocol } from '../../src/kafka/index.ts'
import { openKafkaDriver } from '../../src/kafka/open-driver.ts'
import { sharedTopicReader } from '../../src/sources/kafka/shared-topic-reader.ts'
import { Child } from '../crash/child.ts'
import { Draw } from '../property/generate/draw.ts'
import { scratchFolder } from '../scratch.ts'
import { brokers, BrokerTopics, protocolsOf } from './brokers.ts'
import { numbersIn } from './numbers-in.ts'
import { numbersSource, TopicRun, upTo } from './topic-run.ts'
import { TopicWriter } from './topic-writer.ts'

const [MEMBERS, PARTITIONS, KILLS] = [3, 4, 6]
/** Longest time between two kills, ms. */
const LIFE_MS = 3000
const READY = /starts a new log|continues at entry/
/** A process that lives longer is stuck, and so are records that nobody has recorded after the second time, also on a busy machine. */
const [LIFE_MS_MAX, RECORDED_MS_MAX] = [560_000, 240_000]
const LOOK_MS = 200
/** Missing numbers that an error shows. */
const SHOWN = 5

assert.ok(brokers.size > 0, 'run this file by npm run test:kafka, which starts brokers')

const argsOf = (topic: string, data: string, protocol: GroupProtocol) => [
  'src/cli/bin.ts',
  'run',
  'test/kafka/numbers-pipeline.ts',
  '--source',
  `rows=kafka:${topic}?group=g-${topic}&membership=${protocol}`,
  '--data',
  data,
]

/** The numbers in a data folder; none of a process that was killed before its log was there. */
function recordedIn(data: string): readonly number[] {
  try {
    return numbersIn(data)
  } catch {
    return []
  }
}

function missingText(written: readonly number[], recorded: ReadonlySet<number>, children: readonly Child[]): string {
  const missing = written.filter(n => !recorded.has(n))
  const outputs = children.map(({ output }) => output)
  return [`${missing.length} records are in no folder, from ${missing.slice(0, SHOWN).join(', ')}`, ...outputs].join('\n')
}

for (const [version, address] of brokers)
  for (const protocol of protocolsOf(version)) {
    const topics = new BrokerTopics(address)
    after(() => topics.close())

    test(`Kafka ${version}, ${protocol}: ${MEMBERS} runs of which ${KILLS} are killed record each record once`, async () => {
      const draw = new Draw(KILLS)
      const topic = await topics.create(PARTITIONS)
      process.env['KAFKA_BROKERS'] = address
      const folder = scratchFolder(`kafka-shared-${version}-${protocol}`)
      const folders = Array.from({ length: MEMBERS }, (_, i) => join(folder, `data-${i}`))
      const start = (data: string) => new Child(argsOf(topic, data, protocol), READY, LIFE_MS_MAX)
      const children = folders.map(start)
      const writer = new TopicWriter(topics, topic, PARTITIONS, draw)
      after(async () => {
        await writer.stop()
        for (const child of children) await child.kill()
      })
      for (const child of children) await child.ready()
      for (let kill = 0; kill < KILLS; kill++) {
        await pause(draw.between(0, LIFE_MS))
        const victim = draw.between(0, MEMBERS - 1)
        assert.equal(await children[victim].kill(), undefined, `kill ${kill}`)
        children[victim] = start(folders[victim])
        await children[victim].ready()
      }
      await writer.stop()
      // A member that was killed is expelled in time, and its partitions go to the others; what it owes is read by its next process.
      const recorded = () => folders.flatMap(data => recordedIn(data))
      for (const began = stopwatch(); recorded().length < writer.last; await pause(LOOK_MS))
        if (stopwatch() - began > RECORDED_MS_MAX) assert.fail(missingText(upTo(writer.last), new Set(recorded()), children))
      for (const child of children) assert.equal(await child.terminate(), undefined)
      assert.deepEqual(
        recorded().toSorted((a, b) => a - b),
        upTo(writer.last),
      )
      assert.ok(folders.filter(data => recordedIn(data).length > 0).length > 1, 'more than one run has read something')
    })
  }

for (const [version, address] of brokers)
  if (!protocolsOf(version).includes('consumer'))
    test(`Kafka ${version}: brokers that do not serve the protocol of KIP-848 are an error that says what to write`, async () => {
      const topics = new BrokerTopics(address)
      const topic = await topics.create(1)
      const open = () => openKafkaDriver({ brokers: [address], clientId: 'test' })
      const reader = sharedTopicReader(numbersSource, { topic, group: `g-${topic}`, protocol: 'consumer', open })
      await assert.rejects(new TopicRun(reader).ended, { code: 'SPILL_SOURCE', message: /; write membership: 'classic'$/ })
      await topics.close()
    })
