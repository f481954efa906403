import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import { TestRegistry } from '../../../test/kafka-formats/test-registry.ts'
import { pause } from '../../base/clock.ts'
import { limits } from '../../base/limits.ts'
import { MalformedValue } from '../records/malformed-value.ts'
import { RegistryClient, type RegisteredSchema } from './registry-client.ts'
import { SchemaCache } from './schema-cache.ts'

const registry = await TestRegistry.start()
after(() => registry.close())
beforeEach(() => {
  registry.requests.length = 0
  registry.oddAnswer = undefined
  registry.authorization = undefined
})

const signal = new AbortController().signal
function nameOf({ text }: RegisteredSchema): string {
  const { name } = JSON.parse(text) as { name: string }
  if (name === 'U') throw new MalformedValue('U is not usable')
  return name
}
const schemaOf = (name: string) => ({ schema: JSON.stringify({ type: 'record', name, fields: [] }) })

function cacheOf(client = new RegistryClient({ url: registry.url })) {
  const warnings: string[] = []
  const cache = new SchemaCache({ client, compile: nameOf, onWarning: text => warnings.push(text) })
  after(() => cache.close())
  const load = async (...ids: number[]) => Object.fromEntries(await cache.load(new Set(ids), signal))
  return { cache, warnings, load }
}

test('each schema is requested once, also by several callers at once', async () => {
  const [a, b] = [registry.register('a', schemaOf('A')), registry.register('b', schemaOf('B'))]
  const { load } = cacheOf()
  const both = { [a]: { schema: 'A' }, [b]: { schema: 'B' } }
  assert.deepEqual(await Promise.all([load(a, b), load(b, a), load(b)]), [both, both, { [b]: { schema: 'B' } }])
  assert.deepEqual(await load(a, b), both)
  assert.deepEqual(registry.requests.toSorted(), [`/schemas/ids/${a}`, `/schemas/ids/${b}`])
})

test('an unknown id and a schema that cannot be used are reasons for a rejection', async () => {
  const broken = registry.register('broken', { schema: '{}' })
  const unusable = registry.register('unusable', schemaOf('U'))
  const cache = new SchemaCache({
    client: new RegistryClient({ url: registry.url }),
    compile: schema => nameOf(schema).length,
    onWarning: assert.fail,
  })
  await assert.rejects(cache.load(new Set([broken]), signal), TypeError)
  const { load } = cacheOf()
  assert.deepEqual(await load(999_999, unusable), {
    999_999: { problem: `the schema registry ${registry.url} has no schema 999999` },
    [unusable]: { problem: `schema ${unusable}: U is not usable` },
  })
  await load(999_999)
  assert.equal(registry.requests.filter(path => path.endsWith('/999999')).length, 1, 'it is not asked for again within a minute')
})

test('an outage is waited out and said once; afterwards each schema is checked again', async () => {
  const [a, b] = [registry.register('a', schemaOf('A')), registry.register('b', schemaOf('B'))]
  const { load, warnings } = cacheOf()
  await load(a)
  registry.oddAnswer = response => response.writeHead(503).end('{"error_code":50003,"message":"no leader"}')
  const waiting = load(b)
  while (registry.requests.length < 4) await pause(10)
  registry.oddAnswer = response => response.destroy()
  while (registry.requests.length < 5) await pause(10)
  assert.deepEqual(await load(a), { [a]: { schema: 'A' } }, 'known schemas are there')
  registry.oddAnswer = undefined
  assert.deepEqual(await waiting, { [b]: { schema: 'B' } })
  assert.deepEqual(warnings, [
    `schema registry ${registry.url} cannot be reached; waiting for it: HTTP 503: no leader`,
    `schema registry ${registry.url} is reachable again`,
  ])
  registry.requests.length = 0
  registry.forget(a)
  assert.deepEqual(await load(a, b), { [a]: { schema: 'A' }, [b]: { schema: 'B' } }, 'a schema that the registry lost is still that schema')
  await load(a, b)
  assert.deepEqual(registry.requests, [`/schemas/ids/${a}`], 'once; the other was read after the outage')
})

test('a registry that gives another schema for an id is an error', async () => {
  const [a, b] = [registry.register('a', schemaOf('A')), registry.register('b', schemaOf('B'))]
  const { load } = cacheOf()
  await load(a)
  registry.oddAnswer = response => response.writeHead(500).end()
  const waiting = load(b)
  while (registry.requests.length < 2) await pause(10)
  registry.oddAnswer = undefined
  await waiting
  registry.replace(a, { schema: JSON.stringify({ type: 'record', name: 'A', fields: [{ name: 'x', type: 'int' }] }) })
  await assert.rejects(load(a), {
    code: 'SPILL_SOURCE',
    message: new RegExp(`^${registry.url} the schema registry gives another schema for id ${a}`),
  })
})

test('a caller stops waiting with its signal', async () => {
  const { cache, warnings } = cacheOf()
  registry.oddAnswer = response => response.writeHead(503).end()
  const stop = new AbortController()
  const waiting = cache.load(new Set([1]), stop.signal)
  while (warnings.length === 0) await pause(10)
  stop.abort(new Error('stopped'))
  await assert.rejects(waiting, { message: 'stopped' })
  cache.close()
})

test('the number of schemas in memory is bounded', async () => {
  const requests: number[] = []
  const client = {
    place: 'test',
    schema: (id: number) => {
      requests.push(id)
      return Promise.resolve({ type: 'AVRO', text: `{"name":"N${id}"}`, references: [] })
    },
  }
  const cache = new SchemaCache({ client, compile: nameOf, onWarning: assert.fail })
  const ids = Array.from({ length: limits.REGISTRY_SCHEMAS_MAX + 10 }, (_, i) => i)
  assert.equal((await cache.load(new Set(ids), signal)).size, ids.length)
  await cache.load(new Set(ids.slice(-20)), signal)
  assert.equal(requests.length, ids.length)
  await cache.load(new Set([0]), signal)
  assert.equal(requests.length, ids.length + 1, 'the first was removed')
})
