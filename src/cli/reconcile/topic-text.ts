/** The report of a comparison with a topic as text. */
import type { TopicExample, TopicReport } from '../../reconcile/index.ts'
import { formatNumber, joinLines, pluralize, timeText } from '../command/text-format.ts'

/** Partitions whose offsets are printed. */
const SHOWN_PARTITIONS = 8

/** Meanings of the kinds, in the order in which these are printed. */
const meanings = {
  missing: 'neither an event nor a dead letter',
  doubled: 'events beyond the record that they come from',
  different: 'recorded with other values',
  rejected: 'dead letters',
  replayed: 'dead letters that were edited and replayed',
  duplicate: 'with the id and the values of an earlier record',
  skipped: "without a row by the source's map",
  unrecorded: 'before the first record that the log has of its partition',
  elsewhere: 'events without a record: from another place, or of a record outside of the range',
} as const satisfies Readonly<Record<TopicExample['kind'], string>>

/** The range, the counts, examples of each difference, and the verdict. */
export function topicText(report: TopicReport): string {
  const { source, topic, hasPositions, records, events, recorded, faults, explained, examples, sound } = report
  const counts: Readonly<Record<TopicExample['kind'], number>> = { ...faults, ...explained }
  const rows = (Object.keys(meanings) as TopicExample['kind'][]).filter(kind => counts[kind] > 0)
  const width = Math.max(0, ...rows.map(kind => kind.length))
  const faultCount = faults.missing + faults.doubled + faults.different
  return joinLines(
    `${pluralize(records, 'record')} of ${topic} compared with ${pluralize(events, 'event')} of '${source}' in the log`,
    rangeLines(report),
    !hasPositions && 'the run has no position in this topic: all of its records were compared',
    `${pluralize(recorded, 'record')} recorded with ${recorded === 1 ? 'its' : 'their'} values`,
    rows.length > 0 && [
      '',
      ...rows.map(kind => `${kind.padEnd(width)}  ${formatNumber(counts[kind])}: ${meanings[kind]}${reasonsText(kind, report)}`),
    ],
    examples.length > 0 && ['', 'examples', ...examples.flatMap(exampleLines)],
    '',
    sound
      ? 'Sound: every record of the range is an event with its values, or has an explanation.'
      : `NOT SOUND: ${pluralize(faultCount, 'difference')} without an explanation.`,
  )
}

function rangeLines({ partitions }: TopicReport): string[] {
  const more = partitions.length - SHOWN_PARTITIONS
  return [
    ...partitions.slice(0, SHOWN_PARTITIONS).map(({ partition, from, to }) => `  partition ${partition}: offsets ${from} to ${to - 1}`),
    ...(more > 0 ? [`  and ${more} more partitions`] : []),
  ]
}

function reasonsText(kind: TopicExample['kind'], { reasons }: TopicReport): string {
  if (kind !== 'rejected') return ''
  return ` (${Object.entries(reasons)
    .map(([reason, count]) => `${reason} ${formatNumber(count)}`)
    .join(', ')})`
}

function exampleLines({ kind, place, key, time, arrivals = [], differences = [], detail }: TopicExample): string[] {
  const row = key === undefined ? [] : [`key ${JSON.stringify(key)}${typeof time === 'number' ? ` of ${timeText(time)}` : ''}`]
  const arrived = arrivals.length > 0 ? [`arrived ${arrivals.map(timeText).join(' and ')}`] : []
  const parts = [...(place === undefined ? [] : [place]), ...row, ...arrived, ...(detail === undefined ? [] : [detail])]
  return [
    `  ${kind}: ${parts.join(', ')}`,
    ...differences.map(
      ({ column, record, event }) => `    ${column}: ${JSON.stringify(record)} in the topic, ${JSON.stringify(event)} recorded`,
    ),
  ]
}
