/** Outages of Kafka: each is one warning, its end another; which errors may pass, and when a connection shows that they have. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits, pause } from '../../base/index.ts'
import { KafkaError } from '../../kafka/index.ts'
import { Outage } from './outage.ts'

const away = new KafkaError('unavailable', 'connect ECONNREFUSED')
const denied = new KafkaError('denied', 'TOPIC_AUTHORIZATION_FAILED')
const AWAY = 'Kafka is unreachable; retrying: connect ECONNREFUSED'
const DENIED = 'Kafka denies access; waiting until it is granted again: TOPIC_AUTHORIZATION_FAILED'

function outageOf() {
  const warnings: string[] = []
  return { warnings, outage: new Outage(limits.KAFKA_MISSING_MS, text => warnings.push(text)) }
}

test('an outage is one warning, and another where its reason changes', () => {
  const { warnings, outage } = outageOf()
  outage.end()
  for (const error of [away, away, denied, denied, away]) assert.equal(outage.mayPass(error), true)
  outage.end()
  outage.end()
  assert.deepEqual(warnings, [AWAY, DENIED, AWAY, 'Kafka is reachable again'])
  assert.equal(outage.mayPass(denied), true)
  outage.end()
  assert.deepEqual(warnings.slice(4), [DENIED, 'Kafka grants access again'])
})

test('access that was never there is not waited for; a cluster that is away is', () => {
  const { warnings, outage } = outageOf()
  assert.deepEqual([outage.mayPass(denied), outage.mayPass(away), outage.mayPass(denied)], [false, true, false])
  assert.deepEqual(warnings, [AWAY])
  const absent = new KafkaError('no-credentials', 'sasl.token cannot be had')
  assert.equal(outage.mayPass(absent), false)
  outage.end()
  for (const error of [denied, absent]) assert.equal(outage.mayPass(error), true)
})

test('access that is denied shows soon, a leader that is away only after its time for an answer', () => {
  const { outage } = outageOf()
  outage.end()
  const { settledMs } = outage
  outage.mayPass(denied)
  assert.equal(outage.settledMs, settledMs)
  outage.mayPass(away)
  assert.ok(outage.settledMs > limits.KAFKA_REQUEST_MS && settledMs < limits.KAFKA_REQUEST_MS)
})

test('a missing topic is waited for during a time, which begins anew once it was found', async () => {
  const outage = new Outage(20, () => {})
  const missing = new KafkaError('missing', '')
  assert.equal(outage.mayPass(missing), true)
  await pause(30)
  outage.found()
  assert.equal(outage.mayPass(missing), true)
  await pause(30)
  assert.equal(outage.mayPass(missing), false)
})

test('a broker that is away, or denies access, between two times that the topic is missing: it is missing anew', async () => {
  const outage = new Outage(20, () => {})
  const missing = new KafkaError('missing', '')
  outage.end()
  for (const between of [away, denied]) {
    assert.equal(outage.mayPass(missing), true)
    assert.equal(outage.mayPass(between), true)
    await pause(30)
    assert.equal(outage.mayPass(missing), true, between.kind)
    outage.found()
  }
})

test('a topic that was made again is looked up without a word; other errors do not pass', () => {
  const { warnings, outage } = outageOf()
  assert.equal(outage.mayPass(new KafkaError('replaced', '')), true)
  for (const kind of ['out-of-range', 'truncated', 'corrupt', 'rejected', 'protocol'] as const)
    assert.equal(outage.mayPass(new KafkaError(kind, '')), false)
  assert.equal(outage.mayPass(new Error('')), false)
  assert.deepEqual(warnings, [])
})
