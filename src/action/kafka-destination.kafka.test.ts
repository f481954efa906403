/** The destination of a topic on real brokers, and Java's own producer beside it. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { after, test } from 'node:test'
import { kafkaProgram } from '../../scripts/engines/kafka.ts'
import { delivery } from '../../test/action/receiver.ts'
import { brokers, BrokerTopics } from '../../test/kafka/brokers.ts'
import type { KafkaDriver } from '../kafka/index.ts'
import { openKafkaDriver } from '../kafka/open-driver.ts'
import { headersOf } from '../kafka/records/record-set.ts'
import { type ReceivedDelivery, testDestination } from '../testing/conformance/destination.ts'
import { kafkaDestination } from './kafka-destination.ts'
import { deadLetterRecord, IDEMPOTENCY_HEADER } from './kafka-records.ts'

assert.ok(brokers.size > 0, 'run this file by npm run test:kafka, which starts brokers')

interface ReadRecord {
  readonly partition: number
  readonly key: string | undefined
  readonly value: string
  readonly headers: Readonly<Record<string, string>>
}

/** All records of a topic, by partition. */
async function recordsOf(driver: KafkaDriver, topic: string): Promise<ReadRecord[]> {
  const { partitions } = await driver.describe(topic)
  const numbers = Array.from({ length: partitions }, (_, partition) => partition)
  const ends = await driver.offsets(topic, numbers, 'latest')
  const fetch = driver.fetch(topic, { isCommittedOnly: true, maxBytes: 1 << 20 })
  const unread = new Set(numbers.filter(partition => ends.get(partition)! > 0))
  for (const partition of unread) fetch.assign(partition, { offset: 0, epoch: -1 })
  const read: ReadRecord[] = []
  while (unread.size > 0) {
    const { partition, records, next } = (await fetch.next())!
    const { count, keys, values, bytes } = records
    const textAt = (spans: Int32Array, row: number): string => bytes.toString('utf8', spans[2 * row], spans[2 * row + 1])
    const keyAt = (row: number): string | undefined => (keys[2 * row] < 0 ? undefined : textAt(keys, row))
    for (let row = 0; row < count; row++) {
      const headers = Object.fromEntries(headersOf(records, row).map(({ name, value }) => [name, String(value)]))
      read.push({ partition, key: keyAt(row), value: textAt(values, row), headers })
    }
    if (next >= ends.get(partition)!) unread.delete(partition)
  }
  await fetch.close()
  return read.toSorted((a, b) => a.partition - b.partition)
}

/** The console producer moved with Kafka 4. */
const consoleProducerOf = (version: string): string =>
  version.startsWith('3.') ? 'kafka.tools.ConsoleProducer' : 'org.apache.kafka.tools.ConsoleProducer'

for (const [version, address] of brokers) {
  const topics = new BrokerTopics(address)
  const openDriver = (brokerAddress = address): KafkaDriver => openKafkaDriver({ brokers: [brokerAddress], clientId: 'spillway-test' })
  const driver = openDriver()
  after(() => Promise.all([topics.close(), driver.close()]))

  {
    const topic = topics.create(3)
    testDestination(`a topic of Kafka ${version}`, {
      open: async () => kafkaDestination(await topic, openDriver),
      received: async () =>
        (await recordsOf(driver, await topic)).map(({ headers, value }): ReceivedDelivery => ({
          id: headers[IDEMPOTENCY_HEADER],
          body: JSON.parse(value) as unknown,
        })),
      timeoutMs: 20_000,
    })
  }

  test(`Kafka ${version}: a topic that does not exist, and a broker that is not there, fail the delivery`, async () => {
    const absent = kafkaDestination('absent', openDriver)
    const outcome = await absent.deliver(delivery({ id: 'a/1', body: '{}' }))
    assert.match(JSON.stringify(outcome), /"failed".*topic 'absent'/)
    await absent.close()
    const away = kafkaDestination('alerts', () => openDriver('127.0.0.1:9'))
    assert.match(JSON.stringify(await away.deliver(delivery({ id: 'a/1', body: '{}' }))), /"failed".*topic 'alerts'/)
    await away.close()
  })

  test(`Kafka ${version}: a record that is too large for its topic is dead, and those beside it arrive`, async () => {
    const topic = await topics.create(1)
    const destination = kafkaDestination(topic, openDriver)
    const bodies = ['1', JSON.stringify('x'.repeat(2 << 20)), '2']
    const outcomes = await Promise.all(bodies.map((body, i) => destination.deliver(delivery({ id: `a/${i}`, body }))))
    assert.deepEqual(
      outcomes.map(outcome => [outcome.kind, outcome.kind === 'failed' && outcome.final]),
      [
        ['acknowledged', false],
        ['failed', true],
        ['acknowledged', false],
      ],
    )
    await destination.close()
    assert.deepEqual(
      (await recordsOf(driver, topic)).map(({ value }) => value),
      ['1', '2'],
    )
  })

  test(`Kafka ${version}: a dead letter is the bytes that were rejected, without a key, with headers that name its record`, async () => {
    const topic = await topics.create(3)
    const destination = kafkaDestination(topic, openDriver, deadLetterRecord)
    const letter = { source: 'payments', reason: 'schema', detail: 'no amount: é', place: 'kafka:raw#2 offset 41', at: 0 }
    const bodies = [
      { ...letter, raw: '{"a":1}' },
      { ...letter, rawBase64: Buffer.of(0xff, 0, 0x0a).toString('base64') },
    ]
    for (const [i, body] of bodies.entries()) await destination.deliver(delivery({ id: `l/${i}`, key: '"k"', body: JSON.stringify(body) }))
    await destination.close()
    const read = await recordsOf(driver, topic)
    assert.deepEqual(
      read.map(({ partition, key, value, headers }) => [
        partition,
        key,
        value,
        headers['__connect.errors.offset'],
        headers[IDEMPOTENCY_HEADER],
      ]),
      [
        [0, undefined, '{"a":1}', '41', 'l/0'],
        [0, undefined, '\ufffd\0\n', '41', 'l/1'],
      ],
    )
    assert.equal(read[0].headers['__connect.errors.exception.message'], 'no amount: é')
  })

  test(`Kafka ${version}: Java's producer gives each key the same partition`, async () => {
    const topic = await topics.create(7)
    const keys = Array.from({ length: 60 }, (_, i) => `${'é'.repeat(i % 5)}key ${i * 7919}`)
    const options = ['--bootstrap-server', address, '--topic', topic]
    const { status, stderr } = spawnSync(
      'java',
      [...kafkaProgram(version, consoleProducerOf(version)), ...options, '--property', 'parse.key=true'],
      { input: keys.map(key => `${key}\tjava\n`).join(''), encoding: 'utf8', timeout: 60_000 },
    )
    assert.equal(status, 0, stderr)
    const destination = kafkaDestination(topic, openDriver)
    for (const key of keys) await destination.deliver(delivery({ id: key, key: JSON.stringify(key), body: '"ours"' }))
    await destination.close()
    const read = await recordsOf(driver, topic)
    const partitionsOf = (value: string) =>
      Object.fromEntries(read.filter(record => record.value === value).map(({ key, partition }) => [key, partition]))
    assert.equal(Object.keys(partitionsOf('java')).length, keys.length)
    assert.deepEqual(partitionsOf('"ours"'), partitionsOf('java'))
  })
}
