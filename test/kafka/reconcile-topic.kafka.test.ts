/** `spillway reconcile --source` over a real broker: a run's log and its topic, whole, and with planted differences. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import type { TopicReport } from '../../src/reconcile/index.ts'
import { called } from '../cli/called.ts'
import { scratchFolder } from '../scratch.ts'
import { brokers, BrokerTopics } from './brokers.ts'

const library = pathToFileURL(join(import.meta.dirname, '../../src/index.ts')).href
const pipeline = `import { count, entity, features, pipeline, source, stream, t } from '${library}'
const card = entity('card', t.string())
const payments = source('payments', {
  schema: { id: t.string(), card, amount: t.int(), at: t.timestamp() },
  key: 'card',
  time: 'at',
  id: 'id',
})
export default pipeline('shop', [features('recent', { from: payments, entity: card, place: stream, values: () => ({ n: count('1h') }) })])
`
const RECORDS = 600
const payment = (i: number, amount = i % 13): string =>
  JSON.stringify({ id: String(i), card: `c${i % 7}`, amount, at: 1_767_600_000_000 + i * 1000 })

for (const [version, address] of brokers) {
  const topics = new BrokerTopics(address)
  after(() => topics.close())

  test(`Kafka ${version}: reconcile --source explains duplicates and dead letters, and finds planted differences`, async () => {
    process.env['KAFKA_BROKERS'] = address
    const folder = scratchFolder('reconcile-topic')
    const file = join(folder, 'shop.ts')
    writeFileSync(file, pipeline)
    const data = join(folder, 'data')
    const topic = await topics.create(3)
    for (const partition of [0, 1, 2]) {
      const own = Array.from({ length: RECORDS / 3 }, (_, i) => payment(3 * i + partition))
      await topics.append(topic, partition, own, 'zstd')
    }
    await topics.append(topic, 0, [payment(3), payment(6, -1), 'no json', undefined])
    const aborted = await topics.begin(topic, 1, [payment(1000)])
    await aborted.end('abort')
    const feed = `payments=kafka:${topic}`
    const ran = await called('run', file, '--source', feed, '--once', '--data', data)
    assert.equal(ran.status, 0, ran.err)

    const compared = async (): Promise<{ readonly status: number; readonly report: TopicReport }> => {
      const { status, out, err } = await called('reconcile', file, '--source', feed, '--data', data, '--json')
      assert.equal(err, '')
      return { status, report: JSON.parse(out) as TopicReport }
    }
    // Records behind the run are left out.
    await topics.append(topic, 2, [payment(5000)])
    const { status, report } = await compared()
    assert.deepEqual([status, report.sound, report.records, report.events, report.recorded], [0, true, RECORDS + 4, RECORDS, RECORDS])
    assert.deepEqual(report.explained, { rejected: 3, replayed: 0, duplicate: 1, skipped: 0, unrecorded: 0, elsewhere: 0 })
    assert.deepEqual(report.reasons, { conflict: 1, schema: 2 })

    // A position that says that the run has read a record which is not in its log: that of a run that has read on.
    const other = join(folder, 'other')
    assert.equal((await called('run', file, '--source', feed, '--once', '--data', other)).status, 0)
    const store = new DatabaseSync(join(data, 'log.db'))
    store.prepare('ATTACH DATABASE ? AS other').run(join(other, 'log.db'))
    store.prepare('INSERT OR REPLACE INTO value SELECT * FROM other.value WHERE name = ?').run(`cursor/${feed}#2`)
    // A dead letter that is lost.
    store.exec(`DELETE FROM dead WHERE reason = 'conflict'`)
    store.close()
    const damaged = await compared()
    assert.deepEqual([damaged.status, damaged.report.faults], [1, { missing: 2, doubled: 0, different: 0 }])
    const places = new Set(damaged.report.examples.filter(({ kind }) => kind === 'missing').map(({ place }) => place))
    assert.deepEqual(places, new Set([`kafka:${topic}#0 offset ${RECORDS / 3 + 1}`, `kafka:${topic}#2 offset ${RECORDS / 3}`]))
  })
}
