/** Alerts and series of the lag of a topic, in records. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits, yieldToEventLoop } from '../../src/base/index.ts'
import { lagCondition } from '../../src/monitor/lag/lag-condition.ts'
import { lagReadings } from '../../src/monitor/lag/lag-readings.ts'
import { topicReader } from '../../src/sources/kafka/topic-reader.ts'
import { virtualTime } from '../action/virtual-time.ts'
import { LaggingRun } from './lagging-run.ts'
import { MemoryCluster } from './memory-cluster.ts'
import { numbersSource, rowOf, upTo } from './topic-run.ts'

const PARTITIONS = 2

/** A run that has read ten records, and the time of its samples. */
async function readTen() {
  const cluster = new MemoryCluster()
  cluster.createTopic('rows', PARTITIONS)
  const time = virtualTime(1_000_000)
  const append = (...counts: readonly number[]) =>
    counts.forEach((count, partition) => upTo(count).forEach(n => cluster.append('rows', partition, rowOf(n))))
  append(5, 5)
  const run = new LaggingRun(topicReader(numbersSource, { topic: 'rows', open: () => cluster.driver() }), time)
  await run.until(10)
  run.sampler.start()
  await yieldToEventLoop()
  /** Goes on by a number of samples. */
  const sampled = async (samples: number): Promise<void> => {
    const until = time.clock() + samples * limits.LAG_SAMPLE_MS
    while (time.next(until)) await yieldToEventLoop()
  }
  const condition = () => lagCondition(run.sampler.lags()[0], time.clock())
  const recorded = () => new Map(lagReadings(run.sampler.lags())).get('source_lag?source=rows')
  return { run, append, sampled, condition, recorded }
}

test('a topic whose reader stands still is a page with the number of its unread records, which the series has too', async () => {
  const { run, append, sampled, condition, recorded } = await readTen()
  assert.equal(recorded(), 0, 'from the first measurement on')
  run.allow(0)
  append(3, 4)
  await sampled(limits.LAG_SAMPLES + 1)
  const { severity, summary } = condition()!
  assert.equal(severity, 'page')
  assert.match(summary, /^source 'rows' stands still: 7 records wait, the oldest for .* min, in 2 of 2 partitions$/)
  assert.equal(recorded(), 7)
  run.allow(Infinity)
  await run.until(17)
  await sampled(1)
  assert.deepEqual([condition(), recorded()], [undefined, 0])
  await run.end()
})

test('a topic that gets more records than are read is a ticket', async () => {
  const { run, append, sampled, condition, recorded } = await readTen()
  run.allow(0)
  append(20, 20)
  for (let sample = 0; sample <= limits.LAG_SAMPLES; sample++) {
    append(9, 9)
    run.allow(PARTITIONS)
    await run.until(10 + 8 * PARTITIONS * (sample + 1))
    await sampled(1)
  }
  const { severity, summary } = condition()!
  assert.equal(severity, 'ticket')
  const records = PARTITIONS * (20 + limits.LAG_SAMPLES + 1)
  assert.match(summary, new RegExp(`^source 'rows' falls behind: ${records} records wait, the oldest for .*, in 2 of 2 partitions$`))
  assert.equal(recorded(), records)
  await run.end()
})
