/** The effect that is appended to a topic of Kafka. */
import { type Duration, show } from '../../base/index.ts'
import type { DurationAdvice, Hint } from '../mistake/hint.ts'
import { mistake } from '../mistake/mistake.ts'
import { checkOptions, parseOptions } from '../mistake/names.ts'
import { countOf, type Effect, EffectValue, timeoutOf } from './effect.ts'
import { env, type Setting, settingIR } from './setting.ts'

/** Options of `kafka`. */
export interface KafkaOptions {
  /** Addresses of some brokers, `host:port`, separated by commas. Default `env('KAFKA_BROKERS')`. */
  readonly brokers?: string | Setting
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
  if (typeof topic !== 'string' || !/^[A-Za-z0-9._-]{1,249}$/.test(topic) || topic === '.' || topic === '..')
    mistake(`kafka needs the name of a topic, of letters, digits, '.', '_' and '-': kafka('alerts'), got ${show(topic)}`)
  checkOptions(subject, options, ['brokers', 'timeout', 'attempts'])
  const { brokers = env('KAFKA_BROKERS'), timeout, attempts } = options
  return new EffectValue({
    kind: 'kafka',
    topic,
    brokers: settingIR('kafka: brokers', brokers),
    ...parseOptions(subject, { timeout }, timeoutOf),
    ...parseOptions(subject, { attempts }, countOf),
  }) as unknown as Effect
}
