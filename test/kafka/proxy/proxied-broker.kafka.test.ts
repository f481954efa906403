/** Clients of a real broker come through its proxy, and its faults hit the requests that a test has chosen. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { pause } from '../../../src/base/clock.ts'
import { openWriter } from '../../../src/kafka/index.ts'
import { openKafkaDriver } from '../../../src/kafka/open-driver.ts'
import { brokers, BrokerTopics } from '../brokers.ts'
import { openedWriter } from '../opened-writer.ts'
import { endTxnErrorOf } from './frames.ts'
import { ProxiedBroker } from './proxied-broker.ts'

const AGAIN_MS = 100
const record = (value: string) => ({ key: 'k', value, headers: {} })

for (const version of brokers.keys())
  test(`Kafka ${version}: a producer whose answer is lost appends once, and a transaction whose end is late is not committed`, async () => {
    const proxied = await ProxiedBroker.start(version, 1)
    const [proxy] = proxied.proxies
    const topics = new BrokerTopics(proxied.broker.address)
    const driver = openKafkaDriver({ brokers: [proxy.address], clientId: 'test' })
    after(async () => {
      await Promise.all([topics.close(), driver.close()])
      await proxied.close()
    })
    const topic = await topics.create()
    const end = async (of: 'latest' | 'stable' = 'latest'): Promise<number> => (await driver.offsets(topic, [0], of)).get(0)!

    const lost = proxy.plan({ api: 'Produce', kind: 'lose answer' })
    await driver.send(topic, [record('a')])
    assert.ok(lost.hasHappened)
    assert.equal(await end(), 1)
    assert.equal(proxy.answered('Produce'), 2)

    const placed = { ...record('b'), topic, partition: 0, timestamp: 1 }
    const writer = driver.transactions('t')
    const identity = await openedWriter(writer)
    const late = proxy.plan({ api: 'EndTxn', kind: 'late request' })
    await assert.rejects(writer.write([placed]))
    assert.ok(late.hasHappened)
    const next = await openWriter(writer, identity)
    assert.ok(next.epoch > identity.epoch)
    const held = proxy.plan({ api: 'EndTxn', kind: 'hold request' })
    const writing = writer.write([placed])
    await held.happened
    late.release()
    const answer = await late.answer
    assert.notEqual(endTxnErrorOf(answer), 0, answer.toString('hex'))
    assert.equal(await end('stable'), 3, 'behind the record and the marker of the aborted transaction')
    held.release()
    await writing
    // Two records and two markers; the last one is written after the answer to the end.
    while ((await end('stable')) === 3) await pause(AGAIN_MS)
    assert.equal(await end('stable'), 5)
  })

test('a fetch that waits at the broker does not hold up another one of its driver', async () => {
  const [version] = brokers.keys()
  const proxied = await ProxiedBroker.start(version, 1)
  const [proxy] = proxied.proxies
  const topics = new BrokerTopics(proxied.broker.address)
  const driver = openKafkaDriver({ brokers: [proxy.address], clientId: 'test' })
  after(async () => {
    await Promise.all([topics.close(), driver.close()])
    await proxied.close()
  })
  const [idle, busy] = [await topics.create(), await topics.create()]
  await topics.append(busy, 0, ['a'])
  const fetches = [idle, busy].map(topic => driver.fetch(topic, { isCommittedOnly: true, maxBytes: 1 << 20 }))
  const held = proxy.plan({ api: 'Fetch', kind: 'hold answer' })
  fetches[0].assign(0, { offset: 0, epoch: -1 })
  await held.happened
  fetches[1].assign(0, { offset: 0, epoch: -1 })
  const fetched = await fetches[1].next()
  assert.equal(fetched?.records.count, 1)
  held.release()
})
