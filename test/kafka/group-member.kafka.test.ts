/** Members of a group of a real broker, as a driver has them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pause } from '../../src/base/clock.ts'
import type { GroupMember } from '../../src/kafka/index.ts'
import { openKafkaDriver } from '../../src/kafka/open-driver.ts'
import { brokers, BrokerTopics, protocolsOf } from './brokers.ts'
import { ProxiedBroker } from './proxy/proxied-broker.ts'

const AGAIN_MS = 20

assert.ok(brokers.size > 0, 'run this file by npm run test:kafka, which starts brokers')

/** Goes with the group until the member has so many partitions. */
async function untilHas(member: GroupMember, count: number): Promise<void> {
  while ((await member.partitions()).length !== count);
}

for (const [version, address] of brokers)
  for (const protocol of protocolsOf(version))
    for (const hasPartitions of [true, false])
      test(`Kafka ${version}, ${protocol}: a member ${hasPartitions ? 'with' : 'without'} partitions is fenced after it was expelled`, async () => {
        const topics = new BrokerTopics(address)
        const topic = await topics.create(hasPartitions ? 2 : 1)
        const group = `g-${topic}`
        const drivers = ['first', 'expelled'].map(clientId => openKafkaDriver({ brokers: [address], clientId }))
        const [first, expelled] = drivers.map(driver => driver.member({ group, topic, protocol }))
        try {
          await first.partitions()
          const joined = untilHas(expelled, hasPartitions ? 1 : 0)
          // By the classic protocol members join anew for each that comes.
          if (hasPartitions || protocol === 'classic') await untilHas(first, 1)
          // The next call says that the other partition is given up.
          first.partitions().catch(() => {})
          await joined
          const last = expelled.partitions()
          last.catch(() => {})
          while (!(await topics.expel(group, protocol, 'expelled'))) await pause(AGAIN_MS)
          await assert.rejects(last, { kind: 'fenced' })
          await assert.rejects(expelled.store(new Map([[0, { place: { offset: 1, epoch: 0 }, metadata: '' }]])), { kind: 'fenced' })
        } finally {
          await Promise.all(drivers.map(driver => driver.close()))
          await topics.close()
        }
      })

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

for (const version of brokers.keys())
  if (protocolsOf(version).includes('consumer'))
    test(`Kafka ${version}: a member gets its partitions also if the answer that named them was lost`, async context => {
      const proxied = await ProxiedBroker.start(version, 1)
      const [proxy] = proxied.proxies
      const topics = new BrokerTopics(proxied.broker.address)
      const topic = await topics.create(2)
      const drivers = [proxied.broker.address, proxy.address].map(address => openKafkaDriver({ brokers: [address], clientId: 'test' }))
      context.after(async () => {
        await Promise.all([topics.close(), ...drivers.map(driver => driver.close())])
        await proxied.close()
      })
      const [first, second] = drivers.map(driver => driver.member({ group: `g-${topic}`, topic, protocol: 'consumer' }))
      await untilHas(first, 2)
      const joined = untilHas(second, 1)
      await untilHas(first, 1)
      const lost = proxy.plan({ api: 'ConsumerGroupHeartbeat', kind: 'lose answer' })
      // The next call says that the other partition is given up.
      first.partitions().catch(() => {})
      await joined
      // A heartbeat that was under way may have had the answer.
      if (!lost.hasHappened) context.diagnostic('no answer was lost this time')
    })
