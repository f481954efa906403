/** The ends of partitions of a topic, for readers of committed records. */
import type { KafkaDriver } from './port/driver.ts'

/** Offsets by partition. */
export interface PartitionEnds {
  /** Behind the last record. */
  readonly latest: ReadonlyMap<number, number>
  /** The first that readers of committed records do not reach. */
  readonly stable: ReadonlyMap<number, number>
}

/** Two requests, in this order, so that a transaction that is committed in between does not count as open. */
export async function partitionEnds(driver: KafkaDriver, topic: string, partitions: readonly number[]): Promise<PartitionEnds> {
  const latest = await driver.offsets(topic, partitions, 'latest')
  return { latest, stable: await driver.offsets(topic, partitions, 'stable') }
}
