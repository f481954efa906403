/** A gate of payments over a cluster in memory. */
import { wallClock } from '../../src/base/clock.ts'
import { TopicGate, type GateOptions } from '../../src/gate/gate.ts'
import { entity, source, t } from '../../src/index.ts'
import type { KafkaDriver } from '../../src/kafka/port/driver.ts'
import { openValueFormat } from '../../src/kafka/open-format.ts'
import type { RawTopic } from '../../src/sources/kafka/raw-topic.ts'
import { topicBatch } from '../../src/sources/kafka/topic-batch.ts'
import { TransactionCluster } from './transaction-cluster.ts'

export const payments = source('payments', {
  schema: { id: t.string(), card: entity('card', t.string()), at: t.timestamp() },
  key: 'card',
  time: 'at',
  id: 'id',
}).ir

export const topics = { raw: 'raw', checked: 'checked', rejected: 'rejected' }

/** The raw topic `raw`, of JSON. */
export const rawTopic = (open: () => KafkaDriver): RawTopic => ({
  topic: 'raw',
  takesJson: true,
  open,
  reader(signal) {
    const format = openValueFormat({ format: 'json' }, () => {})
    return {
      batchOf: fetched => topicBatch(fetched, { name: 'kafka:raw', format, skipsTombstones: false, signal }),
      close: () => format.close(),
    }
  },
})

/** Ends at the end of the raw topic unless the options say otherwise. */
export const gateOf = (open: () => KafkaDriver, options: Partial<GateOptions> = {}): TopicGate =>
  new TopicGate({
    source: payments,
    map: undefined,
    raw: rawTopic(open),
    checked: topics.checked,
    rejected: topics.rejected,
    clock: wallClock,
    onReport: () => {},
    once: true,
    ...options,
  })

/** A cluster with raw values in the first partition. */
export function clusterWith(values: readonly string[], partitions = 2): TransactionCluster {
  const cluster = new TransactionCluster(Object.values(topics), partitions)
  for (const value of values) appendRaw(cluster, value)
  return cluster
}

export const appendRaw = (cluster: TransactionCluster, value: string, partition = 0): void =>
  cluster.append({ topic: 'raw', partition, key: undefined, value, headers: {}, timestamp: 0 })
