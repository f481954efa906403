import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { called } from '../../../test/cli/called.ts'
import { Shop } from '../../../test/cli/shop.ts'
import type { TopicReport } from '../../reconcile/index.ts'
import { topicText } from './topic-text.ts'

const library = pathToFileURL(join(import.meta.dirname, '../../public/config.ts')).href

let shop: Shop
before(async () => {
  shop = await Shop.ran()
  process.env['KAFKA_BROKERS'] = '127.0.0.1:1'
})
after(() => shop[Symbol.dispose]())

const reconcile = (...args: readonly string[]) => called('reconcile', shop.pipeline, '--data', shop.data, ...args)

test('mistakes are errors that name the fix', async () => {
  for (const [args, status, message] of [
    [['--source', 'sales'], 2, /source 'sales' has no topic as feed in the configuration: write --source sales=kafka:TOPIC/],
    [['--source', 'sales=sales.ndjson'], 2, /--source sales=sales\.ndjson names no topic: write --source sales=kafka:TOPIC/],
    [['--source', 'sales=kafka:sales', '--limit', '3'], 2, /--limit is not for reconcile --source/],
    [['--source', 'sales=kafka:sales', '--repair'], 2, /--repair is not for reconcile --source/],
    [['--source', 'sale=kafka:sales'], 1, /SPILL_NOT_FOUND.*no source 'sale'/],
    [['--source', 'sales=kafka:sales?since=1'], 1, /SPILL_INPUT.*has no option 'since'/],
    [['--source', 'sales=kafka:sales'], 1, /SPILL_SOURCE.*source 'sales': Kafka cannot be reached/],
  ] as const) {
    const result = await reconcile(...args)
    assert.equal(result.status, status, result.err)
    assert.match(result.err, message)
  }
})

test('a feed of the configuration names the topic', async () => {
  const config = shop.write(
    'spillway.config.ts',
    `import { defineConfig, kafka } from '${library}'
export default defineConfig({ pipeline: 'pipeline.ts', data: 'data', sources: { sales: { feed: kafka({ topic: 'sold', from: 'latest' }) }, visits: { feed: ['kafka:a', 'kafka:b'] } } })
`,
  )
  const one = await called('reconcile', '--config', config, '--source', 'sales')
  assert.match(one.err, /SPILL_SOURCE: kafka:sold source 'sales': Kafka cannot be reached/)
  const two = await called('reconcile', '--config', config, '--source', 'visits')
  assert.match(two.err, /source 'visits' reads 2 topics in the configuration: write --source visits=kafka:TOPIC/)
})

const none = { missing: 0, doubled: 0, different: 0 }
const report: TopicReport = {
  source: 'sales',
  topic: 'kafka:sold',
  hasPositions: true,
  partitions: [{ partition: 0, from: 2, to: 12 }],
  records: 10,
  events: 8,
  recorded: 7,
  faults: { missing: 1, doubled: 0, different: 1 },
  explained: { rejected: 2, replayed: 0, duplicate: 0, skipped: 0, unrecorded: 0, elsewhere: 0 },
  reasons: { schema: 1, conflict: 1 },
  examples: [
    { kind: 'missing', place: 'kafka:sold#0 offset 4', key: 'a', time: 0 },
    {
      kind: 'different',
      place: 'kafka:sold#0 offset 7',
      key: 'b',
      time: 0,
      arrivals: [1000],
      differences: [{ column: 'price', record: 100, event: 200 }],
    },
    { kind: 'rejected', place: 'kafka:sold#0 offset 9', detail: 'no JSON' },
  ],
  sound: false,
}

test('the report as text: range, counts, examples, verdict', () => {
  assert.equal(
    topicText(report),
    `10 records of kafka:sold compared with 8 events of 'sales' in the log
  partition 0: offsets 2 to 11
7 records recorded with their values

missing    1: neither an event nor a dead letter
different  1: recorded with other values
rejected   2: dead letters (schema 1, conflict 1)

examples
  missing: kafka:sold#0 offset 4, key "a" of 1970-01-01T00:00:00.000Z
  different: kafka:sold#0 offset 7, key "b" of 1970-01-01T00:00:00.000Z, arrived 1970-01-01T00:00:01.000Z
    price: 100 in the topic, 200 recorded
  rejected: kafka:sold#0 offset 9, no JSON

NOT SOUND: 2 differences without an explanation.`,
  )
  const text = topicText({ ...report, hasPositions: false, faults: none, examples: [], sound: true })
  assert.match(text, /^the run has no position in this topic: all of its records were compared$/m)
  assert.match(text, /\n\nSound: every record of the range is an event with its values, or has an explanation\.$/)
})
