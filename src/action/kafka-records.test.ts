/** Records of effects and dead letters as a topic gets them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { delivery } from '../../test/action/receiver.ts'
import { deadLetterRecord, effectRecord } from './kafka-records.ts'

const letter = (body: object) =>
  deadLetterRecord(
    delivery({ id: 'shop/dead-letters/log/7.0', key: '"any"', body: JSON.stringify({ detail: 'no amount', at: 0, ...body }) }),
  )

test('a dead letter of a topic is the rejected bytes without a key, with the headers of Kafka Connect', () => {
  assert.deepEqual(letter({ id: 7, source: 'payments', reason: 'schema', place: 'kafka:raw.v1#3 offset 4120', raw: '{"é":1}' }), {
    key: undefined,
    value: '{"é":1}',
    headers: {
      'spillway-idempotency-key': 'shop/dead-letters/log/7.0',
      '__connect.errors.topic': 'raw.v1',
      '__connect.errors.partition': '3',
      '__connect.errors.offset': '4120',
      '__connect.errors.connector.name': 'payments',
      '__connect.errors.stage': 'VALUE_CONVERTER',
      '__connect.errors.exception.message': 'no amount',
      'spillway-source': 'payments',
      'spillway-reason': 'schema',
      'spillway-place': 'kafka:raw.v1#3 offset 4120',
      'spillway-rejected-at': '1970-01-01T00:00:00.000Z',
    },
  })
})

test('a dead letter of bytes keeps them, and one of a file has no topic', () => {
  const { value, headers } = letter({
    source: 's',
    reason: 'schema',
    place: 'a.ndjson:1',
    rawBase64: Buffer.of(0xff, 0).toString('base64'),
  })
  assert.deepEqual(Buffer.from(value), Buffer.of(0xff, 0))
  assert.deepEqual(
    Object.keys(headers).filter(name => /errors\.(topic|partition|offset)/.test(name)),
    [],
  )
})

test('a key that is a text has no quotes, and any other is JSON', () => {
  const keyOf = (key: unknown) => effectRecord(delivery({ id: 'a', key: JSON.stringify(key), body: '{}' })).key
  assert.deepEqual(['c1', 7, null, ['a', 1]].map(keyOf), ['c1', '7', 'null', '["a",1]'])
})
