/** `kafka` of `spillway/config`: a topic that a run reads, or one that it writes. */
import type { Effect } from '../action/effect.ts'
import { kafka, type KafkaOptions } from '../action/kafka-effect.ts'
import type { FeedPlace } from './feed-place.ts'
import { kafkaPlace, type KafkaPlaceOptions } from './kafka-place.ts'

/**
 * A topic of Kafka that a run reads, as the `feed` of a source in `spillway.config.ts`, or among the `sources` of `run` and of the plugin. The
 * text `'kafka:payments'` is the same topic of `env('KAFKA_BROKERS')`, without login and TLS.
 *
 * With the name of a topic it is a topic that a run writes, as `decisions` or `deadLetters`: the `kafka` of `spillway`.
 *
 * @throws SpillwayError `SPILL_DEFINITION` for a secret in the file, an unknown option, or one that does not fit.
 * @example
 * const login = {
 *   sasl: { mechanism: 'scram-sha-512', username: 'fraud', password: env('KAFKA_PASSWORD') },
 *   tls: { ca: secretFile('kafka-ca.pem') },
 * } as const
 * export default defineConfig({
 *   sources: { payments: { feed: kafka({ topic: 'payments', ...login }) } },
 *   deadLetters: kafka('payments.rejected', login),
 * })
 */
export function kafkaTopic(options: KafkaPlaceOptions): FeedPlace
export function kafkaTopic(topic: string, options?: KafkaOptions): Effect
export function kafkaTopic(topic: string | KafkaPlaceOptions, options?: KafkaOptions): FeedPlace | Effect {
  return typeof topic === 'string' ? kafka(topic, options) : kafkaPlace(topic)
}
