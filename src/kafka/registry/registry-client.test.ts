import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { after, beforeEach, test } from 'node:test'
import { TestRegistry } from '../../../test/kafka-formats/test-registry.ts'
import { limits } from '../../base/limits.ts'
import { RegistryClient } from './registry-client.ts'

const registry = await TestRegistry.start()
after(() => registry.close())
beforeEach(() => {
  registry.oddAnswer = undefined
  registry.authorization = undefined
})

const avro = { schema: '"long"' }
const proto = { schema: 'syntax = "proto3"; message M {}', schemaType: 'PROTOBUF' }
const [first, second] = [registry.register('payments/value', avro), registry.register('payments/value', proto)]
const clientOf = (more = {}) => new RegistryClient({ url: `${registry.url}/`, ...more })

test('a schema by id, and the versions of a subject', async () => {
  const client = clientOf()
  assert.deepEqual(await client.schema(first), { type: 'AVRO', text: '"long"', references: [] })
  assert.deepEqual(await client.schema(second), { type: 'PROTOBUF', text: proto.schema, references: [] })
  assert.equal(await client.schema(77), undefined)
  assert.deepEqual(await client.versions('payments/value'), [1, 2])
  assert.deepEqual(await client.versions('none'), [])
  assert.deepEqual(await client.version('payments/value', 'latest'), { type: 'PROTOBUF', text: proto.schema, references: [], id: second })
  assert.deepEqual(await client.version('payments/value', 1), { type: 'AVRO', text: '"long"', references: [], id: first })
  assert.equal(await client.version('payments/value', 9), undefined)
})

test('credentials are sent, of the options or of the address, and never shown', async () => {
  registry.authorization = `Basic ${Buffer.from('me:s p').toString('base64')}`
  assert.equal((await clientOf({ username: 'me', password: 's p' }).schema(first))?.type, 'AVRO')
  const inAddress = new RegistryClient({ url: registry.url.replace('://', '://me:s%20p@') })
  assert.equal((await inAddress.schema(first))?.type, 'AVRO')
  assert.equal(inAddress.place, registry.url)
  await assert.rejects(clientOf({ username: 'me', password: 'wrong' }).schema(first), {
    code: 'SPILL_SOURCE',
    message: `${registry.url} the schema registry rejects the credentials (HTTP 401)`,
  })
})

test('an address that is none, and one of another server', async () => {
  for (const url of ['', 'registry:8081', 'ftp://registry'])
    assert.throws(() => new RegistryClient({ url }), { code: 'SPILL_INPUT', message: /is a URL such as http:\/\/registry:8081/ })
  const other = new RegistryClient({ url: `${registry.url}/elsewhere` })
  registry.oddAnswer = response => response.writeHead(404).end('not here')
  await assert.rejects(other.schema(1), {
    code: 'SPILL_SOURCE',
    message: /is not the address of a schema registry: it answers HTTP 404 to GET \/schemas\/ids\/1\./,
  })
  for (const body of ['<html>', '{}', '[]', '{"schema":1}']) {
    registry.oddAnswer = response => response.writeHead(200).end(body)
    await assert.rejects(other.schema(1), { code: 'SPILL_SOURCE' }, body)
    await assert.rejects(other.version('s', 1), { code: 'SPILL_SOURCE' }, body)
  }
})

test('no answer now is an outage, also an odd answer of one that has answered', async () => {
  const client = clientOf()
  await client.schema(first)
  for (const answer of [
    (response: ServerResponse) => response.writeHead(500).end(),
    (response: ServerResponse) => response.writeHead(429).end(),
    (response: ServerResponse) => response.writeHead(404).end('<html>'),
    (response: ServerResponse) => response.writeHead(302, { location: '/login' }).end(),
    (response: ServerResponse) => response.writeHead(200).end('{"schema":'),
    (response: ServerResponse) => response.writeHead(200).end('{}'),
    (response: ServerResponse) => response.destroy(),
  ]) {
    registry.oddAnswer = answer
    await assert.rejects(client.schema(first), { name: 'RegistryUnavailable' })
  }
  registry.oddAnswer = response => response.writeHead(200).end(Buffer.alloc(limits.REGISTRY_ANSWER_BYTES_MAX + 1, 0x20))
  await assert.rejects(client.schema(first), { name: 'RegistryUnavailable', message: /REGISTRY_ANSWER_BYTES_MAX/ })
  await assert.rejects(new RegistryClient({ url: 'http://127.0.0.1:9' }).schema(1), { name: 'RegistryUnavailable' })
})
