/** Headers of a rejected record in a topic. */
import { parseRecordPlace } from './record-place.ts'

/** A rejected record, as far as its headers need it. */
interface RejectedRecord {
  readonly source: string
  readonly reason: string
  readonly detail: string
  readonly place: string
}

/**
 * The headers that dead letters of a run and of a gate have: those of Kafka Connect (KIP-298), which tools for its dead letter queues read, and
 * our own. Records of other sources than Kafka have no `topic`, `partition` and `offset`.
 */
export function deadLetterHeaders({ source, reason, detail, place }: RejectedRecord): Record<string, string> {
  const origin = parseRecordPlace(place)
  return {
    ...(origin && {
      '__connect.errors.topic': origin.topic,
      '__connect.errors.partition': String(origin.partition),
      '__connect.errors.offset': String(origin.offset),
    }),
    '__connect.errors.connector.name': source,
    '__connect.errors.stage': 'VALUE_CONVERTER',
    '__connect.errors.exception.message': detail,
    'spillway-source': source,
    'spillway-reason': reason,
    'spillway-place': place,
  }
}
