/** Two brokers of a test's own, which have a copy of everything each. The second may be killed: the first is the controller. */
import { OwnBroker } from './own-broker.ts'

const SECOND_NODE = 2

/** A broker that is killed is noticed within a second or two, and leads again soon after it is back. */
const settings = [
  'offsets.topic.replication.factor=2',
  'transaction.state.log.replication.factor=2',
  'broker.heartbeat.interval.ms=300',
  'broker.session.timeout.ms=1500',
  'leader.imbalance.check.interval.seconds=1',
]

export class OwnCluster {
  readonly first: OwnBroker
  readonly second: OwnBroker

  private constructor(first: OwnBroker, second: OwnBroker) {
    this.first = first
    this.second = second
  }

  /** `more`: further settings of both brokers. */
  static async start(version: string, more: readonly string[] = []): Promise<OwnCluster> {
    const all = [...settings, ...more]
    const first = await OwnBroker.start(version, { settings: all })
    const joins = { nodeId: SECOND_NODE, controllerPort: first.controllerPort }
    return new OwnCluster(first, await OwnBroker.start(version, { settings: all, joins }))
  }

  get secondNode(): number {
    return SECOND_NODE
  }

  get addresses(): readonly string[] {
    return [this.first.address, this.second.address]
  }

  async close(): Promise<void> {
    await Promise.all([this.first.kill(), this.second.kill()])
  }
}
