/** The lag of a reader of a topic. */
import type { PartitionEnds } from '../../kafka/index.ts'
import type { ReaderLag } from '../reader/source-reader.ts'

/** `position`: the offset of the next record of a partition. */
export function topicLag({ latest, stable }: PartitionEnds, partition: number, position: number): ReaderLag {
  const end = Math.max(position, latest.get(partition)!)
  const readable = Math.max(position, stable.get(partition)!)
  return { position, end, lag: end - position, unit: 'records', inTransaction: Math.max(0, end - readable) }
}
