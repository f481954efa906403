/** Commands that read a history, over a topic of a real broker and over a file with the same records: equal to the byte. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { filesIn } from '../backfill/store-contents.ts'
import { called } from '../cli/called.ts'
import { scratchFolder } from '../scratch.ts'
import { brokers, BrokerTopics, type Codec } from './brokers.ts'

const library = pathToFileURL(join(import.meta.dirname, '../../src/index.ts')).href
const pipeline = `import { count, entity, features, linear, model, on, pipeline, source, stream, t } from '${library}'
const card = entity('card', t.string())
const payments = source('payments', {
  schema: { id: t.string(), card, amount: t.double(), at: t.timestamp() },
  key: 'card',
  time: 'at',
  id: 'id',
})
const recent = features('recent', { from: payments, entity: card, place: stream, values: p => ({ n: count('1h'), most: p.amount.max('1h') }) })
const risk = model('risk', {
  decide: on(payments),
  inputs: p => ({ n: recent.of(p.card).n, most: recent.of(p.card).most }),
  score: linear({ intercept: 0, weights: { n: 1, most: 0.01 } }),
})
export default pipeline('shop', [risk])
`
const begin = Date.parse('2026-01-01T00:00Z')
const codecs: readonly Codec[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd']
/** Payments of several cards, with equal times, a duplicate, and one in a hundred that is no payment; their amounts are under \`value\`. */
const payment = (i: number): string =>
  i % 100 === 99
    ? '{"id":7}'
    : JSON.stringify({ id: String(i % 400 === 5 ? 1 : i), card: `c${i % 7}`, value: i % 13, at: begin + (i >> 2) * 1000 })

for (const [version, address] of brokers) {
  const topics = new BrokerTopics(address)
  after(() => topics.close())

  test(`Kafka ${version}: replay and backfill over a topic are those over a file of its records`, async () => {
    process.env['KAFKA_BROKERS'] = address
    const folder = scratchFolder('topic-history')
    const path = (name: string) => join(folder, name)
    writeFileSync(path('shop.ts'), pipeline)
    const topic = await topics.create(3)
    const byPartition = [0, 1, 2].map(partition => Array.from({ length: 1000 }, (_, i) => payment(3 * i + partition)))
    for (const [partition, values] of byPartition.entries())
      for (let first = 0; first < values.length; first += 100)
        await topics.append(topic, partition, values.slice(first, first + 100), codecs[(first / 100) % codecs.length])
    writeFileSync(path('file.ndjson'), byPartition.flat().join('\n'))
    const aborted = await topics.begin(topic, 1, [payment(1)])
    await aborted.end('abort')

    /** Runs a command over the file and over the topic. */
    const both = async (output: string, command: string, ...options: readonly string[]): Promise<void> => {
      for (const [name, input] of [
        ['file', path('file.ndjson')],
        ['topic', `kafka:${topic}`],
      ]) {
        const history = ['--source', `payments=${input}`, '--column', 'payments.amount=value']
        const { status, err } = await called(command, path('shop.ts'), ...history, ...options, '--out', path(`${name}-${output}`))
        assert.equal(status, 0, err)
      }
    }
    await both('decisions.ndjson', 'replay')
    const decisions = readFileSync(path('file-decisions.ndjson'))
    assert.ok(decisions.length > 100_000)
    assert.ok(decisions.equals(readFileSync(path('topic-decisions.ndjson'))))
    await both('store', 'backfill', '--yes')
    const [ofFile, ofTopic] = ['file', 'topic'].map(name =>
      [...filesIn(path(`${name}-store`))].filter(([file]) => file !== 'manifest.json'),
    )
    assert.ok(ofFile.length > 0)
    assert.deepEqual(
      ofTopic.map(([file, { bytes }]) => [file, bytes]),
      ofFile.map(([file, { bytes }]) => [file, bytes]),
    )
  })
}
