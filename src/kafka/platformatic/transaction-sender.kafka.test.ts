/** A writer of transactions on real brokers, whose coordinator has aborted one of its own accord. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import * as client from '@platformatic/kafka'
import { brokers, BrokerTopics } from '../../../test/kafka/brokers.ts'
import { openedWriter, writeWhenThere } from '../../../test/kafka/opened-writer.ts'
import { OwnBroker } from '../../../test/kafka/own-broker.ts'
import { OwnCluster } from '../../../test/kafka/own-cluster.ts'
import { pause } from '../../base/clock.ts'
import { openKafkaDriver } from '../open-driver.ts'
import { apiCodeOf } from './errors.ts'
import { openWriter } from '../port/open-writer.ts'
import type { PlacedRecord, WriterIdentity } from '../port/driver.ts'

const TRANSACTION_MS = 10_000
const AGAIN_MS = 20
const COORDINATOR_NOT_AVAILABLE = 15

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

/** Asks the coordinator for the next epoch of a writer, with its error for an answer. */
async function nextEpoch(address: string, id: string, { producerId, epoch }: WriterIdentity): Promise<unknown> {
  const admin = new client.Admin({ clientId: 'test', bootstrapBrokers: [address], retries: false })
  try {
    const [{ nodeId }] = await admin.findCoordinator({ keyType: client.FindCoordinatorKeyTypes.TRANSACTION, keys: [id] })
    const connection = (await admin.connectToBrokers([nodeId])).get(nodeId)!
    await client.initProducerIdV5.api.async(connection, id, TRANSACTION_MS, BigInt(producerId), epoch)
    return undefined
  } catch (error) {
    return error
  } finally {
    await admin.close()
  }
}

/** Lets the coordinator abort the open transaction of a writer, as if the answer to that had been lost. */
async function abort(address: string, id: string, identity: WriterIdentity): Promise<void> {
  assert.ok(await nextEpoch(address, id, identity))
  while ((await stateOf(address, id)).state !== 'CompleteAbort') await pause(AGAIN_MS)
}

/** Commits a transaction of a writer that spans a topic and has no records, so that only its markers are missing. */
async function commitEmpty(address: string, id: string, { producerId, epoch }: WriterIdentity, topic: string): Promise<void> {
  const admin = new client.Admin({ clientId: 'test', bootstrapBrokers: [address], retries: false })
  const [{ nodeId }] = await admin.findCoordinator({ keyType: client.FindCoordinatorKeyTypes.TRANSACTION, keys: [id] })
  const connection = (await admin.connectToBrokers([nodeId])).get(nodeId)!
  const [producer, topics] = [BigInt(producerId), [{ name: topic, partitions: [0] }]]
  await client.addPartitionsToTxnV3.api.async(connection, [
    { transactionalId: id, producerId: producer, producerEpoch: epoch, verifyOnly: false, topics },
  ])
  await client.endTxnV3.api.async(connection, id, producer, epoch, true)
  await admin.close()
}

const recordOf = (topic: string): PlacedRecord => ({ topic, partition: 0, key: 'k', value: 'v', headers: {}, timestamp: Date.now() })

for (const [version, address] of brokers) {
  const topics = new BrokerTopics(address)
  const driver = openKafkaDriver({ brokers: [address], clientId: 'test' })
  after(() => Promise.all([topics.close(), driver.close()]))

  test(`Kafka ${version}: a writer whose transaction was aborted goes on, and one that has a successor is fenced`, async () => {
    const [id, topic] = [`test-${randomUUID()}`, await topics.create()]
    const first = await leaveOpen(address, id, topic)
    await abort(address, id, first)
    const second = await openWriter(driver.transactions(id), first)
    assert.equal(second.producerId, first.producerId)
    assert.ok(second.epoch > first.epoch)

    const third = await openWriter(driver.transactions(id))
    await assert.rejects(openWriter(driver.transactions(id), second), { kind: 'fenced' })
    await openWriter(driver.transactions(id), third)

    const fourth = await leaveOpen(address, id, topic)
    await assert.rejects(openWriter(driver.transactions(id), third), { kind: 'fenced' })
    assert.deepEqual(await stateOf(address, id), { epoch: fourth.epoch, state: 'Ongoing' }, 'its transaction is not aborted for another')
  })

  test(`Kafka ${version}: a writer goes on behind late requests of its own, and is fenced by a successor that has written`, async () => {
    const [id, topic] = [`test-${randomUUID()}`, await topics.create()]
    const first = await openWriter(driver.transactions(id))
    await openWriter(driver.transactions(id))
    await assert.rejects(openWriter(driver.transactions(id), first), { kind: 'fenced' })
    const second = await openWriter(driver.transactions(id), { ...first, unanswered: 1 })
    assert.deepEqual(second, { ...first, epoch: first.epoch + 2, unanswered: 0 })
    const successor = driver.transactions(id)
    await openWriter(successor)
    await successor.write([{ topic, partition: 0, key: 'k', value: 'v', headers: {}, timestamp: 1 }])
    await assert.rejects(openWriter(driver.transactions(id), { ...second, unanswered: 1 }), { kind: 'fenced' })
    await successor.close()
  })

  test(`Kafka ${version}: a writer is fenced whose successor has the next epoch, and has left a transaction open`, async () => {
    const [id, topic] = [`test-${randomUUID()}`, await topics.create()]
    const first = await openWriter(driver.transactions(id))
    const second = await leaveOpen(address, id, topic)
    assert.equal(second.epoch, first.epoch + 1)
    await assert.rejects(openWriter(driver.transactions(id), first), { kind: 'fenced' })
    assert.equal((await stateOf(address, id)).state, 'CompleteAbort', 'it was waited for, and not ended')
  })

  test(`Kafka ${version}: a writer goes on whose next beginning was cut off after each of its requests`, async () => {
    const [id, topic] = [`test-${randomUUID()}`, await topics.create()]
    let identity = await leaveOpen(address, id, topic)
    for (let isOpen = false; !isOpen; await pause(AGAIN_MS)) {
      // The answer to the first of each two is lost.
      await driver.transactions(id).open(identity)
      ;({ identity, isOpen } = await driver.transactions(id).open(identity))
    }
    await openWriter(driver.transactions(id), identity)
  })

  test(`Kafka ${version}: a writer goes on whose coordinator could not store that it aborts its transaction`, async context => {
    const cluster = await OwnCluster.start(version, ['transaction.state.log.min.isr=2'])
    context.after(() => cluster.close())
    const own = cluster.first.address
    const [ownTopics, ownDriver] = [new BrokerTopics(own), openKafkaDriver({ brokers: cluster.addresses, clientId: 'test' })]
    context.after(() => Promise.all([ownTopics.close(), ownDriver.close()]))
    const [id, topic] = [`test-${randomUUID()}`, await ownTopics.create()]
    const first = await leaveOpen(own, id, topic)
    await cluster.second.kill()
    while (apiCodeOf(await nextEpoch(own, id, first)) !== COORDINATOR_NOT_AVAILABLE) await pause(AGAIN_MS)
    const { epoch, state } = await stateOf(own, id)
    assert.deepEqual([state, epoch], ['Ongoing', version.startsWith('3.') ? first.epoch + 1 : first.epoch])
    const opened = openedWriter(ownDriver.transactions(id), first)
    await cluster.second.restart()
    assert.ok((await opened).epoch > first.epoch)
  })

  test(`Kafka ${version}: a writer waits half a minute for the markers of the transaction before`, async context => {
    const cluster = await OwnCluster.start(version)
    context.after(() => cluster.close())
    const own = cluster.first.address
    const [ownTopics, ownDriver] = [new BrokerTopics(own), openKafkaDriver({ brokers: [own], clientId: 'test' })]
    context.after(() => Promise.all([ownTopics.close(), ownDriver.close()]))
    const [id, other] = [`test-${randomUUID()}`, `test-${randomUUID()}`]
    const topic = await ownTopics.create(1, { replicas: 2, leastReplicas: 2 })
    await cluster.second.kill()
    const writer = ownDriver.transactions(id)
    const identity = await openedWriter(writer)
    await commitEmpty(own, id, identity, topic)
    await commitEmpty(own, other, await openedWriter(ownDriver.transactions(other)), topic)
    const waited = { kind: 'unavailable', message: /^the coordinator has not completed the transaction before within 30 s; check/ }
    await Promise.all([
      assert.rejects(writer.write([recordOf(topic)]), waited),
      assert.rejects(openWriter(ownDriver.transactions(other)), waited),
    ])
    await cluster.second.restart()
    await writeWhenThere(writer, identity, [recordOf(topic)])
  })

  test(`Kafka ${version}: a broker whose limit for transactions is too small rejects a writer, with the setting`, async context => {
    const broker = await OwnBroker.start(version, { settings: ['transaction.max.timeout.ms=5000'] })
    context.after(() => broker.kill())
    const ownDriver = openKafkaDriver({ brokers: [broker.address], clientId: 'test' })
    context.after(() => ownDriver.close())
    await assert.rejects(openedWriter(ownDriver.transactions(`test-${randomUUID()}`)), {
      kind: 'rejected',
      message:
        /INVALID_TRANSACTION_TIMEOUT: .* Set transaction\.max\.timeout\.ms of the brokers to 10000 or more \(KAFKA_TRANSACTION_MS\)$/,
    })
  })
}
