/** Readers of a topic whose broker's certificate expires while they read, and is renewed. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { freePorts } from '../../scripts/engines/engine.ts'
import { openKafkaDriver } from '../../src/kafka/open-driver.ts'
import type { SourceReader } from '../../src/sources/reader/source-reader.ts'
import { sharedTopicReader } from '../../src/sources/kafka/shared-topic-reader.ts'
import { topicReader, type TopicReaderOptions } from '../../src/sources/kafka/topic-reader.ts'
import { CertificateAuthority } from '../certificate-authority.ts'
import { scratchFolder } from '../scratch.ts'
import { brokers, BrokerTopics, protocolsOf } from './brokers.ts'
import { OwnBroker } from './own-broker.ts'
import { TlsProxy } from './proxy/tls-proxy.ts'
import { numbersSource, rowOf, TopicRun, upTo } from './topic-run.ts'

/** Connections that a reader opens while the certificate is expired, before it is renewed. */
const EXPIRED_CONNECTIONS = 3
const TEST_MS_MAX = 240_000
/** A member without a connection cannot leave its group: its next one waits until the broker has expelled it. */
const settings = ['group.consumer.session.timeout.ms=10000', 'group.consumer.min.session.timeout.ms=10000']

const [version] = brokers.keys()
const authority = CertificateAuthority.create(scratchFolder('kafka-expired'))!
let proxy: TlsProxy
let broker: OwnBroker
let topics: BrokerTopics
before(async () => {
  const [port] = await freePorts(1)
  proxy = await TlsProxy.listen(port, authority.issue('broker'))
  const listeners = [{ name: 'PROXIED', protocol: 'PLAINTEXT', address: proxy.address, port }] as const
  broker = await OwnBroker.start(version, { listeners, settings })
  topics = new BrokerTopics(broker.address)
})
after(async () => {
  await topics.close()
  await proxy[Symbol.asyncDispose]()
  await broker.kill()
})

type Options = TopicReaderOptions & { readonly group: string }

const readers = new Map<string, (options: Options) => SourceReader>([
  ['all partitions', options => topicReader(numbersSource, options)],
  ...protocolsOf(version).map(
    protocol => [`${protocol} membership`, (options: Options) => sharedTopicReader(numbersSource, { ...options, protocol })] as const,
  ),
])

for (const [name, readerOf] of readers)
  test(`a broker's certificate that expires while a run reads is waited out and said once (${name})`, { timeout: TEST_MS_MAX }, async t => {
    proxy.setCertificate(authority.issue('broker'))
    const topic = await topics.create()
    await topics.append(topic, 0, upTo(10).map(rowOf))
    const security = { tls: { ca: authority.cert } }
    const open = () => openKafkaDriver({ brokers: [proxy.address], clientId: 'test', security })
    const run = new TopicRun(readerOf({ topic, group: `group-${topic}`, open }))
    t.after(() => run.end())
    await run.until(10)
    assert.deepEqual(run.warnings, [])

    proxy.setCertificate(authority.issue('broker', { days: -1 }))
    proxy.closeConnections()
    await run.untilWarning('Kafka denies access; waiting until it is granted again: ')
    assert.match(run.warnings.at(-1)!, /broker 127\.0\.0\.1:\d+: its certificate is not accepted: .*expired.* \(CERT_HAS_EXPIRED\)$/)
    const saidBefore = [...run.warnings]
    await topics.append(topic, 0, [rowOf(11)])
    await Promise.race([proxy.untilConnections(EXPIRED_CONNECTIONS), run.ended])
    assert.deepEqual(run.numbers(), upTo(10))
    assert.deepEqual(run.warnings, saidBefore)

    // Connections stay: a handshake that breaks off would look like a broker that is away.
    proxy.setCertificate(authority.issue('broker'))
    await run.until(11)
    await run.untilWarning('Kafka grants access again')
    await topics.append(topic, 0, [rowOf(12)])
    await run.until(12)
    await run.stop()
    assert.deepEqual(run.numbers(), upTo(12))
    assert.equal(run.warnings.length, saidBefore.length + 1, run.warnings.join('\n'))
  })
