import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EffectValue } from './effect.ts'
import { kafka } from './kafka-effect.ts'
import { env } from './setting.ts'

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

test('what is no topic, and options that do not fit, are mistakes', () => {
  for (const topic of ['', 'a b', '.', '..', 'ä', 'x'.repeat(250), 7])
    assert.throws(() => kafka(topic as string), { code: 'SPILL_DEFINITION', message: /kafka needs the name of a topic/ })
  assert.throws(() => kafka('a', { topics: 1 } as never), { code: 'SPILL_DEFINITION', message: /topics/ })
  assert.throws(() => kafka('a', { attempts: 0 }), { code: 'SPILL_DEFINITION', message: /attempts is a number from 1, got 0/ })
  assert.throws(() => kafka('a', { timeout: '2h' as never }), { code: 'SPILL_DEFINITION', message: /timeout is at most 3600000 ms/ })
  assert.throws(() => kafka('a', { brokers: 7 as never }), { code: 'SPILL_DEFINITION', message: /brokers/ })
})
