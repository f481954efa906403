import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EffectValue } from './effect.ts'
import { kafka } from './kafka-effect.ts'
import { env, secretFile } from './setting.ts'

const irOf = (effect: unknown): unknown => (effect as EffectValue).ir

test('a topic, its brokers and its limits are in the IR, and no address unless the file has one', () => {
  assert.deepEqual(irOf(kafka('alerts')), { kind: 'kafka', topic: 'alerts', brokers: { kind: 'env', name: 'KAFKA_BROKERS' } })
  assert.deepEqual(irOf(kafka('a.b_c-1', { brokers: env('B'), timeout: '2s', attempts: 3 })), {
    kind: 'kafka',
    topic: 'a.b_c-1',
    brokers: { kind: 'env', name: 'B' },
    timeout: 2000,
    attempts: 3,
  })
})

test('a login and certificates are settings, and a secret in the file or a function for a token is a mistake', () => {
  const login = { mechanism: 'plain', username: 'fraud', password: env('PASSWORD') } as const
  assert.deepEqual(irOf(kafka('alerts', { sasl: login, tls: { ca: secretFile('ca.pem') } })), {
    kind: 'kafka',
    topic: 'alerts',
    brokers: { kind: 'env', name: 'KAFKA_BROKERS' },
    sasl: { mechanism: 'PLAIN', username: { kind: 'value', value: 'fraud' }, password: { kind: 'env', name: 'PASSWORD' } },
    tls: { ca: { kind: 'file', name: 'ca.pem' } },
  })
  assert.throws(() => kafka('alerts', { sasl: { ...login, password: 'swordfish' as never } }), {
    code: 'SPILL_DEFINITION',
    message: /kafka: sasl: password is a secret and must not be in the file/,
  })
  assert.throws(() => kafka('alerts', { sasl: { mechanism: 'oauthbearer', token: () => 'swordfish' } }), {
    code: 'SPILL_DEFINITION',
    message: /token is a function, which an effect cannot have; write secretFile/,
  })
})

test('an invalid topic, and options that do not fit, are mistakes', () => {
  for (const topic of ['', 'a b', '.', '..', 'ä', 'x'.repeat(250), 7])
    assert.throws(() => kafka(topic as string), { code: 'SPILL_DEFINITION', message: /kafka needs the name of a topic/ })
  assert.throws(() => kafka('a', { topics: 1 } as never), { code: 'SPILL_DEFINITION', message: /topics/ })
  assert.throws(() => kafka('a', { attempts: 0 }), { code: 'SPILL_DEFINITION', message: /attempts is a number from 1, got 0/ })
  assert.throws(() => kafka('a', { timeout: '2h' as never }), { code: 'SPILL_DEFINITION', message: /timeout is at most 3600000 ms/ })
  assert.throws(() => kafka('a', { brokers: 7 as never }), { code: 'SPILL_DEFINITION', message: /brokers/ })
})
