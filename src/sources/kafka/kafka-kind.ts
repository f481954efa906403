/** The reader of a topic by address: `kafka:payments`. The environment holds the addresses of the brokers. */
import { SpillwayError } from '../../base/index.ts'
import { openKafkaDriver } from '../../kafka/index.ts'
import type { BuiltInKind } from '../reader/reader-kind.ts'
import { topicReader } from './topic-reader.ts'

const BROKERS = 'KAFKA_BROKERS'

/** Throws `SPILL_INPUT` for an address without a topic, and if `KAFKA_BROKERS` is not set. */
export const kafkaKind: BuiltInKind = {
  scheme: 'kafka',
  form: 'kafka:TOPIC',
  place: 'a topic in Kafka',
  open(address, { source, env }) {
    const topic = /^kafka:([A-Za-z0-9._-]{1,249})$/.exec(address)?.[1]
    if (topic === undefined)
      throw new SpillwayError('SPILL_INPUT', 'names no topic: write kafka:payments, of letters, digits, ., _ and -', { place: address })
    const brokers = (env[BROKERS] ?? '').split(',').map(broker => broker.trim())
    const wrong = brokers.find(broker => !/^[^\s:]+:\d{1,5}$/.test(broker))
    if (wrong !== undefined)
      throw new SpillwayError('SPILL_INPUT', `${BROKERS} is ${wrong === '' ? 'not set' : `'${wrong}'`}: set it to host:port,host:port`, {
        place: address,
      })
    return topicReader(source, { topic, group: 'spillway', open: () => openKafkaDriver({ brokers, clientId: 'spillway' }) })
  },
}
