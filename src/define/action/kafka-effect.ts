/** The effect that is appended to a topic of Kafka. */
import { type Duration, show } from '../../base/index.ts'
import type { DurationAdvice, Hint } from '../mistake/hint.ts'
import { isTopicName } from '../ir/index.ts'
import { mistake } from '../mistake/mistake.ts'
import { checkOptions, parseOptions } from '../mistake/names.ts'
import { countOf, type Effect, EffectValue, timeoutOf } from './effect.ts'
import { connectionIR, type KafkaConnectionOptions } from './kafka-connection.ts'

/** Options of `kafka`. */
export interface KafkaOptions extends KafkaConnectionOptions {
  /** Deadline of one attempt. Default 30 s, at most 1 h. */
  readonly timeout?: Duration | Hint<DurationAdvice<'timeout'>>
  /** Attempts before the delivery is dead. Default 15, over about 1.5 hours. */
  readonly attempts?: number
}

/**
 * Appends the effect as JSON to a topic of Kafka, keyed by the decision's key, until all in-sync replicas have it.
 *
 * The header `spillway-idempotency-key` is the same for all attempts: an effect may be in the topic twice after an attempt whose answer was
 * lost, and readers leave out the second by it. Effects of one key are in one partition, that of Java's default partitioner, in order.
 *
 * @throws SpillwayError `SPILL_DEFINITION` for a name that no topic can have, or an option that does not fit.
 * @example
 * const decline = action('decline', { when: fraud.score.gte(0.9), do: kafka('declines') })
 */
export function kafka(topic: string, options: KafkaOptions = {}): Effect {
  const subject = 'kafka'
  if (!isTopicName(topic))
    mistake(`kafka needs the name of a topic, of letters, digits, '.', '_' and '-': kafka('alerts'), got ${show(topic)}`)
  checkOptions(subject, options, ['brokers', 'sasl', 'tls', 'timeout', 'attempts'])
  const { timeout, attempts, ...connection } = options
  return new EffectValue({
    kind: 'kafka',
    topic,
    ...connectionIR(subject, connection, { allowsFunction: false }),
    ...parseOptions(subject, { timeout }, timeoutOf),
    ...parseOptions(subject, { attempts }, countOf),
  }) as unknown as Effect
}
