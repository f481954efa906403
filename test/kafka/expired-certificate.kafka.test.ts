/** A run over a topic of a broker whose certificate expires while the run reads, and is renewed. */
import assert from 'node:assert/strict'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { after, test } from 'node:test'
import { createServer, type Server } from 'node:tls'
import { freePorts } from '../../scripts/engines/engine.ts'
import { pause } from '../../src/base/clock.ts'
import { openKafkaDriver } from '../../src/kafka/index.ts'
import { topicReader } from '../../src/sources/kafka/topic-reader.ts'
import { CertificateAuthority, type IssuedCertificate } from '../certificate-authority.ts'
import { scratchFolder } from '../scratch.ts'
import { brokers, BrokerTopics } from './brokers.ts'
import { OwnBroker } from './own-broker.ts'
import { numbersSource, rowOf, TopicRun, upTo } from './topic-run.ts'

/** Attempts of a run without access to get it. */
const ATTEMPTS = 3
const AGAIN_MS = 20

assert.ok(brokers.size > 0, 'run this file by npm run test:kafka, which starts brokers')
const [version] = brokers.keys()

/** A proxy on loopback that ends TLS in front of a broker's plain port. */
class TlsProxy {
  /** Connections so far, those that a client breaks off within the handshake included. */
  connections = 0
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  private constructor(brokerPort: number, certificate: IssuedCertificate) {
    this.#server = createServer(certificate, client => {
      const broker = connect(brokerPort, '127.0.0.1')
      for (const [from, to] of [
        [client, broker],
        [broker, client],
      ]) {
        this.#sockets.add(from)
        from.on('error', () => {}).on('close', () => to.destroy())
        from.pipe(to)
      }
    })
    this.#server.on('connection', () => void this.connections++).on('tlsClientError', () => {})
  }

  static async listen(brokerPort: number, certificate: IssuedCertificate): Promise<TlsProxy> {
    const proxy = new TlsProxy(brokerPort, certificate)
    await new Promise<void>(done => proxy.#server.listen(0, '127.0.0.1', done))
    return proxy
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Shows another certificate from now on, and ends all connections, as a broker does that starts again with it. */
  replace(certificate: IssuedCertificate): void {
    this.#server.setSecureContext(certificate)
    for (const socket of this.#sockets) socket.destroy()
    this.#sockets.clear()
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
  }
}

test('a certificate of the broker that expires while a run reads is waited out and said once, until the broker has a valid one', async () => {
  const authority = CertificateAuthority.create(scratchFolder('kafka-expired'))
  assert.ok(authority, 'a broker of these tests needs openssl')
  const [valid, expired, renewed] = [authority.issue('broker'), authority.issue('broker', { days: -1 }), authority.issue('broker')]
  const [port] = await freePorts(1)
  const proxy = await TlsProxy.listen(port, valid)
  after(() => proxy.close())
  const listeners = [{ name: 'PROXIED', protocol: 'PLAINTEXT', address: proxy.address, port }] as const
  const broker = await OwnBroker.start(version, { listeners })
  after(() => broker.kill())
  const topics = new BrokerTopics(broker.address)
  after(() => topics.close())
  const topic = await topics.create(1)
  await topics.append(topic, 0, upTo(10).map(rowOf))
  const security = { tls: { ca: authority.cert } }
  const open = () => openKafkaDriver({ brokers: [proxy.address], clientId: 'test', security })
  const run = new TopicRun(topicReader(numbersSource, { topic, open }))
  after(() => run.end())
  await run.until(10)
  assert.equal(run.warnings.length, 0, run.warnings.join('\n'))

  proxy.replace(expired)
  await run.untilWarning('Kafka denies access; waiting until it is granted again: ')
  await topics.append(topic, 0, [rowOf(11)])
  const before = proxy.connections
  while (proxy.connections < before + ATTEMPTS) await pause(AGAIN_MS)
  assert.deepEqual(run.numbers(), upTo(10))
  // The end of a connection alone looks like a broker that is away.
  const ofAccess = () => run.warnings.filter(warning => !warning.includes('Kafka is unreachable'))
  assert.equal(ofAccess().length, 1, run.warnings.join('\n'))
  assert.match(ofAccess()[0], /broker 127\.0\.0\.1:\d+: its certificate is not accepted: .*expired.* \(CERT_HAS_EXPIRED\)$/)

  proxy.replace(renewed)
  await run.until(11)
  await run.untilWarning('Kafka grants access again')
  assert.deepEqual(run.numbers(), upTo(11))
  assert.equal(ofAccess().length, 2, run.warnings.join('\n'))
})
