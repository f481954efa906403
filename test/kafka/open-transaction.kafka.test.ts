/**
 * A gate that dies within a transaction and has no successor: how long readers of committed records wait for the coordinator to abort it, and the
 * records behind it as a run counts them.
 */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { pause, stopwatch } from '../../src/base/clock.ts'
import { limits } from '../../src/base/limits.ts'
import { openKafkaDriver } from '../../src/kafka/open-driver.ts'
import { topicReader } from '../../src/sources/kafka/topic-reader.ts'
import { Child } from '../crash/child.ts'
import { brokers, BrokerTopics } from './brokers.ts'
import { LaggingRun } from './lagging-run.ts'
import { ProxiedBroker } from './proxy/proxied-broker.ts'
import { numbersSource } from './topic-run.ts'

const PATIENCE_MS = 120_000
/** Interval in which a coordinator looks for transactions that are too old, and the time that it may need for that and the markers, ms. */
const [SWEEP_MS, MARKERS_MS] = [10_000, 5000]
const LOOK_MS = 20
const payment = JSON.stringify({ id: 'p1', card: 'c1', amount: 1, at: 1_767_600_000_000 })

for (const version of brokers.keys())
  test(`Kafka ${version}: a transaction that a killed gate left open holds back readers for a bounded time`, async context => {
    const proxied = await ProxiedBroker.start(version, 1)
    const [proxy] = proxied.proxies
    const topics = new BrokerTopics(proxied.broker.address)
    const open = () => openKafkaDriver({ brokers: [proxied.broker.address], clientId: 'test' })
    const driver = open()
    after(async () => {
      await Promise.all([topics.close(), driver.close()])
      await proxied.close()
    })
    const [raw, checked, rejected] = [await topics.create(), await topics.create(), await topics.create()]
    const offsetOf = async (of: 'latest' | 'stable'): Promise<number> => (await driver.offsets(checked, [0], of)).get(0)!

    // Its source has other columns: it rejects each record, and reads on.
    const run = new LaggingRun(topicReader(numbersSource, { topic: checked, open }))
    after(() => run.end())
    const untilTotals = async (records: number, inTransaction: number): Promise<void> => {
      for (const start = stopwatch(); ; await pause(LOOK_MS)) {
        await run.sampler.sample()
        const [lag] = run.sampler.lags()
        if (lag.records === records && lag.inTransaction === inTransaction) return
        assert.ok(stopwatch() - start < PATIENCE_MS, `the lag is still ${JSON.stringify(lag)}`)
      }
    }
    await untilTotals(0, 0)

    const held = proxy.plan({ api: 'EndTxn', kind: 'hold request' })
    const args = [
      'gate',
      'test/kafka/proof/pipeline.ts',
      '--source',
      'payments',
      '--raw',
      raw,
      '--checked',
      checked,
      '--rejected',
      rejected,
    ]
    const gate = new Child(['src/cli/bin.ts', ...args], /gate of source/, PATIENCE_MS, { KAFKA_BROKERS: proxy.address })
    assert.notEqual(await gate.ready(), undefined, gate.output)
    await topics.append(raw, 0, [payment])
    await held.happened
    assert.equal(await gate.kill(), undefined)
    const killed = stopwatch()
    // Of a producer without transactions: readers of committed records get it once nothing is open before it.
    await topics.append(checked, 0, ['behind the transaction'])
    assert.deepEqual([await offsetOf('stable'), await offsetOf('latest')], [0, 2])
    await run.sampler.sample()
    const [{ records: lag, inTransaction }] = run.sampler.lags()
    assert.deepEqual([lag, inTransaction], [2, 2], 'as a run measures them')

    const fetch = driver.fetch(checked, { isCommittedOnly: true, maxBytes: 1 << 20 })
    fetch.assign(0, { offset: 0, epoch: -1 })
    let values: string[] = []
    while (values.length === 0 && stopwatch() - killed < PATIENCE_MS) {
      const { records } = (await fetch.next())!
      values = Array.from({ length: records.count }, (_, row) =>
        records.bytes.toString('utf8', records.values[2 * row], records.values[2 * row + 1]),
      )
    }
    const waitedMs = stopwatch() - killed
    await fetch.close()
    context.diagnostic(`${(waitedMs / 1000).toFixed(1)} s from the kill to the record behind`)
    assert.deepEqual(values, ['behind the transaction'])
    await untilTotals(0, 0)
    assert.ok(waitedMs <= limits.KAFKA_TRANSACTION_MS + SWEEP_MS + MARKERS_MS, `${waitedMs} ms`)
  })
