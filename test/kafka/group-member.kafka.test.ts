/** Members of a group of a real broker, as a driver has them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openKafkaDriver } from '../../src/kafka/index.ts'
import { brokers, BrokerTopics } from './brokers.ts'

assert.ok(brokers.size > 0, 'run this file by npm run test:kafka, which starts brokers')

for (const [version, address] of brokers)
  test(`Kafka ${version}: a member leaves at once, also while its join waits for a member that does not join`, async () => {
    const topics = new BrokerTopics(address)
    const topic = await topics.create(2)
    const drivers = Array.from({ length: 3 }, () => openKafkaDriver({ brokers: [address], clientId: 'test' }))
    const [first, silent, last] = drivers.map(driver => driver.member({ group: `g-${topic}`, topic, protocol: 'classic' }))
    try {
      assert.deepEqual(await first.partitions(), [0, 1])
      const joined = silent.partitions()
      assert.deepEqual(await first.partitions(), [], 'it gives up what it had, and joins anew')
      assert.deepEqual(
        (await Promise.all([first.partitions(), joined])).flat().toSorted((a, b) => a - b),
        [0, 1],
      )
      const joining = [last.partitions()]
      assert.deepEqual(await first.partitions(), [])
      joining.push(first.partitions())
      for (const join of joining) join.catch(() => {})
      await first.leave()
      // Had it waited for the silent member, it would have joined.
      await assert.rejects(joining[1], { kind: 'fenced' })
    } finally {
      await Promise.all(drivers.map(driver => driver.close()))
      await topics.close()
    }
  })
