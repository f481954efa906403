/** Commands that read a history, over a topic of a real broker and over a file with the same records: equal to the byte. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import type { AuditReport } from '../../src/audit/domain/audit-report.ts'
import type { TrainingManifest } from '../../src/replay/training-folder.ts'
import type { ModelVersion } from '../../src/training/registry/version.ts'
import { filesIn } from '../backfill/store-contents.ts'
import { called } from '../cli/called.ts'
import { labelledPipeline, shopHistory } from '../cli/chargebacks.ts'
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

type HistoryName = 'file' | 'topic'

/** Runs a command over a history in files, and over the same history in topics. Returns its output of each. `optionsOf`: its other options. */
async function both(
  pipelinePath: string,
  histories: Readonly<Record<HistoryName, readonly string[]>>,
  command: string,
  optionsOf: (name: HistoryName) => readonly string[],
): Promise<readonly string[]> {
  const outputs: string[] = []
  for (const name of ['file', 'topic'] as const) {
    const { status, out, err } = await called(command, pipelinePath, ...histories[name], ...optionsOf(name))
    assert.equal(status, 0, err)
    outputs.push(out)
  }
  return outputs
}

/** Appends lines to a new topic, in turn to each of its partitions. Returns its name, and the lines in the order in which it is read. */
async function topicOf(topics: BrokerTopics, lines: readonly string[], partitions: number): Promise<readonly [string, readonly string[]]> {
  const topic = await topics.create(partitions)
  const byPartition = Array.from({ length: partitions }, (_, partition) => lines.filter((__, i) => i % partitions === partition))
  for (const [partition, values] of byPartition.entries())
    for (let first = 0; first < values.length; first += 100)
      await topics.append(topic, partition, values.slice(first, first + 100), codecs[(first / 100) % codecs.length])
  return [topic, byPartition.flat()]
}

for (const [version, address] of brokers) {
  const topics = new BrokerTopics(address)
  after(() => topics.close())

  test(`Kafka ${version}: replay and backfill over a topic are those over a file of its records`, async () => {
    process.env['KAFKA_BROKERS'] = address
    const folder = scratchFolder('topic-history')
    const path = (name: string) => join(folder, name)
    writeFileSync(path('shop.ts'), pipeline)
    const [topic, lines] = await topicOf(
      topics,
      Array.from({ length: 3000 }, (_, i) => payment(i)),
      3,
    )
    writeFileSync(path('file.ndjson'), lines.join('\n'))
    const aborted = await topics.begin(topic, 1, [payment(1)])
    await aborted.end('abort')

    const columns = ['--column', 'payments.amount=value']
    const histories = {
      file: ['--source', `payments=${path('file.ndjson')}`, ...columns],
      topic: ['--source', `payments=kafka:${topic}`, ...columns],
    }
    await both(path('shop.ts'), histories, 'replay', name => ['--out', path(`${name}-decisions.ndjson`)])
    const decisions = readFileSync(path('file-decisions.ndjson'))
    assert.ok(decisions.length > 100_000)
    assert.ok(decisions.equals(readFileSync(path('topic-decisions.ndjson'))))
    await both(path('shop.ts'), histories, 'backfill', name => ['--yes', '--out', path(`${name}-store`)])
    const [ofFile, ofTopic] = ['file', 'topic'].map(name =>
      [...filesIn(path(`${name}-store`))].filter(([file]) => file !== 'manifest.json'),
    )
    assert.ok(ofFile.length > 0)
    assert.deepEqual(
      ofTopic.map(([file, { bytes }]) => [file, bytes]),
      ofFile.map(([file, { bytes }]) => [file, bytes]),
    )
  })

  test(`Kafka ${version}: training sets, models and audits of labelled decisions over topics are those over files of their records`, async t => {
    // The costs in an audit are of the CPU time of this process.
    t.mock.method(process, 'cpuUsage', () => ({ user: 0, system: 0 }))
    process.env['KAFKA_BROKERS'] = address
    const folder = scratchFolder('topic-labels')
    const path = (name: string) => join(folder, name)
    writeFileSync(path('shop.ts'), labelledPipeline("train: { algorithm: 'logistic' }").replace("'spillway'", `'${library}'`))
    const history = shopHistory(40)
    const histories: Record<HistoryName, string[]> = { file: [], topic: [] }
    for (const [source, partitions] of [
      ['payments', 3],
      ['chargebacks', 1],
    ] as const) {
      const [topic, lines] = await topicOf(topics, history[source].trimEnd().split('\n'), partitions)
      writeFileSync(path(`${source}.ndjson`), lines.join('\n'))
      histories.file.push('--source', `${source}=${path(`${source}.ndjson`)}`)
      histories.topic.push('--source', `${source}=kafka:${topic}`)
    }
    const model = ['--model', 'fraud']

    await both(path('shop.ts'), histories, 'training-set', name => ['--decisions', '--labels', ...model, '--out', path(`${name}-set`)])
    const [ofFile, ofTopic] = ['file', 'topic'].map(name => [...filesIn(path(`${name}-set`))].map(([file, { bytes }]) => [file, bytes]))
    assert.deepEqual(
      ofFile.map(([file]) => file),
      ['manifest.json', 'rows.parquet'],
    )
    assert.deepEqual(ofTopic, ofFile)
    const { labels } = JSON.parse(readFileSync(path('file-set/manifest.json'), 'utf8')) as TrainingManifest
    assert.ok(labels!.positive > 100 && labels!.negative > 100)

    const trained = await both(path('shop.ts'), histories, 'train', () => [...model, '--json'])
    const [byFile, byTopic] = trained.map(out => (JSON.parse(out) as ModelVersion).trained!)
    assert.deepEqual(byTopic, byFile)
    assert.ok(byFile.set.rows > 500)

    const audited = await both(path('shop.ts'), histories, 'audit', name => {
      return [...model, '--plans', '2', '--draws', '200', '--json', '--out', path(`${name}-audit`)]
    })
    const [fileReport, topicReport] = audited.map(out => {
      // It names the history and the folder.
      const { reproduce, ...report } = JSON.parse(out) as AuditReport
      return { reproduce, text: JSON.stringify(report) }
    })
    assert.equal(topicReport.text, fileReport.text)
    assert.match(topicReport.reproduce.command, /--source payments=kafka:topic-/)
  })
}
