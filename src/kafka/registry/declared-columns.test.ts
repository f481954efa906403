import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { freePorts } from '../../../scripts/engines/engine.ts'
import { TestRegistry } from '../../../test/kafka-formats/test-registry.ts'
import { registeredColumns } from './declared-columns.ts'

const registry = await TestRegistry.start()
after(() => registry.close())

const columnsOf = (topic: string) => registeredColumns({ url: registry.url }, topic)

test('Avro: times, decimals, nested fields and what may be null', async () => {
  const time = { type: 'long', logicalType: 'timestamp-micros' }
  const fields = [
    { name: 'id', type: 'string' },
    { name: 'at', type: time },
    { name: 'amount', type: ['null', { type: 'bytes', logicalType: 'decimal', precision: 9, scale: 2 }] },
    { name: 'note', type: ['null', 'string'] },
    { name: 'either', type: ['string', 'long'] },
    { name: 'day', type: { type: 'int', logicalType: 'date' } },
    { name: 'shop', type: { type: 'record', name: 'Shop', fields: [{ name: 'opened', type: time }] } },
  ]
  registry.register('avro-value', { schema: JSON.stringify({ type: 'record', name: 'Old', fields: [] }) })
  registry.register('avro-value', { schema: JSON.stringify({ type: 'record', name: 'Payment', fields }) })
  assert.deepEqual(await columnsOf('avro'), [
    { name: 'at', type: 'TIMESTAMP WITH TIME ZONE' },
    { name: 'amount', type: 'DECIMAL(9,2)', nullable: true },
    { name: 'note', nullable: true },
    { name: 'shop.opened', type: 'TIMESTAMP WITH TIME ZONE' },
  ])
})

test('Protobuf: timestamps of Google, and fields that may be absent', async () => {
  const schema = `syntax = "proto3"; import "google/protobuf/timestamp.proto";
message Payment { string id = 1; google.protobuf.Timestamp at = 2; optional int64 amount = 3; repeated string tags = 4; Shop shop = 5; }
message Shop { google.protobuf.Timestamp opened = 1; string name = 2; }`
  registry.register('proto-value', { schemaType: 'PROTOBUF', schema })
  const columns = new Map((await columnsOf('proto')).map(column => [column.name, column]))
  assert.deepEqual([...columns.keys()], ['at', 'amount', 'shop.opened'])
  assert.equal(columns.get('at')!.type, 'TIMESTAMP WITH TIME ZONE')
  assert.deepEqual(columns.get('amount'), { name: 'amount', nullable: true })
})

test('a subject that the registry does not have, and a JSON Schema, state nothing', async () => {
  assert.deepEqual(await columnsOf('absent'), [])
  registry.register('json-value', { schemaType: 'JSON', schema: '{"type":"object"}' })
  assert.deepEqual(await columnsOf('json'), [])
})

test('a registry that cannot be reached, and a schema that cannot be read, are errors', async () => {
  const [port] = await freePorts(1)
  const url = `http://127.0.0.1:${port}`
  await assert.rejects(registeredColumns({ url }, 'avro'), {
    code: 'SPILL_SOURCE',
    message: new RegExp(`^${url} the schema registry cannot be reached: `),
  })
  registry.register('odd-value', { schema: '{"type":"nothing"}' })
  await assert.rejects(columnsOf('odd'), { code: 'SPILL_FORMAT' })
})
