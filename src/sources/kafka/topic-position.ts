/** The position in a partition of a topic: the offset of the next record, and the leader epoch of the record before it. */
import { SpillwayError } from '../../base/index.ts'
import type { PartitionPlace, TopicDescription } from '../../kafka/index.ts'
import { type IsPosition, parsePosition } from '../reader/stored-position.ts'

/** A position as it is stored. */
interface TopicPosition {
  readonly cluster: string
  /** Id of the topic, which is another one after the topic was deleted and made again. */
  readonly topic: string
  /** As text, since offsets have 64 bits. */
  readonly offset: string
  /** Absent before the first record. */
  readonly epoch?: number
  /** Id of the member of a group that has read it; absent for a run that is no member. */
  readonly member?: string
}

const isTopicPosition: IsPosition = ({ cluster, topic, offset, epoch, member }) =>
  typeof cluster === 'string' &&
  typeof topic === 'string' &&
  typeof offset === 'string' &&
  /^\d{1,16}$/.test(offset) &&
  (epoch === undefined || Number.isSafeInteger(epoch)) &&
  (member === undefined || typeof member === 'string')

/** `member`: the id of the member that reads, if it is one of a group. */
export function positionText({ cluster, id }: TopicDescription, { offset, epoch }: PartitionPlace, member?: string): string {
  const position: TopicPosition = {
    cluster,
    topic: id,
    offset: String(offset),
    ...(epoch >= 0 && { epoch }),
    ...(member !== undefined && { member }),
  }
  return JSON.stringify(position)
}

/** The member of a group that has read up to a position; undefined for none. @throws `SPILL_DATA` for a text that is no position. */
export const memberIn = (place: string, text: string | undefined): string | undefined =>
  text === undefined ? undefined : parsePosition<TopicPosition>(place, text, isTopicPosition).member

/** The offset in a stored position, for messages. @throws `SPILL_DATA` for a text that is no position. */
export const offsetIn = (place: string, text: string): number => Number(parsePosition<TopicPosition>(place, text, isTopicPosition).offset)

/**
 * The place to resume at; undefined without a position.
 *
 * @throws `SPILL_SOURCE` if the position is of another cluster, or of an earlier topic of this name: its offsets mean nothing here.
 */
export function resumePlace(place: string, topic: TopicDescription, text: string | undefined): PartitionPlace | undefined {
  if (text === undefined) return undefined
  const position = parsePosition<TopicPosition>(place, text, isTopicPosition)
  if (position.cluster === topic.cluster && position.topic === topic.id)
    return { offset: Number(position.offset), epoch: position.epoch ?? -1 }
  const other = position.cluster === topic.cluster ? `an earlier topic of this name (${position.topic})` : `cluster ${position.cluster}`
  throw new SpillwayError(
    'SPILL_SOURCE',
    `was read up to offset ${position.offset} in ${other}, and this is topic ${topic.id} of cluster ${topic.cluster}: ` +
      'its offsets cannot be compared with those that were read. Start with an empty data folder',
    { place },
  )
}
