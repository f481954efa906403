/** `init --from-topic`: a project of the records of a topic, and mistakes. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { called } from '../../../test/cli/called.ts'
import { MemoryCluster } from '../../../test/kafka/memory-cluster.ts'
import { scratchFolder } from '../../../test/scratch.ts'
import { type FileColumn, sampleInput, schemaOfSample } from '../../files/index.ts'
import { openValueFormat } from '../../kafka/index.ts'
import { TopicHistory } from '../../sources/kafka/topic-history.ts'
import { inferredProject } from './inferred-project.ts'

const payment = (i: number, other: object = {}): string =>
  JSON.stringify({ id: `p${i}`, card: `c${i % 7}`, amount: (i % 9) + 0.5, at: 1_767_600_000_000 + i * 60_000, ...other })

/** The sample of a topic with these values. */
function sampleOf(values: readonly string[], declared: readonly FileColumn[] = []) {
  const cluster = new MemoryCluster()
  cluster.createTopic('card.payments', 2)
  for (const [i, value] of values.entries()) cluster.append('card.payments', i % 2, value)
  const records = new TopicHistory({
    source: 'card.payments',
    topic: 'card.payments',
    from: 'earliest',
    skipsTombstones: true,
    openFormat: () => openValueFormat({ format: 'json' }, () => {}),
    open: () => cluster.driver(),
  })
  return sampleInput(records, 'write some', declared)
}

const topic = { topic: 'card.payments', feed: 'kafka:card.payments' }
const values = Array.from({ length: 60 }, (_, i) => payment(i))

test('a project of the records of a topic reads it as feed and history', async () => {
  const sample = await sampleOf([...values, 'no json'])
  assert.deepEqual([sample.sampled, sample.undecodable], [60, 1])
  const schema = schemaOfSample(sample)
  assert.deepEqual([schema.key?.column, schema.time?.column, schema.id?.column], ['card', 'at', 'id'])
  const { files, source } = inferredProject(schema, 'kafka:card.payments', topic.feed, undefined, topic)
  assert.equal(source, 'card_payments')
  assert.match(files['spillway.config.ts'], /^const topic = 'kafka:card\.payments'$/m)
  assert.match(files['spillway.config.ts'], /^ {4}card_payments: \{ feed: topic, history: topic \},$/m)
  assert.match(files['spillway.config.ts'], /^\/\/ The brokers are those of KAFKA_BROKERS\. For a login/m)
  assert.match(files['pipeline.ts'], /^\/\/ Decides for each event of "?kafka:card\.payments"? whether it is unusual/)
  assert.match(files['pipeline.ts'], /^ {4}amount: t\.decimal\(2\),$/m)
  assert.doesNotMatch(Object.values(files).join(''), /\bthe file\b/)
})

test('types that the registered schema states count more than what values look like', async () => {
  // Whole amounts, and a time without a telling name.
  const records = Array.from({ length: 60 }, (_, i) => payment(i, { amount: i % 9, moment: 1_767_600_000_000 + i, note: 'n' }))
  const declared = [
    { name: 'amount', type: 'DECIMAL(9,3)' },
    { name: 'moment', type: 'TIMESTAMP WITH TIME ZONE' },
    { name: 'note', nullable: true },
    { name: 'card', nullable: true },
  ] as const
  const { columns, key } = schemaOfSample(await sampleOf(records, declared))
  const byName = new Map(columns.map(column => [column.name, column]))
  assert.deepEqual([byName.get('amount')?.type, byName.get('amount')?.scale], ['decimal', 3])
  assert.equal(byName.get('moment')?.type, 'timestamp')
  assert.equal(byName.get('note')?.nullable, true)
  // A record without its key is rejected, whatever the schema allows.
  assert.deepEqual([key?.column, byName.get('card')?.nullable], ['card', false])
})

test('a topic without records is an error that says what to do', async () => {
  await assert.rejects(sampleOf([]), { code: 'SPILL_FORMAT', message: /^kafka:card\.payments has no record with fields .*; write some$/ })
  await assert.rejects(sampleOf(['7', 'no json']), { code: 'SPILL_FORMAT' })
})

test('mistakes are named, and nothing is written', async () => {
  const folder = join(scratchFolder('init-topic'), 'none')
  const before = process.env['KAFKA_BROKERS']
  delete process.env['KAFKA_BROKERS']
  for (const [args, status, message] of [
    [['kafka:payments'], 1, /SPILL_INPUT: kafka:payments KAFKA_BROKERS is not set: set it to host:port,host:port/],
    [['payments'], 2, /--from-topic payments is no topic: write kafka:TOPIC/],
    [['kafka:'], 1, /SPILL_INPUT: kafka: names no topic/],
    [['kafka:payments', '--from', 'a.csv'], 2, /--from and --from-topic are two inputs; leave one out/],
    [['kafka:payments?value=xml'], 1, /SPILL_INPUT.*has value=xml; it is json, json-schema, avro, protobuf/],
  ] as const) {
    const { status: actual, err } = await called('init', folder, '--from-topic', ...args)
    assert.equal(actual, status, err)
    assert.match(err, message)
  }
  process.env['KAFKA_BROKERS'] = '127.0.0.1:1'
  const away = await called('init', folder, '--from-topic', 'kafka:payments')
  assert.match(away.err, /SPILL_SOURCE: kafka:payments source 'payments': Kafka cannot be reached: /)
  const noRegistry = await called('init', folder, '--from-topic', 'kafka:payments?value=avro')
  assert.match(noRegistry.err, /SPILL_INPUT.*registry\.url is env\('SCHEMA_REGISTRY'\), which is not set/)
  process.env['SCHEMA_REGISTRY'] = 'http://127.0.0.1:1'
  const registryAway = await called('init', folder, '--from-topic', 'kafka:payments?value=avro')
  assert.match(registryAway.err, /SPILL_SOURCE: http:\/\/127\.0\.0\.1:1 the schema registry cannot be reached: /)
  delete process.env['SCHEMA_REGISTRY']
  if (before !== undefined) process.env['KAFKA_BROKERS'] = before
  assert.equal(existsSync(folder), false)
})

test('the client of Kafka has the version that Spillway works with', () => {
  const root = join(import.meta.dirname, '../../..')
  const { peerDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { peerDependencies: Record<string, string> }
  const version = peerDependencies['@platformatic/kafka']
  assert.ok(readFileSync(join(import.meta.dirname, 'init.ts'), 'utf8').includes(`{ '@platformatic/kafka': '${version}' }`))
})
