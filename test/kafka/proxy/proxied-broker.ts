/** A broker of a test's own whose clients come through proxies, one for each kind of client, or directly. */
import { freePorts } from '../../../scripts/engines/engine.ts'
import { OwnBroker } from '../own-broker.ts'
import { KafkaProxy } from './kafka-proxy.ts'

export class ProxiedBroker {
  /** Its address is that of its plain port, without a proxy. */
  readonly broker: OwnBroker
  readonly proxies: readonly KafkaProxy[]

  private constructor(broker: OwnBroker, proxies: readonly KafkaProxy[]) {
    this.broker = broker
    this.proxies = proxies
  }

  /** The broker advertises the address of a proxy to clients that come through it. */
  static async start(version: string, count: number): Promise<ProxiedBroker> {
    const proxies = await Promise.all(Array.from({ length: count }, () => KafkaProxy.listen()))
    const ports = await freePorts(count)
    const listeners = proxies.map(({ address }, i) => ({ name: `PROXIED${i}`, protocol: 'PLAINTEXT', address, port: ports[i] }) as const)
    const broker = await OwnBroker.start(version, { listeners })
    for (const [i, proxy] of proxies.entries()) proxy.forwardTo(ports[i])
    return new ProxiedBroker(broker, proxies)
  }

  async close(): Promise<void> {
    await Promise.all(this.proxies.map(proxy => proxy[Symbol.asyncDispose]()))
    await this.broker.kill()
  }
}
