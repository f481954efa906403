/** The reader of a topic, by address (`kafka:payments?from=latest`, with the brokers in the environment) or by a place of the configuration. */
import { assert, didYouMean, SpillwayError } from '../../base/index.ts'
import { FeedPlaceValue, kafkaFormats, kafkaMemberships, type KafkaPlaceIR, plainKafkaPlace } from '../../define/config/index.ts'
import { isTopicName } from '../../define/ir/index.ts'
import type { OpenRecords } from '../../files/index.ts'
import { driverOpener } from '../../kafka/index.ts'
import type { BuiltInKind, HistorySetting, ReaderSetting } from '../reader/reader-kind.ts'
import type { SourceReader } from '../reader/source-reader.ts'
import { reasonNotToShare } from './shareable.ts'
import { RecordMembers } from './record-members.ts'
import { sharedTopicReader } from './shared-topic-reader.ts'
import { TopicHistory } from './topic-history.ts'
import { topicReader } from './topic-reader.ts'
import { topicEndOf, topicStartOf } from './topic-start.ts'
import { formatOpener } from './value-format.ts'

const optionNames = ['from', 'to', 'group', 'membership', 'tombstones', 'value']
const DEFAULT_GROUP = 'spillway'
const TIME_OR_OFFSETS = 'a time with its offset, such as 2026-01-01T00:00Z, or offsets by partition, such as 0:1200,1:40'
const READ_WHOLE = 'Leave the membership out: one run reads all partitions'

/** Throws `SPILL_INPUT` for an address without a topic or with a mistake, and for a setting that cannot be read. */
export const kafkaKind: BuiltInKind = {
  scheme: 'kafka',
  form: 'kafka:TOPIC',
  description: 'a topic in Kafka',
  open: (address, setting) => openTopic(new FeedPlaceValue(addressPlace(address)), setting),
  openPlace: openTopic,
  history: (place, setting) => openHistory(typeof place === 'string' ? new FeedPlaceValue(addressPlace(place)) : place, setting),
}

function openTopic(place: FeedPlaceValue, setting: ReaderSetting): SourceReader {
  const { topic, from = 'earliest', to, group = DEFAULT_GROUP, membership: protocol, tombstones = 'reject', columns } = place.ir
  const { source, env, pipeline } = setting
  if (to !== undefined) throw addressError(`kafka:${topic}`, 'has to, the end of a history; a run follows the topic')
  if (protocol !== undefined) {
    assert(pipeline !== undefined, 'a run opens its readers with its pipeline')
    const reason = reasonNotToShare(pipeline, source)
    if (reason !== undefined)
      throw addressError(`kafka:${topic}`, `has a membership, so that runs share source '${source.name}', and ${reason}. ${READ_WHOLE}`)
  }
  // A mistake in the settings ends the start, before a run takes a folder over.
  const open = driverOpener(place.ir, { owner: `source '${source.name}': kafka:${topic}`, env, token: place.functions.token })
  const openFormat = formatOpener(place.ir, { name: source.name, source, env })
  const options = {
    topic,
    from,
    group,
    skipsTombstones: tombstones === 'skip',
    openFormat,
    ...(columns && { members: new RecordMembers(setting.source, columns) }),
    open,
  }
  return protocol === undefined ? topicReader(source, options) : sharedTopicReader(source, { ...options, protocol })
}

/** Checks the settings at once; connects, and reads them again, when the history is read. */
function openHistory({ ir, functions: { token } }: FeedPlaceValue, { source: name, env }: HistorySetting): OpenRecords {
  const { topic, from = 'earliest', to, membership, tombstones = 'reject', columns } = ir
  if (membership !== undefined) throw addressError(`kafka:${topic}`, 'has a membership, and a history is read whole; leave it out')
  if (from === 'latest') throw addressError(`kafka:${topic}`, 'has from=latest, which leaves no history; write a time, or leave it out')
  const open = driverOpener(ir, { owner: `source '${name}': kafka:${topic}`, env, token })
  formatOpener(ir, { name, source: undefined, env })
  return source =>
    new TopicHistory({
      source: name,
      topic,
      from,
      to,
      skipsTombstones: tombstones === 'skip',
      openFormat: () => formatOpener(ir, { name, source, env })(() => {}),
      ...(columns && { members: new RecordMembers(source, columns) }),
      open,
    })
}

/** The place of an address. Throws `SPILL_INPUT` for a mistake. */
export function addressPlace(address: string): KafkaPlaceIR {
  const [, topic, query = ''] = /^kafka:([^?]*)(?:\?(.*))?$/.exec(address)!
  if (!isTopicName(topic)) throw addressError(address, 'names no topic: write kafka:payments, of letters, digits, ., _ and -')
  const values = new URLSearchParams(query)
  const unknown = [...values.keys()].find(name => !optionNames.includes(name))
  if (unknown !== undefined) throw addressError(address, `has no option '${unknown}'${didYouMean(unknown, optionNames)}`)
  const [start, end, group, tombstones, format] = [
    values.get('from') ?? 'earliest',
    values.get('to'),
    values.get('group') ?? DEFAULT_GROUP,
    values.get('tombstones') ?? 'reject',
    values.get('value') ?? 'json',
  ]
  const text = values.get('membership')
  const membership = kafkaMemberships.find(name => name === text)
  if (text !== null && membership === undefined)
    throw addressError(address, `has membership=${text}; it is ${kafkaMemberships.join(' or ')}`)
  if (membership !== undefined && !values.has('group'))
    throw addressError(address, 'has a membership without the group that its runs share: add group=NAME')
  const value = kafkaFormats.find(name => name === format)
  const from = topicStartOf(start)
  if (from === undefined) throw addressError(address, `has from=${start}; it is earliest, latest, ${TIME_OR_OFFSETS}`)
  const to = end === null ? undefined : topicEndOf(end)
  if (end !== null && to === undefined) throw addressError(address, `has to=${end}; it is ${TIME_OR_OFFSETS}`)
  if (!/^[^\s]{1,255}$/.test(group)) throw addressError(address, `has group=${group}; a group is a name without spaces`)
  if (tombstones !== 'reject' && tombstones !== 'skip') throw addressError(address, `has tombstones=${tombstones}; it is reject or skip`)
  if (value === undefined) throw addressError(address, `has value=${format}; it is ${kafkaFormats.join(', ')}`)
  return {
    ...plainKafkaPlace(topic),
    from,
    ...(to !== undefined && { to }),
    group,
    ...(membership && { membership }),
    tombstones,
    value,
  }
}

const addressError = (place: string, problem: string): SpillwayError => new SpillwayError('SPILL_INPUT', problem, { place })
