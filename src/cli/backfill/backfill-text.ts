/** The plan and the result of a backfill as text. */
import type { BackfillTarget, BackfillResult, StoreGap, GroupGap, FileGapReason } from '../../batch/backfill/index.ts'
import { describePlacement } from '../../define/ir/index.ts'
import { pluralize, formatNumber } from '../command/text-format.ts'

const reasonTexts: Readonly<Record<FileGapReason, string>> = {
  new: 'not there yet',
  changed: 'of a different definition',
  events: 'of different events',
  gone: 'deleted',
  damaged: 'damaged',
}

/** The missing files of each feature group, and the estimated cost. */
export function gapText(out: string, { groups, cost }: StoreGap, { leftOut }: BackfillTarget, threads: number): string {
  return [
    ...groups.flatMap(groupLines),
    ...leftOut.map(omission => `left out: ${omission}`),
    cost.files === 0
      ? `Nothing is missing in ${out}.`
      : `to fill: ${pluralize(cost.files, 'file')}, about ${bytesText(cost.bytes)}; to read: ${pluralize(cost.events, 'event')}; ` +
        `about ${Math.max(0.1, cost.seconds).toFixed(1)} s on ${pluralize(threads, 'thread')}, measured on ${pluralize(cost.measured, 'row')}`,
  ].join('\n')
}

/** The files that were written, and the hash of the store. */
export const fillResultText = (out: string, { files, bytes, seconds, hash }: BackfillResult): string =>
  `${pluralize(files, 'file')}, ${bytesText(bytes)}, filled in ${seconds.toFixed(1)} s; ${out} is ${hash}`

function groupLines({ group: target, partitions, obsolete: others }: GroupGap): string[] {
  const { group, rowTimes: moments } = target
  const rows =
    moments.kind === 'events' ? 'events' : group.place.kind === 'batch' || group.place.kind === 'scheduled' ? 'its schedule' : 'ticks'
  const range =
    partitions.length === 0
      ? 'no events'
      : `${pluralize(partitions.length, 'partition')} of ${partitions[0].partition.name} to ${partitions.at(-1)!.partition.name}`
  const missing = Map.groupBy(
    partitions.flatMap(({ partition, files }) => files.map(file => ({ file, name: partition.name }))),
    ({ file }) => `${file.feature?.feature.name ?? 'rows'} ${file.why}`,
  )
  const width = Math.max(0, ...[...missing.values()].map(([{ file }]) => (file.feature?.feature.name ?? 'rows').length))
  return [
    `${group.name}, ${describePlacement(group.place)}, at ${rows}: ${range}`,
    ...[...missing.values()].map(gaps => {
      const [{ file }] = gaps
      return `  ${(file.feature?.feature.name ?? 'rows').padEnd(width)}  ${formatNumber(gaps.length)} ${reasonTexts[file.why]}: ${namesText(gaps.map(({ name }) => name))}`
    }),
    ...(others > 0 ? [`  ${pluralize(others, 'partition')} of days that are not in this history: unchanged`] : []),
  ]
}

const namesText = (names: readonly string[]): string => (names.length <= 3 ? names.join(', ') : `${names[0]} … ${names.at(-1)!}`)

function bytesText(bytes: number): string {
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`
}
