/** Where a run starts to read a topic that it has not read before, and where a history ends. */
import { limits, timestampMs } from '../../base/index.ts'
import { isPartitionOffsets, type PartitionOffsetsIR } from '../../define/config/index.ts'

/** The start of a topic: its first record, its end, a time in UTC ms, or offsets of partitions; without one: the first record. */
export type TopicStart = 'earliest' | 'latest' | number | PartitionOffsetsIR

/** The end of a range of a topic: a time in UTC ms, or offsets of partitions; without one: the last record. It is left out. */
export type TopicEnd = number | PartitionOffsetsIR

/** The start in an address: `earliest`, `latest`, a time with its offset, or offsets of partitions, `0:1200,1:40`. `undefined` for another text. */
export const topicStartOf = (text: string): TopicStart | undefined => (text === 'earliest' || text === 'latest' ? text : topicEndOf(text))

/** The end in an address: a time with its offset, or offsets of partitions, `0:1300,1:50`. `undefined` for another text. */
export function topicEndOf(text: string): TopicEnd | undefined {
  if (/^\d+:\d+(?:,\d+:\d+)*$/.test(text)) {
    const pairs = text.split(',').map(pair => pair.split(':'))
    const offsets = Object.fromEntries(pairs.map(([partition, offset]) => [String(Number(partition)), Number(offset)]))
    return Object.keys(offsets).length === pairs.length && isPartitionOffsets(offsets) ? offsets : undefined
  }
  // A plus sign in the query of an address is a space.
  const ms = timestampMs(text.replace(/ (\d\d:\d\d)$/, '+$1'))
  return ms === undefined || ms < 0 || ms > limits.TIME_MS_MAX ? undefined : ms
}

/** A start in words. */
export function topicStartText(start: TopicStart): string {
  if (start === 'earliest') return 'from the first record'
  if (start === 'latest') return 'from the records that are written from now on'
  if (typeof start === 'number') return `from the first record of ${new Date(start).toISOString()} or later`
  return `from ${Object.entries(start)
    .map(([partition, offset]) => `offset ${offset} (partition ${partition})`)
    .join(', ')}`
}
