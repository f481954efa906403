/** A writer of transactions on real brokers, whose coordinator has aborted one of its own accord. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import * as client from '@platformatic/kafka'
import { brokers, BrokerTopics } from '../../../test/kafka/brokers.ts'
import { pause } from '../../base/clock.ts'
import { openKafkaDriver } from '../open-driver.ts'
import type { WriterIdentity } from '../driver.ts'

const TRANSACTION_MS = 60_000
const AGAIN_MS = 20

assert.ok(brokers.size > 0, 'run this file by npm run test:kafka, which starts brokers')

/** Begins a transaction and leaves it open. */
async function leaveOpen(address: string, id: string, topic: string): Promise<WriterIdentity> {
  const settings = { clientId: 'test', bootstrapBrokers: [address], serializers: client.stringSerializers }
  const producer = new client.Producer({ ...settings, idempotent: true, transactionalId: id, timeout: TRANSACTION_MS })
  const transaction = await producer.beginTransaction({ producerId: -1n, producerEpoch: -1 })
  await transaction.send({ messages: [{ topic, partition: 0, key: 'k', value: 'v' }], acks: -1 })
  const identity = { producerId: String(producer.producerId), epoch: producer.producerEpoch! }
  await producer.close(true)
  return identity
}

async function stateOf(address: string, id: string): Promise<{ readonly epoch: number; readonly state: string }> {
  const admin = new client.Admin({ clientId: 'test', bootstrapBrokers: [address] })
  const [connection] = (await admin.connectToBrokers()).values()
  const { transactionStates } = await client.describeTransactionsV0.api.async(connection, [id])
  await admin.close()
  const [{ producerEpoch: epoch, transactionState: state }] = transactionStates
  return { epoch, state }
}

/** Lets the coordinator abort the open transaction of a writer, as if the answer to that had been lost. */
async function abort(address: string, id: string, { producerId, epoch }: WriterIdentity): Promise<void> {
  const admin = new client.Admin({ clientId: 'test', bootstrapBrokers: [address] })
  const [connection] = (await admin.connectToBrokers()).values()
  await assert.rejects(client.initProducerIdV5.api.async(connection, id, TRANSACTION_MS, BigInt(producerId), epoch))
  while ((await stateOf(address, id)).state !== 'CompleteAbort') await pause(AGAIN_MS)
  await admin.close()
}

for (const [version, address] of brokers) {
  const topics = new BrokerTopics(address)
  const driver = openKafkaDriver({ brokers: [address], clientId: 'test' })
  after(() => Promise.all([topics.close(), driver.close()]))

  test(`Kafka ${version}: a writer whose transaction was aborted goes on, and one that has a successor is fenced`, async () => {
    const [id, topic] = [`test-${randomUUID()}`, await topics.create()]
    const first = await leaveOpen(address, id, topic)
    await abort(address, id, first)
    const second = await driver.transactions(id).open(first)
    assert.equal(second.producerId, first.producerId)
    assert.ok(second.epoch > first.epoch)

    const third = await driver.transactions(id).open()
    await assert.rejects(driver.transactions(id).open(second), { kind: 'fenced' })
    await driver.transactions(id).open(third)

    const fourth = await leaveOpen(address, id, topic)
    await assert.rejects(driver.transactions(id).open(third), { kind: 'fenced' })
    assert.deepEqual(await stateOf(address, id), { epoch: fourth.epoch, state: 'Ongoing' }, 'its transaction is not aborted for another')
  })
}
