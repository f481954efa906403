import assert from 'node:assert/strict'
import { registerHooks } from 'node:module'
import { test } from 'node:test'
import { freePorts } from '../../scripts/engines/engine.ts'
import { SilentBroker } from '../../test/kafka/silent-broker.ts'
import { openKafkaDriver } from './open-driver.ts'

const REQUEST_MS = 300

/** The error of a topic's description by a broker. Closes the driver, whose thread would keep this process alive. */
async function errorOf(address: string): Promise<{ readonly kind: unknown; readonly message: string }> {
  const driver = openKafkaDriver({ brokers: [address], clientId: 'test', requestMs: REQUEST_MS })
  try {
    await driver.describe('rows')
  } catch (error) {
    return error as never
  } finally {
    await driver.close()
  }
  throw new Error('it answered')
}

test('a missing package is an error that says what to install', () => {
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      if (specifier === '@platformatic/kafka') throw Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' })
      return next(specifier, context)
    },
  })
  try {
    assert.throws(() => openKafkaDriver({ brokers: ['127.0.0.1:1'], clientId: 'test' }), {
      code: 'SPILL_PACKAGE',
      message: /needs the package '@platformatic\/kafka': npm install @platformatic\/kafka@2$/,
    })
  } finally {
    hooks.deregister()
  }
})

test('nobody at the address: unavailable', async () => {
  const [port] = await freePorts(1)
  const { kind, message } = await errorOf(`127.0.0.1:${port}`)
  assert.equal(kind, 'unavailable')
  assert.match(message, new RegExp(`ECONNREFUSED 127.0.0.1:${port}`))
})

test('a broker that never answers is unavailable after KAFKA_REQUEST_MS', async () => {
  await using broker = await SilentBroker.start()
  const { kind, message } = await errorOf(broker.address)
  assert.deepEqual([kind, message], ['unavailable', 'Request timed out'])
})

test('so is a broker that sends a byte now and then', async () => {
  await using broker = await SilentBroker.start(20)
  assert.equal((await errorOf(broker.address)).kind, 'unavailable')
})

test('a driver is closed though its broker does not answer', async () => {
  await using broker = await SilentBroker.start()
  const driver = openKafkaDriver({ brokers: [broker.address], clientId: 'test' })
  const described = driver.describe('rows').then(
    () => 'answered',
    (error: Error) => error.message,
  )
  await driver.close()
  assert.notEqual(await described, 'answered')
})
