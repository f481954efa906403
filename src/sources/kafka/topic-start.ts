/** Where a run starts to read a topic that it has not read before. */
import { limits, timestampMs } from '../../base/index.ts'
import type { OffsetQuery } from '../../kafka/index.ts'

/** The start of a topic: its first record, its end, or a time in UTC ms. */
export type TopicStart = Exclude<OffsetQuery, 'stable'>

/** The start in an address: `earliest`, `latest`, or a time with its offset. `undefined` for another text. */
export function topicStartOf(text: string): TopicStart | undefined {
  if (text === 'earliest' || text === 'latest') return text
  // A plus sign in the query of an address is a space.
  const ms = timestampMs(text.replace(/ (\d\d:\d\d)$/, '+$1'))
  return ms === undefined || ms < 0 || ms > limits.TIME_MS_MAX ? undefined : ms
}

/** A start in words. */
export function topicStartText(start: TopicStart): string {
  if (start === 'earliest') return 'from the first record'
  if (start === 'latest') return 'from the records that are written from now on'
  return `from the first record of ${new Date(start).toISOString()} or later`
}
