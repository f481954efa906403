/** The proof of inputs at topics of real brokers: everything that was produced is accepted, rejected by the broker, or a dead letter. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { random } from '../../src/base/random.ts'
import { accountTopic } from '../inputs/topic-door.ts'
import { TestRegistry } from '../kafka-formats/test-registry.ts'
import { BrokerInputs } from './broker-inputs.ts'
import { brokers, BrokerTopics } from './brokers.ts'

const TOPICS = 8

for (const [version, address] of brokers) {
  const topics = new BrokerTopics(address)
  const inputs = new BrokerInputs(topics)
  after(() => Promise.all([inputs.close(), topics.close()]))

  test(`Kafka ${version}: every record of ${TOPICS} random topics is accounted for`, async context => {
    const registry = await TestRegistry.start()
    after(() => registry.close())
    const counts = { accepted: 0, dead: 0, duplicate: 0, skipped: 0, rejected: 0 }
    for (let seed = 1; seed <= TOPICS; seed++) {
      const account = await accountTopic(random(seed), inputs, registry)
      assert.deepEqual(account.faults, [], `topic ${seed}`)
      assert.equal(account.crashed, 0)
      for (const name of Object.keys(counts) as (keyof typeof counts)[]) counts[name] += account[name]
    }
    // One for each topic was larger than it takes.
    assert.ok(counts.rejected >= TOPICS)
    assert.ok(counts.accepted > 0 && counts.dead > 0, JSON.stringify(counts))
    context.diagnostic(JSON.stringify(counts))
  })
}
