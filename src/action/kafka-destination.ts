/**
 * A destination that appends deliveries to a topic of Kafka, as `TopicSender` does.
 *
 * At least once: after an error some records of the batch may be in the topic. All attempts have one key in a header, by which readers
 * deduplicate.
 */
import { limits } from '../base/index.ts'
import { ACKNOWLEDGED, type Delivery, type DeliveryOutcome, type Destination } from '../define/action/index.ts'
import type { KafkaDriver, KafkaError, NewRecord } from '../kafka/index.ts'
import { effectRecord } from './kafka-records.ts'
import { TopicSender } from './topic-sender.ts'

/** Destination of a topic. `open` opens a client, again after one has failed. `recordOf` makes the record of a delivery. */
export function kafkaDestination(
  topic: string,
  open: () => KafkaDriver,
  recordOf: (delivery: Delivery) => NewRecord = effectRecord,
): Destination {
  const sender = new TopicSender(topic, open)
  return {
    concurrency: limits.KAFKA_DELIVERIES_AT_ONCE,
    async deliver(delivery) {
      const result = await sender.send(recordOf(delivery), delivery.signal)
      if (result === 'sent') return ACKNOWLEDGED
      if (result === 'expired') return { kind: 'failed', why: 'its deadline had passed before it was sent' }
      return failureOf(topic, result)
    },
    close: () => sender.close(),
  }
}

function failureOf(topic: string, { kind, message }: KafkaError): DeliveryOutcome {
  const why = `topic '${topic}': ${message}`
  return { kind: 'failed', why, ...(kind === 'oversized' && { final: true }) }
}
