/** The reader of a topic by address: `kafka:payments?from=latest`. The environment holds the addresses of the brokers. */
import { didYouMean, SpillwayError } from '../../base/index.ts'
import { openKafkaDriver } from '../../kafka/index.ts'
import type { BuiltInKind } from '../reader/reader-kind.ts'
import { topicReader, type TopicReaderOptions } from './topic-reader.ts'
import { topicStartOf } from './topic-start.ts'

const BROKERS = 'KAFKA_BROKERS'
const optionNames = ['from', 'group', 'tombstones']
const DEFAULT_GROUP = 'spillway'

/** Throws `SPILL_INPUT` for an address without a topic or with a mistake, and if `KAFKA_BROKERS` is not set. */
export const kafkaKind: BuiltInKind = {
  scheme: 'kafka',
  form: 'kafka:TOPIC',
  place: 'a topic in Kafka',
  open(address, { source, env }) {
    const options = topicOptions(address)
    const brokers = (env[BROKERS] ?? '').split(',').map(broker => broker.trim())
    const wrong = brokers.find(broker => !/^[^\s:]+:\d{1,5}$/.test(broker))
    if (wrong !== undefined)
      throw addressError(address, `${BROKERS} is ${wrong === '' ? 'not set' : `'${wrong}'`}: set it to host:port,host:port`)
    return topicReader(source, { ...options, open: () => openKafkaDriver({ brokers, clientId: 'spillway' }) })
  },
}

/** The topic of an address, and how to read it. Throws `SPILL_INPUT` for a mistake. */
function topicOptions(address: string): Pick<TopicReaderOptions, 'topic' | 'from' | 'group' | 'skipsTombstones'> {
  const [, topic, query = ''] = /^kafka:([^?]*)(?:\?(.*))?$/.exec(address)!
  if (!/^[A-Za-z0-9._-]{1,249}$/.test(topic))
    throw addressError(address, 'names no topic: write kafka:payments, of letters, digits, ., _ and -')
  const values = new URLSearchParams(query)
  const unknown = [...values.keys()].find(name => !optionNames.includes(name))
  if (unknown !== undefined) throw addressError(address, `has no option '${unknown}'${didYouMean(unknown, optionNames)}`)
  const [start, group, tombstones] = [
    values.get('from') ?? 'earliest',
    values.get('group') ?? DEFAULT_GROUP,
    values.get('tombstones') ?? 'reject',
  ]
  const from = topicStartOf(start)
  if (from === undefined)
    throw addressError(address, `has from=${start}; it is earliest, latest, or a time with its offset, such as 2026-01-01T00:00Z`)
  if (!/^[^\s]{1,255}$/.test(group)) throw addressError(address, `has group=${group}; a group is a name without spaces`)
  if (tombstones !== 'reject' && tombstones !== 'skip') throw addressError(address, `has tombstones=${tombstones}; it is reject or skip`)
  return { topic, from, group, skipsTombstones: tombstones === 'skip' }
}

const addressError = (place: string, problem: string): SpillwayError => new SpillwayError('SPILL_INPUT', problem, { place })
