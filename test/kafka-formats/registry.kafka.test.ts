/** The formats of a topic with a real schema registry, Apicurio, which has Confluent's API. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { entity, source, t } from '../../src/index.ts'
import { openValueFormat } from '../../src/kafka/open-format.ts'
import { RegistryClient } from '../../src/kafka/registry/registry-client.ts'
import { rowsOf, topicValuesOf } from './cell-agreement.ts'
import { registerSchema } from './registered-schema.ts'
import { framedValue } from './test-registry.ts'

const url = process.env['KAFKA_TEST_REGISTRY']
assert.ok(url !== undefined, 'run this file by npm run test:kafka, which starts a registry')

const payments = source('payments', {
  schema: { card: entity('card', t.string()), at: t.timestamp(), amount: t.int() },
  key: 'card',
  time: 'at',
}).ir
const avro = {
  schema: JSON.stringify({
    type: 'record',
    name: 'Payment',
    fields: [
      { name: 'card', type: 'string' },
      { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' } },
      { name: 'amount', type: 'int' },
    ],
  }),
}
const proto = { schemaType: 'PROTOBUF', schema: 'syntax = "proto3";\nmessage Payment { string card = 1; int64 at = 2; int32 amount = 3; }' }
// It allows no value of these tests: the columns of the source check them.
const json = { schemaType: 'JSON', schema: '{"$schema":"http://json-schema.org/draft-07/schema#","type":"object","maxProperties":0}' }
const avroValue = Buffer.from([2, 0x63, 4, 14])
const protoValue = Buffer.from([0, 0x0a, 1, 0x63, 0x10, 2, 0x18, 7])
const jsonValue = Buffer.from('{"card":"c","at":2,"amount":7}')
const row = ['c', 2, 7]

const register = (subject: string, schema: object): Promise<number> => registerSchema(url, subject, schema)

test('schemas by id, versions of a subject, and unknown ones', async () => {
  const client = new RegistryClient({ url })
  const [first, second] = [await register('payments-value', avro), await register('proto-value', proto)]
  const read = await client.schema(first)
  assert.deepEqual([read?.type, JSON.parse(read!.text), read?.references], ['AVRO', JSON.parse(avro.schema), []])
  assert.equal((await client.schema(second))?.type, 'PROTOBUF')
  assert.equal(await client.schema(987_654), undefined)
  assert.deepEqual(await client.versions('payments-value'), [1])
  assert.deepEqual(await client.versions('none'), [])
  const latest = await client.version('payments-value', 'latest')
  assert.deepEqual([latest?.id, latest?.type], [first, 'AVRO'])
  assert.equal(await client.version('payments-value', 9), undefined)
  await assert.rejects(new RegistryClient({ url: url.replace('/apis/ccompat/v7', '') }).schema(first), {
    code: 'SPILL_SOURCE',
    message: /is not the address of a schema registry/,
  })
})

test('values with its schemas become rows, and an id that it does not have rejects its record', async () => {
  const warnings: string[] = []
  const onWarning = (text: string): void => void warnings.push(text)
  const { signal } = new AbortController()
  for (const [format, schema, value] of [
    ['avro', avro, avroValue],
    ['protobuf', proto, protoValue],
    ['json-schema', json, jsonValue],
  ] as const) {
    const id = await register(`${format}-rows`, schema)
    const opened = openValueFormat({ format, registry: { url }, ...(format !== 'json-schema' && { source: payments }) }, onWarning)
    const { rows, rejected } = rowsOf(
      payments,
      await opened.batchOf(topicValuesOf([framedValue(id, value), framedValue(987_654, value)]), signal),
    )
    assert.deepEqual(rows, [row], format)
    assert.deepEqual(rejected, [`kafka:p#0 offset 101: the schema registry ${url} has no schema 987654`])
    opened.close()
  }
  assert.equal(warnings.length, 0)
})

test('JSON behind the id of another type is rejected', async () => {
  const id = await register('other-rows', avro)
  const opened = openValueFormat({ format: 'json-schema', registry: { url } }, assert.fail)
  const { rows, rejected } = rowsOf(
    payments,
    await opened.batchOf(topicValuesOf([framedValue(id, jsonValue)]), new AbortController().signal),
  )
  assert.deepEqual([rows, rejected], [[], [`kafka:p#0 offset 100: schema ${id}: its type is AVRO, and the topic is read as JSON`]])
  opened.close()
})
