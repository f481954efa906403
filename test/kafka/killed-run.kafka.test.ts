/** `spillway run` over a topic of a real broker that is written to all the time, killed at any moment and started again. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { pause } from '../../src/base/clock.ts'
import { openKafkaDriver } from '../../src/kafka/open-driver.ts'
import { positionKey } from '../../src/log/named-values.ts'
import { readDataFolder } from '../../src/log/sqlite/data-folder.ts'
import type { SourceLag } from '../../src/monitor/lag/lag-sampler.ts'
import { Child } from '../crash/child.ts'
import { Draw } from '../property/generate/draw.ts'
import { scratchFolder } from '../scratch.ts'
import { brokers, BrokerTopics, describedGroup } from './brokers.ts'
import { numbersIn } from './numbers-in.ts'
import { rowOf, upTo } from './topic-run.ts'
import { TopicWriter } from './topic-writer.ts'

const KILLS = 25
const PARTITIONS = 3
/** Longest life of a process after it has read something, and the interval of looks whether it has, ms. */
const [LIFE_MS, LOOK_MS] = [1000, 20]
/** Share of the kills during a start, and the longest time to it, ms. */
const [EARLY, START_MS] = [0.2, 900]

const READY = /starts a new log|continues at entry/
/** A process that lives longer is stuck, also on a busy machine. */
const PATIENCE_MS = 180_000

/** The offset of the position of each partition in a data folder; undefined for none. */
function offsetsIn(data: string, topic: string): (number | undefined)[] {
  const named = new Map(positionsIn(data))
  return Array.from({ length: PARTITIONS }, (_, partition) => {
    const text = named.get(positionKey(`rows=kafka:${topic}#${partition}`))
    return text === undefined ? undefined : Number((JSON.parse(text) as { offset: string }).offset)
  })
}

function positionsIn(data: string): Iterable<readonly [string, string]> {
  const reader = readDataFolder(data)
  try {
    return [...reader.named('')]
  } finally {
    reader.close()
  }
}

/** The positions as a text; empty if a process was killed before its log was there. */
function progressIn(data: string, topic: string): string {
  try {
    return JSON.stringify(offsetsIn(data, topic))
  } catch {
    return ''
  }
}

const argsOf = (topic: string, data: string, ...more: readonly string[]) => [
  'src/cli/bin.ts',
  'run',
  'test/kafka/numbers-pipeline.ts',
  '--source',
  `rows=kafka:${topic}?group=g-${topic}`,
  '--data',
  data,
  ...more,
]

/** Lets a process live and kills it: during its start, or some time after it has read something. Returns an error text if it had ended before. */
async function killAtRandom(child: Child, draw: Draw, progress: () => string): Promise<string | undefined> {
  if (draw.chance(EARLY)) await pause(draw.between(0, START_MS))
  else {
    const before = progress()
    await child.ready()
    for (let waited = 0; progress() === before && waited < PATIENCE_MS; waited += LOOK_MS) await pause(LOOK_MS)
    await pause(draw.between(0, LIFE_MS))
  }
  return child.kill()
}

for (const [version, address] of brokers) {
  const topics = new BrokerTopics(address)
  after(() => topics.close())
  // The older version shares the code; a quarter of the kills shows that the broker makes no difference.
  const kills = version.startsWith('4.') ? KILLS : Math.ceil(KILLS / 4)

  test(`Kafka ${version}: killed ${kills} times under load, each record is in the log once, and the lag is what Kafka's tool says`, async () => {
    const draw = new Draw(kills)
    const topic = await topics.create(PARTITIONS)
    const data = join(scratchFolder('kafka-killed'), 'data')
    process.env['KAFKA_BROKERS'] = address
    const writer = new TopicWriter(topics, topic, PARTITIONS, draw)
    after(() => writer.stop())
    let progressed = 0
    for (let life = 0, before = ''; life < kills; life++) {
      assert.equal(
        await killAtRandom(new Child(argsOf(topic, data), READY, PATIENCE_MS), draw, () => progressIn(data, topic)),
        undefined,
        `life ${life}`,
      )
      const now = progressIn(data, topic)
      if (now !== before) progressed++
      before = now
    }
    await writer.stop()
    assert.ok(progressed > kills / 2, `${progressed} of ${kills} lives read something`)
    assert.equal(await new Child(argsOf(topic, data, '--once'), READY, PATIENCE_MS).exit(), undefined)
    assert.deepEqual(
      numbersIn(data).toSorted((a, b) => a - b),
      upTo(writer.last),
    )

    // Records that nobody can read yet, of another number in each partition.
    const open: Awaited<ReturnType<BrokerTopics['begin']>>[] = []
    for (let partition = 0; partition < PARTITIONS; partition++)
      open.push(await topics.begin(topic, partition, upTo(partition + 1).map(rowOf)))
    const driver = openKafkaDriver({ brokers: [address], clientId: 'test' })
    try {
      const ends = await driver.offsets(topic, [0, 1, 2], 'latest')
      const offsets = offsetsIn(data, topic)
      assert.deepEqual(
        offsets,
        [0, 1, 2].map(partition => ends.get(partition)! - partition - 1),
        'the positions are at the ends',
      )
      const described = describedGroup(version, address, `g-${topic}`, topic)
      assert.deepEqual(
        [0, 1, 2].map(partition => described.get(partition)),
        [0, 1, 2].map(partition => ({
          committed: offsets[partition],
          end: ends.get(partition),
          lag: partition + 1,
        })),
      )
      assert.deepEqual(await servedLags(topic, data), [1, 2, 3], 'as the run shows it')
    } finally {
      await Promise.all([driver.close(), ...open.map(transaction => transaction.end('abort'))])
    }
  })
}

/** The lag of each partition as a run shows it over HTTP, once it has measured all of them. */
async function servedLags(topic: string, data: string): Promise<number[]> {
  const run = new Child(argsOf(topic, data, '--listen', '127.0.0.1:0', '--no-auth'), /listening at (http:[^\s,]+)/, PATIENCE_MS)
  try {
    const url = await run.ready()
    assert.ok(url !== undefined, run.output)
    for (;;) {
      const { readers } = (await (await fetch(`${url}/sources/rows/lag`)).json()) as { readers: readonly [Pick<SourceLag, 'partitions'>] }
      const [{ partitions }] = readers
      if (partitions.length === PARTITIONS)
        return partitions.toSorted((a, b) => Number(a.partition) - Number(b.partition)).map(({ lag }) => lag)
      await pause(LOOK_MS)
    }
  } finally {
    await run.kill()
  }
}
