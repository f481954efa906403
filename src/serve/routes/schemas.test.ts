import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { open, shop as pipeline } from '../../../test/serve/shop.ts'
import { callEvery } from '../../base/clock.ts'
import { FolderSearchWorker, type SchemaCheckRequest, schemaTextOf } from '../../operate/index.ts'
import type { SchemaCheck, SchemaFormat } from '../../schema/index.ts'

const shop = await open()
after(() => shop.close())
const [payments] = pipeline.ir.sources
const path = `/sources/${payments.name}/schema/check`

async function check(payload: object, url = path) {
  const { statusCode, body } = await shop.app.inject({ method: 'POST', url, payload })
  return { status: statusCode, ...(JSON.parse(body) as SchemaCheck & { readonly message: string }) }
}

test('the versions of each source are listed with their level', async () => {
  const { body } = await shop.app.inject({ url: '/schemas' })
  const { sources } = JSON.parse(body) as { sources: readonly { source: string; level: string; versions: readonly object[] }[] }
  assert.deepEqual(
    sources.map(({ source }) => source),
    pipeline.ir.sources.map(({ name }) => name),
  )
  const columns = payments.columns.map(({ name }) => name)
  assert.equal(sources[0].level, 'BACKWARD_TRANSITIVE')
  assert.deepEqual(sources[0].versions, [{ version: 1, columns, current: true, pending: false }])
})

test('the schema of a source is compatible with itself in each language, at each level', async () => {
  for (const format of ['json-schema', 'avro', 'protobuf'] satisfies SchemaFormat[])
    for (const level of ['BACKWARD', 'FULL_TRANSITIVE', 'NONE']) {
      const { status, compatible, versions } = await check({ format, level, schema: schemaTextOf(payments, undefined, format) })
      assert.deepEqual([format, status, compatible, versions], [format, 200, true, level === 'NONE' ? [] : [1]])
    }
})

test('an incompatible candidate is named with its path, rule, both sides and the migration path', async () => {
  const schema = JSON.parse(schemaTextOf(payments, undefined, 'avro')) as { fields: object[] }
  const { status, compatible, incompatibilities } = await check({
    format: 'avro',
    schema: { ...schema, fields: [...schema.fields, { name: 'channel', type: 'string' }] },
  })
  assert.deepEqual([status, compatible], [200, false])
  assert.deepEqual(incompatibilities, [
    {
      version: 1,
      direction: 'backward',
      path: '/channel',
      rule: 'added-without-default',
      reader: 'string',
      writer: 'none',
      problem: `the field 'channel' is missing, and has no default`,
      fix: `give 'channel' a default, or name what it was in its aliases`,
      text: `the new schema cannot read version 1: /channel: the field 'channel' is missing, and has no default; give 'channel' a default, or name what it was in its aliases`,
    },
  ])
})

test('a schema whose check takes seconds does not stand in the way of other work, and ends at its limit', async () => {
  const listed = { enum: Array.from({ length: 20_000 }, (_, i) => i) }
  const some = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`p${i}`, { $ref: '#/$defs/listed' }]))
  const text = JSON.stringify({ $defs: { listed }, type: 'object', properties: { ...some(60), card: { $ref: '#/$defs/listed' } } })
  let turns = 0
  const counted = callEvery(0, () => turns++)
  const { status, message } = await check({ format: 'json-schema', schema: text })
  counted.stop()
  assert.ok(status === 200 || (status === 413 && message.includes('SCHEMA_CHECK_MS')), message)
  assert.ok(turns > 50, `${turns} turns of the event loop`)
})

test('a check that takes too long ends its thread, and the next check has another', async t => {
  const worker = new FolderSearchWorker(shop.data)
  t.after(() => worker.close())
  const request = (format: SchemaFormat, text: string): SchemaCheckRequest => ({ format, text })
  const names = Array.from({ length: 3000 }, (_, i) => i)
  const patterns = { anyOf: names.map(i => ({ enum: names.map(j => i * 3000 + j).slice(0, 20) })) }
  const hostile = JSON.stringify({ type: 'object', properties: { card: patterns, amount: patterns } })
  await assert.rejects(worker.checkSchema(payments, request('json-schema', hostile), 1), {
    code: 'SPILL_LIMIT',
    message: /SCHEMA_CHECK_MS/,
  })
  const own = await worker.checkSchema(payments, request('avro', schemaTextOf(payments, undefined, 'avro')))
  assert.equal((JSON.parse(own) as SchemaCheck).compatible, true)
})

test('bad requests are answered with the reason', async () => {
  const cyclic = { $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } }, $ref: '#/$defs/a' }
  const large = { type: 'record', name: 'R', fields: Array.from({ length: 20_000 }, (_, i) => ({ name: `f${i}`, type: 'int' })) }
  for (const [payload, expected, message, url] of [
    [{ format: 'json-schema', schema: cyclic }, 400, /leads back to itself, so that no value can be checked/],
    [{ format: 'avro', schema: '{' }, 400, /the schema cannot be read: \/: not JSON/],
    [{ format: 'avro', schema: { type: 'record', name: 'R', fields: [{ name: 'next', type: 'R' }] } }, 400, /record 'R' contains itself/],
    [{ format: 'protobuf', schema: 'message {' }, 400, /the schema cannot be read: line 1: '\{' is no name/],
    [{ format: 'protobuf', schema: {} }, 400, /"schema" is the text/],
    [{ format: 'thrift', schema: '' }, 400, /"format" is one of json-schema, avro, protobuf/],
    [{ format: 'avro', schema: '"int"', level: 'BACKWARDS' }, 400, /'BACKWARDS' is no compatibility level; did you mean 'BACKWARD'\?/],
    [{ format: 'avro', schema: '"int"', strict: true }, 400, /there is no field 'strict' here/],
    [{ format: 'avro', schema: large }, 413, /SCHEMA_PARTS_MAX/],
    [{ format: 'avro', schema: '"int"' }, 404, /there is no source 'payment'; did you mean 'payments'\?/, '/sources/payment/schema/check'],
  ] as const) {
    const answer = await check(payload, url)
    assert.equal(answer.status, expected, answer.message)
    assert.match(answer.message, message)
  }
})
