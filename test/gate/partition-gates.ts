/** Gates of a partition on a cluster in memory. */
import { source, entity, t } from '../../src/index.ts'
import { RAW_OFFSET } from '../../src/gate/gate-records.ts'
import { PartitionMemory } from '../../src/gate/gate-writes.ts'
import { PartitionCheck } from '../../src/gate/partition-check.ts'
import { PartitionGate } from '../../src/gate/partition-gate.ts'
import { PartitionStatus } from '../../src/gate/partition-status.ts'
import type { FetchedRecords, KafkaDriver } from '../../src/kafka/port/driver.ts'
import { openValueFormat } from '../../src/kafka/open-format.ts'
import { topicBatch } from '../../src/sources/kafka/topic-batch.ts'
import { topics } from './memory-gate.ts'
import type { TransactionCluster } from './transaction-cluster.ts'

export const checkedPayments = source('payments', {
  schema: { id: t.string(), card: entity('card', t.string()), amount: t.int(), at: t.timestamp() },
  key: 'card',
  time: 'at',
  id: 'id',
}).ir

export const startMs = 1_000_000
export const neverAborted = new AbortController().signal

function batchOf(name: string) {
  const format = openValueFormat({ format: 'json' }, () => {})
  return (fetched: FetchedRecords) => topicBatch(fetched, { name: `kafka:${name}`, format, skipsTombstones: false, signal: neverAborted })
}

/** The rows of a raw record that has several, or the one that it is. */
const rowsOf = (record: { readonly rows?: readonly unknown[] }): unknown => record.rows ?? record

export function partitionGateOf(
  driver: KafkaDriver,
  once: boolean,
  clock = () => startMs,
  memory = new PartitionMemory(),
  from = checkedPayments,
): PartitionGate {
  return new PartitionGate(driver, {
    topics,
    partition: 0,
    group: 'gate',
    clock,
    status: new PartitionStatus(),
    source: 'payments',
    memory,
    isOwn: () => true,
    newCheck: () => new PartitionCheck(from, rowsOf, () => true),
    rawBatch: batchOf('raw'),
    checkedBatch: batchOf('checked'),
    once,
  })
}

/** The committed records of a topic: their raw offsets and values. */
export const writtenTo = (cluster: TransactionCluster, topic: string) =>
  cluster.committed(topic, 0).map(({ record }) => [Number(record.headers[RAW_OFFSET]), String(record.value)] as const)
