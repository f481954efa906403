import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import { rowsOf, topicValuesOf } from '../../test/kafka-formats/cell-agreement.ts'
import { framedValue, TestRegistry } from '../../test/kafka-formats/test-registry.ts'
import { pause } from '../base/clock.ts'
import { entity, source, t } from '../index.ts'
import { JsonLineReader } from '../intake/line-reader.ts'
import { openValueFormat, type ValueFormatOptions } from './open-format.ts'

const registry = await TestRegistry.start()
after(() => registry.close())
beforeEach(() => (registry.oddAnswer = undefined))
const signal = new AbortController().signal

const payments = source('payments', {
  schema: {
    card: entity('card', t.string()),
    at: t.timestamp(),
    day: t.timestamp({ zone: 'Europe/Zurich' }).nullable(),
    amount: t.decimal(2),
    count: t.int().nullable(),
    channel: t.enum(['web', 'shop']).default('web'),
  },
  key: 'card',
  time: 'at',
}).ir

const avroSchema = {
  type: 'record',
  name: 'Payment',
  fields: [
    { name: 'card', type: 'string' },
    { name: 'at', type: { type: 'long', logicalType: 'timestamp-micros' } },
    { name: 'day', type: ['null', { type: 'int', logicalType: 'date' }] },
    { name: 'amount', type: { type: 'bytes', logicalType: 'decimal', precision: 9, scale: 2 } },
    { name: 'count', type: ['null', 'long'] },
    { name: 'channel', type: ['null', { type: 'enum', name: 'C', symbols: ['web', 'shop', 'mail'] }] },
    { name: 'unread', type: { type: 'array', items: 'string' } },
  ],
}
const avroId = registry.register('avro', { schema: JSON.stringify(avroSchema) })
const protoId = registry.register('proto', {
  schemaType: 'PROTOBUF',
  schema: `syntax = "proto3"; import "google/protobuf/timestamp.proto";
    message Unused {} message Payment { string card = 1; google.protobuf.Timestamp at = 2; string amount = 3; optional uint64 count = 4; repeated string more = 9; }`,
})
const unreadable = registry.register('avro', { schema: '{"type":"recrd"}' })
const references = [{ name: 'Other', subject: 'other', version: 1 }]
const parted = registry.register('avro', { schema: JSON.stringify(avroSchema), references })
const jsonId = registry.register('json', { schemaType: 'JSON', schema: '{"type":"object","maxProperties":0}', references })

/** A card of one letter, 1,000,001 µs, the day 1, 1.50, a count and a channel by its branch. */
const payment = (count: readonly number[], channel: readonly number[]) =>
  framedValue(avroId, Buffer.from([2, 0x63, 0x82, 0x89, 0x7a, 2, 2, 4, 0x00, 0x96, ...count, ...channel, 2, 2, 0x78, 0]))
const whole = payment([2, 14], [2, 2])

async function read(options: ValueFormatOptions, values: readonly Buffer[], headers?: readonly string[]) {
  const format = openValueFormat(options, assert.fail)
  const batch = await format.batchOf(topicValuesOf(values, headers), signal)
  format.close()
  return rowsOf(payments, batch)
}
const avro = { format: 'avro', registry: { url: registry.url }, source: payments } as const

test('Avro becomes rows of the source: times, decimals, defaults for null, further fields ignored', async () => {
  const { rows, rejected } = await read(avro, [whole, payment([0], [0])])
  const midnight = Date.UTC(1970, 0, 1, 23)
  assert.deepEqual(rows, [
    ['c', 1000, midnight, 150, 7, 'shop'],
    ['c', 1000, midnight, 150, null, 'web'],
  ])
  assert.deepEqual(rejected, [])
})

test('each value that is none has a reason, a place and its bytes, and the others are read', async () => {
  const beyond = payment([2, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], [0])
  const values = [
    Buffer.from('{"card":"c"}'),
    whole.subarray(0, 3),
    framedValue(4_000_000, Buffer.from([1])),
    framedValue(unreadable, Buffer.from([1])),
    framedValue(protoId, Buffer.from([1])),
    framedValue(parted, Buffer.from([1])),
    whole.subarray(0, 12),
    Buffer.concat([whole, Buffer.from([0])]),
    payment([0], [2, 4]),
    beyond,
    whole,
  ]
  const { rows, rejected, raw } = await read(avro, values)
  assert.equal(rows.length, 1)
  const place = (index: number) => `kafka:p#0 offset ${100 + index}: `
  assert.deepEqual(rejected.slice(0, 3), [
    `${place(0)}the value begins with byte 123 and not with 0: it has no schema id. It was not written with a schema registry, or its format is another one`,
    `${place(1)}the value has 3 bytes, and a schema id alone takes 5`,
    `${place(2)}the schema registry ${registry.url} has no schema 4000000`,
  ])
  assert.match(rejected[3], new RegExp(`^${place(3)}schema ${unreadable}: the schema cannot be read: /: there is no type 'recrd'`))
  assert.deepEqual(rejected.slice(4), [
    `${place(4)}schema ${protoId}: its type is PROTOBUF, and the topic is read as AVRO`,
    `${place(5)}schema ${parted}: it refers to schemas of other subjects (Other), which is not supported: register it as one schema`,
    `${place(6)}'Payment.amount': cut off in an integer (at byte 7)`,
    `${place(7)}1 bytes are left behind the record (at byte 18)`,
    `${place(8)}'channel' has no value 'mail'; there is web, shop`,
    `${place(9)}'count' needs an int within ±(2^53−1), got 9223372036854775807`,
  ])
  assert.equal(raw[0].raw, '{"card":"c","at":1000,"day":"1970-01-02","amount":1.5,"count":null,"channel":"mail","unread":["x"]}')
  assert.deepEqual(raw[0].form, { tabular: true })
})

test('a reader of Avro has its own names', async () => {
  const fields = avroSchema.fields.map(field =>
    field.name === 'count' ? { name: 'n', type: ['null', 'long'], aliases: ['count'] } : field,
  )
  const { rows } = await read({ ...avro, readerSchema: JSON.stringify({ ...avroSchema, fields }) }, [whole])
  assert.deepEqual(rows, [['c', 1000, Date.UTC(1970, 0, 1, 23), 150, null, 'shop']])
  assert.throws(() => openValueFormat({ ...avro, readerSchema: '{' }, assert.fail), { code: 'SPILL_FORMAT' })
})

test('Protobuf becomes rows of the source', async () => {
  const message = Buffer.from('0a0163120208011a04312e3530', 'hex')
  const { rows, rejected } = await read({ format: 'protobuf', registry: { url: registry.url }, source: payments }, [
    framedValue(protoId, Buffer.concat([Buffer.from([2, 2]), message])),
    framedValue(protoId, Buffer.concat([Buffer.from([2, 2]), message, Buffer.from([0x20, 7])])),
    framedValue(protoId, Buffer.from([2, 4, 1])),
    framedValue(avroId, Buffer.from([0])),
  ])
  assert.deepEqual(rows, [
    ['c', 1000, null, 150, null, 'web'],
    ['c', 1000, null, 150, 7, 'web'],
  ])
  assert.deepEqual(rejected, [
    'kafka:p#0 offset 102: the schema has no message at the indexes 2',
    `kafka:p#0 offset 103: schema ${avroId}: its type is AVRO, and the topic is read as PROTOBUF`,
  ])
})

const json = Buffer.from('{"card":"c","at":1000,"amount":"1.50"}')
const reader = JsonLineReader.of(payments)
const row = ['c', 1000, null, 150, null, 'web']
const jsonSchema = { format: 'json-schema', registry: { url: registry.url }, reader } as const

test('JSON, as it is and behind a schema id that is passed over without a registry', async () => {
  const plain = await read({ format: 'json', reader }, [json, Buffer.from('{'), Buffer.alloc(0)])
  assert.deepEqual(plain.rows, [row])
  assert.equal(plain.rejected.length, 2)
  const values = [framedValue(8, json), json, framedValue(8, Buffer.from('{"card":1}')), framedValue(8, Buffer.alloc(0))]
  const framed = await read({ format: 'json-schema', reader }, values)
  assert.deepEqual(framed.rows, [row])
  assert.deepEqual(
    framed.rejected.map(text => text.slice(0, 70)),
    [
      'kafka:p#0 offset 103: the value is empty',
      'kafka:p#0 offset 101: the value begins with byte 123 and not with 0: i',
      "kafka:p#0 offset 102: 'card' needs a string, got 1",
    ],
  )
})

test('with a registry the id of JSON must be that of a JSON Schema, and the columns of the source check the value', async () => {
  registry.requests.length = 0
  // The schema of `jsonId` allows no field, and refers to another subject: neither counts.
  const values = [jsonId, 4_000_000, avroId, jsonId, 4_000_000].map(id => framedValue(id, json))
  const { rows, rejected } = await read(jsonSchema, [...values, json, framedValue(jsonId, Buffer.from('{"card":1}'))])
  assert.deepEqual(rows, [row, row])
  const place = (index: number) => `kafka:p#0 offset ${100 + index}: `
  assert.deepEqual(rejected, [
    `${place(1)}the schema registry ${registry.url} has no schema 4000000`,
    `${place(2)}schema ${avroId}: its type is AVRO, and the topic is read as JSON`,
    `${place(4)}the schema registry ${registry.url} has no schema 4000000`,
    `${place(5)}the value begins with byte 123 and not with 0: it has no schema id. It was not written with a schema registry, or its format is another one`,
    `${place(6)}'card' needs a string, got 1`,
  ])
  assert.equal(registry.requests.length, 3, 'one request for each id')
})

test('a GUID of the schema in a header rejects the record', async () => {
  for (const options of [avro, { format: 'json-schema' } as const]) {
    const { rows, rejected } = await read(options, [whole], ['__value_schema_id'])
    assert.deepEqual([rows.length, rejected.length], [0, 1])
    assert.match(rejected[0], /the header '__value_schema_id' has the GUID of the schema, which is not supported/)
  }
})

for (const [options, value] of [
  [avro, whole],
  [jsonSchema, framedValue(jsonId, json)],
] as const)
  test(`${options.format}: during an outage of the registry nothing is rejected: the batch waits, or ends with the signal`, async () => {
    const warnings: string[] = []
    const format = openValueFormat(options, text => warnings.push(text))
    registry.oddAnswer = response => response.destroy()
    const stop = new AbortController()
    const [aborted, waiting] = [format.batchOf(topicValuesOf([value]), stop.signal), format.batchOf(topicValuesOf([value]), signal)]
    while (warnings.length === 0) await pause(10)
    stop.abort(new Error('stopped'))
    await assert.rejects(aborted, { message: 'stopped' })
    registry.oddAnswer = undefined
    assert.equal(rowsOf(payments, await waiting).rows.length, 1)
    format.close()
    assert.equal(warnings.length, 2)
  })
