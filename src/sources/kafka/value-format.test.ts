/** A topic whose values have schemas in a registry, read by a run. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { TestRegistry } from '../../../test/kafka-formats/test-registry.ts'
import { MemoryCluster } from '../../../test/kafka/memory-cluster.ts'
import { sharedReaderOf } from '../../../test/kafka/shared-reader.ts'
import { numbersSource, rowOf, TopicRun, upTo } from '../../../test/kafka/topic-run.ts'
import type { KafkaPlaceIR } from '../../define/config/kafka-place-ir.ts'
import { Strings } from '../../columns/index.ts'
import { HistoryBuilder } from '../../intake/index.ts'
import { RecordMembers } from './record-members.ts'
import { TopicHistory } from './topic-history.ts'
import { topicReader } from './topic-reader.ts'
import { formatOpener } from './value-format.ts'

const registry = await TestRegistry.start()
after(() => registry.close())

const fields = [
  { name: 'who', type: 'string' },
  { name: 'n', type: 'long' },
  { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' } },
]
const avroSchema = { schema: JSON.stringify({ type: 'record', name: 'Row', fields }) }
const protobufSchema = {
  schemaType: 'PROTOBUF',
  schema: 'syntax = "proto3"; message Row { string who = 1; int64 n = 2; int64 at = 3; }',
}
const jsonSchema = { schemaType: 'JSON', schema: '{"type":"object"}' }

const frameOf = (id: number): Buffer => {
  const frame = Buffer.alloc(5)
  frame.writeInt32BE(id, 1)
  return frame
}
/** A long of Avro below 64: zigzag, one byte. */
const long = (n: number): number => 2 * n
/** `{ who: 'w', n, at: 1 }`. */
const avroRow = (id: number, n: number): Buffer => Buffer.concat([frameOf(id), Buffer.from([long(1), 0x77, long(n), long(1)])])
const jsonRow = (id: number, n: number): Buffer => Buffer.concat([frameOf(id), Buffer.from(rowOf(n))])
/** The first message of the file is the index list `0`. */
const protobufRow = (id: number, n: number): Buffer => Buffer.concat([frameOf(id), Buffer.from([0, 0x0a, 1, 0x77, 0x10, n, 0x18, 1])])

const opener = (place: Partial<KafkaPlaceIR>, env: Readonly<Record<string, string>> = { SCHEMA_REGISTRY: registry.url }) =>
  formatOpener({ topic: 'rows', ...place }, { name: numbersSource.name, source: numbersSource, env })

function reading(values: readonly (string | Buffer)[], place: Partial<KafkaPlaceIR>): TopicRun {
  const cluster = new MemoryCluster()
  cluster.createTopic('rows', 1)
  for (const value of values) cluster.append('rows', 0, value)
  return new TopicRun(topicReader(numbersSource, { topic: 'rows', openFormat: opener(place), open: () => cluster.driver() }))
}

const formats: readonly (readonly [KafkaPlaceIR['value'], (n: number) => string | Buffer])[] = [
  ['json', rowOf],
  ['json-schema', n => jsonRow(7, n)],
  ['avro', n => avroRow(registry.register('rows-value', avroSchema), n)],
  ['protobuf', n => protobufRow(registry.register('rows-protobuf', protobufSchema), n)],
]

for (const [value, write] of formats)
  test(`${value}: each record is an event`, async () => {
    const run = reading(upTo(40).map(write), value === undefined ? {} : { value })
    await run.until(40)
    assert.deepEqual(run.numbers(), upTo(40))
    await run.end()
  })

for (const [value = 'json', write] of formats)
  test(`${value}: a run, the member of a group and a history replace a field by a column beside the value`, async () => {
    const cluster = new MemoryCluster()
    cluster.createTopic('rows', 1)
    for (const n of upTo(40)) cluster.append('rows', 0, write(0), n)
    const columns = { timestamp: 'n' }
    const openFormat = opener({ value, columns })
    const options = { topic: 'rows', openFormat, members: new RecordMembers(numbersSource, columns), open: () => cluster.driver() }
    for (const reader of [topicReader(numbersSource, options), sharedReaderOf(cluster, options)]) {
      const run = new TopicRun(reader)
      await run.until(40)
      assert.deepEqual(run.numbers(), upTo(40))
      await run.end()
    }
    const history = new TopicHistory({
      ...options,
      source: 'rows',
      from: 'earliest',
      skipsTombstones: false,
      openFormat: () => openFormat(assert.fail),
    })
    const rows = new HistoryBuilder(numbersSource, { strings: new Strings(), onRejected: ({ detail }) => assert.fail(detail) })
    for await (const batch of history.batches()) rows.validate(batch)
    assert.deepEqual([...rows.finish().block.columns['n'].values].slice(0, 40), upTo(40))
  })

const withRegistry = [
  [{ value: 'avro' }, avroSchema, avroRow],
  [{ value: 'json-schema', registry: { url: { kind: 'env', name: 'SCHEMA_REGISTRY' } } }, jsonSchema, jsonRow],
] as const

for (const [place, schema, write] of withRegistry) {
  test(`a record whose schema the registry does not have is a dead letter, and reading goes on: ${place.value}`, async () => {
    const id = registry.register('rows-value', schema)
    const run = reading([write(id, 1), write(id + 1000, 2), write(id, 3)], place)
    await run.until(2)
    assert.deepEqual(run.numbers(), [1, 3])
    const [letter] = run.opened.store.deadLetters.dead()
    assert.match(letter.detail, new RegExp(`${id + 1000}`))
    assert.equal(letter.place, 'kafka:rows#0 offset 1')
    await run.end()
  })

  test(`while the registry does not answer the source waits and says so; reading ends with the signal: ${place.value}`, async () => {
    registry.oddAnswer = response => response.writeHead(503).end()
    const id = registry.register('rows-value', schema)
    const run = reading([write(id, 1), write(id, 2)], place)
    await run.untilWarning('')
    assert.match(run.warnings[0], /registry/)
    assert.deepEqual(run.numbers(), [])
    await run.stop()
    assert.deepEqual(run.numbers(), [])
    registry.oddAnswer = undefined
    await run.end()
  })
}

test('a registry that gives another schema for an id ends the source before a record is misread', async () => {
  const id = registry.register('rows-value', avroSchema)
  const cluster = new MemoryCluster()
  cluster.createTopic('rows', 1)
  for (const n of [1, 2]) cluster.append('rows', 0, avroRow(id, n))
  const reader = topicReader(numbersSource, { topic: 'rows', openFormat: opener({ value: 'avro' }), open: () => cluster.driver() })
  const run = new TopicRun(reader)
  await run.until(2)
  // The registry goes away, and comes back from an old backup: `n` and `at` have changed places.
  registry.oddAnswer = response => response.writeHead(503).end()
  cluster.append('rows', 0, avroRow(id + 500, 3))
  await run.untilWarning('schema registry')
  const [who, n, at] = fields
  registry.replace(id, { schema: JSON.stringify({ type: 'record', name: 'Row', fields: [who, at, n] }) })
  registry.oddAnswer = undefined
  cluster.append('rows', 0, avroRow(id, 4))
  await assert.rejects(run.ended, { code: 'SPILL_SOURCE', message: new RegExp(`gives another schema for id ${id} than before`) })
  assert.deepEqual(run.numbers(), [1, 2])
  await run.end()
})

test('an account of the registry comes from variables, and messages do not show it', () => {
  const place = { value: 'avro', registry: { url: { kind: 'env', name: 'URL' }, password: { kind: 'env', name: 'SECRET' } } } as const
  assert.throws(() => opener(place, { URL: registry.url }), {
    code: 'SPILL_INPUT',
    message: /registry\.password is env\('SECRET'\), which is not set/,
  })
  assert.throws(
    () => opener(place, { URL: 'swordfish', SECRET: 'x' }),
    (error: Error) => {
      assert.match(error.message, /the address of a schema registry is a URL/)
      assert.doesNotMatch(error.message, /swordfish/)
      return true
    },
  )
  assert.throws(() => opener({ value: 'avro' }, {}), {
    code: 'SPILL_INPUT',
    message: /registry\.url is env\('SCHEMA_REGISTRY'\), which is not set/,
  })
})
